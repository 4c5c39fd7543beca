"""Who is alive, doing what, and how much waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.runs.models import Work, Worker
from webapp.runs.selectors.waiting import claimable, undecided

ALIVE = timedelta(seconds=20)  # a launcher says every five that its workers are up
DECIDES = "/short"  # how the name of a worker ends that decides
SHOWN = timedelta(hours=1)  # one that has not been seen for longer has been taken away


@dataclass(frozen=True)
class Seen:
    """A worker as a person of a team may see it."""

    label: str
    alive: bool
    seen: datetime
    doing: str
    decides: bool


@dataclass(frozen=True)
class Queues:
    """Work that waits for a device, and runs that wait for a decision."""

    waiting: int
    undecided: int


def workers(user: User) -> list[Seen]:
    """Every worker seen of late. What it does for teams that the user is not in stays theirs."""
    known = list(Worker.objects.filter(seen__gt=Now() - SHOWN).order_by("name"))
    busy = Work.objects.filter(status=Work.Status.RUNNING, owner__in=[worker.name for worker in known])
    teams = set(teams_of(user).values_list("pk", flat=True))
    doing = {
        work.owner: f"{work.run.study.name}: {work.key}" if work.run.study.team_id in teams else "busy for another team"
        for work in busy.select_related("run__study")
    }
    one_host = len({worker.name.rpartition("/")[0] for worker in known}) == 1
    found = []
    for worker in known:
        label = worker.name.rpartition("/")[2] if one_host else worker.name
        alive = worker.seen > timezone.now() - ALIVE
        decides = worker.name.endswith(DECIDES)
        found.append(Seen(label, alive, worker.seen, doing.get(worker.name, ""), decides))
    return found


def alive(*, decides: bool) -> int:
    """How many workers could take a decision, or else Work: those a launcher told of, and those seen at their Work."""
    told = Q(name__endswith=DECIDES)
    known = Worker.objects.filter(told if decides else ~told, seen__gt=Now() - ALIVE)
    if decides:
        return known.count()
    beating = Work.objects.filter(status=Work.Status.RUNNING, heartbeat__gt=Now() - ALIVE)
    return len({*known.values_list("name", flat=True), *beating.values_list("owner", flat=True)})


def queues() -> Queues:
    """How much waits, for all teams together: they share the workers."""
    return Queues(claimable().count(), undecided().count())
