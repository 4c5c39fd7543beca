"""Who is alive, doing what and how fast, what went wrong of late, and how much waits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Now
from django.utils import timezone

from webapp.accounts.models import User
from webapp.accounts.selectors import teams_of
from webapp.datasets.models import Upload
from webapp.datasets.selectors import waiting_checks
from webapp.runs.models import Work, Worker
from webapp.runs.selectors.waiting import claimable, undecided

ALIVE = timedelta(seconds=20)  # a launcher says every five that its workers are up
DECIDES = "/short"  # how the name of a worker ends that decides
SHOWN = timedelta(hours=1)  # in the strip: one that has not been seen for longer has been taken away
REMEMBERED = timedelta(days=7)  # on the page
HOUR = timedelta(hours=1)  # what throughput is counted over
SHORTEST = timedelta(minutes=1)  # a rate over less than that says nothing
FAILURES = 10


@dataclass(frozen=True)
class Seen:
    """A worker as a person of a team may see it. `study` and `run` are those of its Work, for the teams of that person."""

    name: str
    host: str
    label: str
    alive: bool
    seen: datetime
    began: datetime | None
    version: str
    slots: int
    decides: bool
    doing: str = ""
    study: uuid.UUID | None = None
    run: uuid.UUID | None = None
    works: float | None = None  # an hour
    evaluations: float | None = None

    @property
    def gpu(self) -> bool:
        return self.name.rpartition("/")[2].startswith("gpu-")


@dataclass(frozen=True)
class Failed:
    """A Work that failed, or in which a candidate did. `study` is empty for another team's."""

    worker: str
    when: datetime
    reason: str
    work: str = ""
    message: str = ""
    study: str = ""
    study_id: uuid.UUID | None = None
    run: uuid.UUID | None = None


@dataclass(frozen=True)
class Queues:
    """Work and checks of data that wait for a device, and runs that wait for a decision."""

    waiting: int
    undecided: int


def workers(user: User, since: timedelta = SHOWN) -> list[Seen]:
    """Every worker seen of late, without rates. What it does for teams that the user is not in stays theirs."""
    return _seen(user, _known(since), {})


def workers_with_rates(user: User) -> list[Seen]:
    """Every worker seen within a week, the living first; each with what it did in the last hour, as a rate."""
    known = _known(REMEMBERED)
    found = _seen(user, known, _done([worker.name for worker in known]))
    return sorted(found, key=lambda one: (not one.alive, -one.seen.timestamp() if not one.alive else 0.0))


def last_failures(user: User) -> list[Failed]:
    """The newest, of all teams; another team's without its names."""
    teams = set(teams_of(user).values_list("pk", flat=True))
    rows = Work.objects.filter(ended__isnull=False).exclude(reason="").select_related("run__study")
    rows = rows.defer("value", "run__state", "run__recipe", "run__study__recipe")
    return [_failed(row, row.run.study.team_id in teams) for row in rows.order_by("-ended")[:FAILURES]]


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
    return Queues(claimable().count() + waiting_checks().count(), undecided().count())


def _known(since: timedelta) -> list[Worker]:
    return list(Worker.objects.filter(seen__gt=Now() - since).order_by("name"))


def _done(names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Works and evaluations of the last hour, by worker."""
    done = Work.objects.filter(ended__gt=Now() - HOUR, owner__in=names).order_by().values_list("owner")
    return {owner: (works, asked or 0) for owner, works, asked in done.annotate(Count("pk"), Sum("evaluations"))}


def _seen(user: User, known: Sequence[Worker], done: dict[str, tuple[int, int]]) -> list[Seen]:
    teams = set(teams_of(user).values_list("pk", flat=True))
    held = Work.objects.filter(status=Work.Status.RUNNING, owner__in=[worker.name for worker in known])
    busy = {work.owner: _doing(work, teams) for work in held.select_related("run__study")}
    checks = Upload.objects.filter(status=Upload.Status.CHECKING, owner__in=[worker.name for worker in known])
    busy |= {check.owner: _checking(check, teams) for check in checks.select_related("dataset")}
    one_host = len({worker.name.rpartition("/")[0] for worker in known}) == 1
    now = timezone.now()
    found = []
    for worker in known:
        host, _, device = worker.name.rpartition("/")
        alive, decides = worker.seen > now - ALIVE, worker.name.endswith(DECIDES)
        works, asked = done.get(worker.name, (0, 0))
        hours = None if decides else _hours(worker)
        found.append(
            Seen(
                worker.name,
                host,
                device if one_host else worker.name,
                alive,
                worker.seen,
                worker.began,
                worker.version,
                worker.slots,
                decides,
                **busy.get(worker.name, {}),
                works=None if hours is None else works / hours,
                evaluations=None if hours is None else asked / hours,
            )
        )
    return found


def _hours(worker: Worker) -> float | None:
    """How much of the last hour it was up; None where that is too short for a rate."""
    if worker.began is None:
        return 1.0
    up = min(worker.seen - worker.began, HOUR)
    return up / HOUR if up >= SHORTEST else None


def _doing(work: Work, teams: set[uuid.UUID]) -> dict[str, Any]:
    study = work.run.study
    if study.team_id not in teams:
        return {"doing": "busy for another team"}
    return {"doing": f"{study.name}: {work.key}", "study": study.pk, "run": work.run_id}


def _checking(check: Upload, teams: set[uuid.UUID]) -> dict[str, Any]:
    mine = check.dataset.team_id in teams
    return {"doing": f"checking data {check.dataset.name}" if mine else "busy for another team"}


def _failed(work: Work, ours: bool) -> Failed:
    assert work.ended is not None
    if not ours:
        return Failed(work.owner, work.ended, work.reason)
    study = work.run.study
    message = _message(work.result or {})
    return Failed(work.owner, work.ended, work.reason, work.key, message, study.name, study.pk, work.run_id)


def _message(result: dict[str, Any]) -> str:
    """What was said of it: of the Work, or of the first candidate in it that failed."""
    said: dict[str, Any] = result.get("mishap") or next(iter(result.get("outcome", {}).get("failures", [])), {})
    return str(said.get("message", ""))
