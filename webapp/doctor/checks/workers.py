"""Whether somebody works, and nothing is held by the dead."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models.functions import Now

from webapp.doctor.finding import Finding
from webapp.environment import environment
from webapp.runs.models import Work, Worker
from webapp.runs.selectors.waiting import claimable
from webapp.runs.selectors.workers import ALIVE

SWEEPER = timedelta(seconds=30)  # it looks every two seconds: by then it would have come
DECIDES = "/short"  # how the name of a worker ends that decides


def workers() -> Iterator[Finding]:
    """One that trains and one that decides were seen just now."""
    names = list(Worker.objects.filter(seen__gt=Now() - ALIVE).values_list("name", flat=True))
    if all(name.endswith(DECIDES) for name in names):
        yield Finding(
            f"no worker is alive that trains ({claimable().count()} pieces of work wait for one)",
            "start the studio with `make run`, or only workers with `make worker` on any machine that has the same"
            " DATABASE_URL, REDIS_URL and VAR_DIR",
        )
    elif not any(name.endswith(DECIDES) for name in names):
        yield Finding(
            "no worker is alive that decides, so runs do not hear their results",
            "start one: `make run` and `make worker` have one each; its log is VAR_DIR/log/worker-short.log",
        )


def leases() -> Iterator[Finding]:
    """Nothing has been held for long by a worker that no longer beats: the sweeper would have taken it back."""
    limit = timedelta(seconds=environment.lease_seconds) + SWEEPER
    stale = Work.objects.filter(status=Work.Status.RUNNING, heartbeat__lt=Now() - limit)
    if count := stale.count():
        owners = ", ".join(sorted(set(stale.values_list("owner", flat=True)))[:5])
        yield Finding(
            f"{count} pieces of work are held by workers that stopped beating long ago ({owners}): no sweeper takes them back",
            "start one, `python manage.py sweep` (`make run` has one), or take them back once with"
            " `python manage.py sweep --once`",
        )
