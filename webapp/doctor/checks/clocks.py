"""Whether all clocks show the same: leases and tokens are judged by the database's, pages by this machine's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from webapp.doctor.finding import Finding
from webapp.runs.models import Worker
from webapp.runs.selectors.workers import ALIVE

MOST = timedelta(seconds=5)
CURE = "let {where} keep the time by a time server: `timedatectl set-ntp true`, or chrony"


def clocks() -> Iterator[Finding]:
    """The database's and each living worker's are within some seconds of this machine's and of each other."""
    before = timezone.now()
    theirs = _of_database()
    here = before + (timezone.now() - before) / 2
    if abs(theirs - here) > MOST:
        yield Finding(
            f"the database's clock is {_apart(theirs - here)} this machine's",
            CURE.format(where="the database's machine and this one"),
        )
    for worker in Worker.objects.filter(seen__gt=Now() - ALIVE, clock__isnull=False).order_by("name"):
        assert worker.clock is not None
        if abs(worker.clock - worker.seen) > MOST:
            host = worker.name.rpartition("/")[0]
            yield Finding(
                f"the clock of worker {worker.name} is {_apart(worker.clock - worker.seen)} the database's",
                CURE.format(where=host),
            )


def _of_database() -> datetime:
    now = "strftime('%Y-%m-%d %H:%M:%f', 'now')" if connection.vendor == "sqlite" else "clock_timestamp()"
    with connection.cursor() as cursor:
        cursor.execute(f"select {now}")
        told = cursor.fetchone()[0]
    return datetime.fromisoformat(told).replace(tzinfo=UTC) if isinstance(told, str) else told


def _apart(difference: timedelta) -> str:
    seconds = difference.total_seconds()
    return f"{abs(seconds):,.0f} s {'ahead of' if seconds > 0 else 'behind'}"
