"""One decision of a run, on rows."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from nas_engine.errors import StateMismatch, StorageFailed
from nas_engine.events import Event, RunEnded
from nas_engine.run import Result, Step
from nas_engine.run import Run as Decisions
from nas_engine.run import recipe as read_recipe
from nas_engine.wire import Plain, plain, read
from webapp.live.broadcast import announce_works_on_commit
from webapp.queueing import send_on_commit
from webapp.runs.history import RowHistory
from webapp.runs.models import GOING_ON, Run, Work
from webapp.runs.services.events import append_events
from webapp.runs.services.reuse import Asked, asked_of
from webapp.runs.services.state import drop_state, kept_state
from webapp.runs.state import state_of

TRIES = 20


def advance_run(run: str | uuid.UUID) -> bool:
    """Decide, and commit by compare-and-swap; whether anything was decided.

    Before: any state; a run that is over, or not wanted to go on, is left alone. After: what was told is marked, state, Work
    and Events are committed together, and the new Work is sent. The decision is computed outside any transaction. A run whose
    state cannot be read has failed, with the reason.
    """
    for _ in range(TRIES):
        row = Run.objects.filter(pk=run).first()
        if row is None or row.status != Run.Status.RUNNING or row.wanted not in GOING_ON:
            return False
        told = _untold(row)
        plan = read_recipe(row.recipe)
        try:
            state = state_of(row)
            decisions = Decisions(plan) if state is None else Decisions.restored(plan, state)
        except (StorageFailed, StateMismatch) as error:
            if _given_up(row, str(error)):
                return True
            continue  # a decision that came first has dropped it since
        results = [read(Result, work.result) for work in told]
        step = decisions.advance(results, row.slots, RowHistory(row.pk), row.wanted == Run.Wanted.FINISH)
        kept = kept_state(row, step.state)
        if _commit(row, step, asked_of(row, step.work), kept, told):
            return True
        drop_state(row.pk, kept)
    return False  # others were faster every time: they have decided


def _untold(row: Run) -> list[Work]:
    """Results that the run has not heard, in the order asked.

    `told in (False)` and the sort in Python: for `not told`, or with an order of its own, SQLite walks all Work of the run.
    """
    found = row.works.filter(status=Work.Status.DONE, told__in=(False,)).order_by()
    return sorted(found, key=lambda work: work.ordinal)


def _commit(row: Run, step: Step, asked: list[Asked], kept: Plain, told: list[Work]) -> bool:
    """One short transaction; False where another decision came first."""
    ended = step.status != "running"
    with transaction.atomic():
        swapped = Run.objects.filter(pk=row.pk, state_version=row.state_version, status=Run.Status.RUNNING).update(
            state=kept,
            state_version=row.state_version + 1,
            status=step.status,
            reason=step.state["reason"],
            ended=timezone.now() if ended else None,
        )
        if not swapped:
            return False
        Work.objects.filter(pk__in=[work.pk for work in told]).update(told=True)
        newest = row.works.order_by("-ordinal").values_list("ordinal", flat=True).first()
        first = 0 if newest is None else newest + 1
        works = [_row(row, first + number, one) for number, one in enumerate(asked)]
        Work.objects.bulk_create(works)
        if ended or step.dropped:
            gone = row.works.filter(status__in=(Work.Status.QUEUED, Work.Status.RUNNING))
            (gone if ended else gone.filter(key__in=step.dropped)).update(status=Work.Status.DROPPED, heartbeat=None)
            announce_works_on_commit(row.pk)
        append_events(row.pk, step.events)
        append_events(row.pk, [event for one in asked for event in one.events])
        for work in works:
            if work.result is None:
                send_on_commit("runs.perform_work", work.pk)
        if any(work.result is not None for work in works):
            send_on_commit("runs.advance_run", row.pk)
        transaction.on_commit(partial(drop_state, row.pk, row.state), robust=True)
    return True


def _given_up(row: Run, reason: str) -> bool:
    """End a run whose state cannot be read. The state stays as it is, for a retry. False where a decision came first."""
    with transaction.atomic():
        ended = Run.objects.filter(pk=row.pk, state_version=row.state_version, status=Run.Status.RUNNING).update(
            status=Run.Status.FAILED, reason=reason, ended=timezone.now()
        )
        if not ended:
            return False
        gone = row.works.filter(status__in=(Work.Status.QUEUED, Work.Status.RUNNING))
        gone.update(status=Work.Status.DROPPED, heartbeat=None)
        announce_works_on_commit(row.pk)
        append_events(row.pk, [Event("ended", RunEnded("failed", reason))])
    return True


def _row(run: Run, ordinal: int, asked: Asked) -> Work:
    """A Work to be done; one that an earlier run has done already is there with its result."""
    work, result = asked.work, asked.result
    row = Work(run=run, key=work.key, ordinal=ordinal, kind=work.kind, value=plain(work), queued=Now())
    if result is not None:
        row.status, row.result, row.seconds = Work.Status.DONE, plain(result), result.seconds
    return row
