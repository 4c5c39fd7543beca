"""What a run waits for, as rows say: a decision, a worker, or word of one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.db.models.functions import Now

from webapp.accounts.models import Team
from webapp.runs.models import GOING_ON, Run, Work
from webapp.runs.selectors.waiting import claimable, undecided
from webapp.runs.selectors.workers import alive


@dataclass(frozen=True)
class Holdup:
    """Where a run that is wanted to go on stands in the queue, at one look."""

    at: datetime  # of the look, by the database's clock
    waits: str  # for "worker", "decision", "quota" or nothing
    ahead: int  # Work of other runs that is done first
    workers: int | None  # alive, that could take what waits; None where nothing does
    quiet: float | None  # seconds since a worker that is on it last wrote; None where none is

    def plain(self) -> dict[str, Any]:
        """As the socket sends it."""
        return {**vars(self), "at": self.at.isoformat()}


def holdup(run: uuid.UUID) -> Holdup | None:
    """None for a run that is over or not wanted to go on: it waits for nobody but its user."""
    going_on = Run.objects.filter(pk=run, status=Run.Status.RUNNING, wanted__in=GOING_ON)
    now = going_on.annotate(now=Now()).values_list("now", flat=True).first()
    if now is None:
        return None
    queued, busy = Q(status=Work.Status.QUEUED), Q(status=Work.Status.RUNNING)
    asked = {
        "waiting": Count("pk", filter=queued),
        "since": Min("queued", filter=queued),
        "busy": Count("pk", filter=busy),
        "beat": Max("heartbeat", filter=busy),
    }
    found = Work.objects.filter(run=run, told=False).aggregate(**asked)
    quiet = None if found["beat"] is None else max(0.0, (now - found["beat"]).total_seconds())
    if found["busy"]:
        return Holdup(now, "", 0, None, quiet)
    if found["waiting"] and not claimable().filter(run=run).exists():
        return Holdup(now, "quota", 0, None, None)
    if found["waiting"]:
        workers = alive(decides=False)
        return Holdup(now, "worker", _ahead(run, found["since"], workers), workers, None)
    if undecided().filter(pk=run).exists():
        return Holdup(now, "decision", 0, alive(decides=True), None)
    return Holdup(now, "", 0, None, None)


def _ahead(run: uuid.UUID, since: datetime, workers: int) -> int:
    """Work of other runs that is done first: of the team what was sent no later, of each other team as many and one at most.

    Where no worker is free, what they are busy with comes before all that.
    """
    held = Work.objects.filter(status=Work.Status.RUNNING).exclude(run=run).count()
    mine = Team.objects.filter(studies__runs=run).values_list("pk", flat=True).get()
    ours = claimable().filter(run__study__team=mine, queued__lte=since).exclude(run=run).count()
    others = claimable().exclude(run__study__team=mine).order_by().values("run__study__team")
    theirs = sum(min(int(one["count"]), ours + 1) for one in others.annotate(count=Count("pk")))
    return ours + theirs + (held if held >= workers else 0)
