"""Claims, fences, beats: who may write for a Work."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from nas_engine.errors import Cancelled
from nas_engine.run import Mishap, Result
from webapp.environment import environment
from webapp.live.broadcast import announce_works_on_commit
from webapp.queueing import send_on_commit
from webapp.runs.models import Work
from webapp.runs.selectors.turn import next_turn
from webapp.runs.selectors.waiting import going_on
from webapp.runs.services.outcome import summed
from webapp.runs.services.turn import begin_turn, charge

HEAVY = ("run__state", "run__recipe", "run__study__recipe")  # what a claim has no use for
MOST_DEATHS = 3
TRIES = 20


class Fenced(Cancelled):
    """The Work belongs to another attempt now: nothing that this one does counts any more."""


def claim(work: str | uuid.UUID, owner: str) -> Work | None:
    """Take a queued Work of a run that may go on; None where another was faster or it is not, or no longer, to be done.

    No join: PostgreSQL, which waits for whoever is at the row, then looks again at the row's own columns only.
    """
    queued = Work.objects.filter(pk=work, status=Work.Status.QUEUED, run__in=going_on())
    taken = queued.update(status=Work.Status.RUNNING, attempt=F("attempt") + 1, owner=owner, heartbeat=Now())
    return Work.objects.select_related("run__study").defer(*HEAVY).get(pk=work) if taken else None


def claim_next(hint: str | uuid.UUID, owner: str) -> Work | None:
    """Take the Work whose turn it is, which need not be the one that a message names; None where nothing is to be done."""
    for _ in range(TRIES):
        turn = next_turn()
        taken = claim(hint if turn is None else turn.work, owner)
        if taken is not None and turn is not None:
            begin_turn(turn)
        if taken is not None or turn is None:
            return taken
    return None  # others were faster every time: they are at it


def fenced(work: Work, **fields: object) -> None:
    """Write to a Work, if it is still this attempt's. Raises Fenced.

    `seconds` are those of all attempts so far: what is new of them is charged to the team, in the same transaction.
    """
    mine = Work.objects.filter(pk=work.pk, attempt=work.attempt, status=Work.Status.RUNNING)
    spent = fields.get("seconds")
    with transaction.atomic() if isinstance(spent, float) else nullcontext():
        if not mine.update(**fields):
            raise Fenced(f"work {work.key} is no longer attempt {work.attempt}'s")
        if isinstance(spent, float):
            charge(work.run_id, max(0.0, spent - work.seconds))
            work.seconds = spent


def hand_back(work: Work, seconds: float) -> None:
    """Put a Work back into the queue at its last checkpoint, and send it."""
    fenced(work, status=Work.Status.QUEUED, owner="", heartbeat=None, queued=Now(), seconds=seconds)
    send_on_commit("runs.perform_work", work.pk)


def reclaim_stale() -> int:
    """Take Work from workers that have stopped beating, by the database's clock; how many."""
    return take_back(Q(heartbeat__lt=Now() - timedelta(seconds=environment.lease_seconds)))


def take_back(lost: Q) -> int:
    """Take running Work from attempts that are lost; how many.

    A death counts only while no new checkpoint came; the third at one checkpoint is the Work's result.
    """
    held = Work.objects.filter(lost, status=Work.Status.RUNNING)
    return sum(_take(held, work) for work in held)


def _take(held: QuerySet[Work], work: Work) -> int:
    """One of them, if nobody was faster."""
    still = held.filter(pk=work.pk, attempt=work.attempt)
    if work.deaths + 1 < MOST_DEATHS:
        taken = still.update(status=Work.Status.QUEUED, deaths=F("deaths") + 1, owner="", heartbeat=None, queued=Now())
        send_on_commit("runs.perform_work", work.pk)
        announce_works_on_commit(work.run_id)
        return taken
    text = f"{MOST_DEATHS} workers were lost at the same checkpoint of {work.key}; the last was {work.owner}"
    result = Result(work.key, {}, Mishap("lost worker", text), work.seconds)
    done = {"status": Work.Status.DONE, "heartbeat": None, "ended": Now()}
    taken = still.update(**done, **summed(result), deaths=F("deaths") + 1)
    send_on_commit("runs.advance_run", work.run_id)
    announce_works_on_commit(work.run_id)
    return taken
