"""Whose turn it is: which queued Work a worker should take, so that teams share the devices alike.

The team with the least Work running is first, then the one that has had the fewest device seconds, then the one whose Work has
waited longest. Within a team the Work that has waited longest is. A message only says that there is something to do.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery

from webapp.runs.models import Floor, Share, Work
from webapp.runs.selectors.waiting import going_on


@dataclass(frozen=True)
class Turn:
    """The Work to be taken next, and what its team counts for from now on. `floor` is what every team does at least."""

    work: uuid.UUID
    team: uuid.UUID
    seconds: float
    floor: float


@dataclass(frozen=True)
class Waiting:
    """The Work of a run that has waited longest."""

    team: uuid.UUID
    since: datetime
    work: uuid.UUID


def next_turn() -> Turn | None:
    """None where nothing waits. It costs a look at every run that goes on, however long the queue."""
    waiting = _waiting()
    if not waiting:
        return None
    running = _running()
    active = {one.team for one in waiting} | running.keys()
    floor = Floor.objects.values_list("seconds", flat=True).first() or 0.0
    held = dict(Share.objects.filter(team__in=active).values_list("team", "seconds"))
    counts = {team: max(floor, held.get(team, 0.0)) for team in active}
    first = _first(waiting, running, counts)
    return Turn(first.work, first.team, counts[first.team], min(counts.values()))


def _first(waiting: Iterable[Waiting], running: Mapping[uuid.UUID, int], counts: Mapping[uuid.UUID, float]) -> Waiting:
    return min(waiting, key=lambda one: (running.get(one.team, 0), counts[one.team], one.since))


def _waiting() -> list[Waiting]:
    oldest = Work.objects.filter(run=OuterRef("pk"), status=Work.Status.QUEUED).order_by("queued", "ordinal")
    found = (
        going_on()
        .annotate(since=Subquery(oldest.values("queued")[:1]), next=Subquery(oldest.values("pk")[:1]))
        .values_list("study__team", "since", "next")
    )
    return [Waiting(team, since, work) for team, since, work in found if work is not None]


def _running() -> dict[uuid.UUID, int]:
    rows = Work.objects.filter(status=Work.Status.RUNNING).order_by().values_list("run__study__team")
    return dict(rows.annotate(Count("pk")))
