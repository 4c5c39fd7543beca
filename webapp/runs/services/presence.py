"""Who is up."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.functions import Now

from webapp.runs.models import Worker


def say_alive(names: Iterable[str]) -> None:
    """After: each of these workers was seen now, by the database's clock."""
    for name in names:
        if not Worker.objects.filter(name=name).update(seen=Now()):
            Worker.objects.get_or_create(name=name, defaults={"seen": Now()})
