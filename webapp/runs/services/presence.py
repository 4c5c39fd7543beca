"""Who is up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from nas_engine import __version__
from webapp.runs.models import Worker


def say_alive(workers: Mapping[str, float], slots: int = 1) -> None:
    """After: each worker was seen now, by the database's clock. `workers` maps a name to the seconds that it has been up."""
    for name, seconds in workers.items():
        said = {
            "seen": Now(),
            "clock": timezone.now(),
            "began": Now() - timedelta(seconds=seconds),
            "version": __version__,
            "slots": slots,
        }
        if not Worker.objects.filter(name=name).update(**said):
            Worker.objects.get_or_create(name=name, defaults=said)
