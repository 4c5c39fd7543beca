"""One decision of a run, on rows."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from nas_engine.run import Result, Step
from nas_engine.run import Run as Decisions
from nas_engine.run import recipe as read_recipe
from nas_engine.wire import plain, read
from webapp.queueing import send_on_commit
from webapp.runs.history import RowHistory
from webapp.runs.models import Run, Work
from webapp.runs.services.events import append_events

TRIES = 20


def advance_run(run: str | uuid.UUID) -> bool:
    """Decide, and commit by compare-and-swap; whether anything was decided.

    Before: any state; a run that is over, or not wanted to go on, is left alone. After: what was told is marked, state, Work
    and Events are committed together, and the new Work is sent. The decision is computed outside any transaction.
    """
    for _ in range(TRIES):
        row = Run.objects.filter(pk=run).first()
        if row is None or row.status != Run.Status.RUNNING or row.wanted != Run.Wanted.RUN:
            return False
        told = list(row.works.filter(status=Work.Status.DONE, told=False).order_by("ordinal"))
        plan = read_recipe(row.recipe)
        decisions = Decisions(plan) if row.state is None else Decisions.restored(plan, row.state)
        step = decisions.advance([read(Result, work.result) for work in told], row.slots, RowHistory(row.pk))
        if _commit(row, step, told):
            return True
    return False  # others were faster every time: they have decided


def _commit(row: Run, step: Step, told: list[Work]) -> bool:
    """One short transaction; False where another decision came first."""
    ended = step.status != "running"
    with transaction.atomic():
        swapped = Run.objects.filter(pk=row.pk, state_version=row.state_version, status=Run.Status.RUNNING).update(
            state=step.state,
            state_version=row.state_version + 1,
            status=step.status,
            reason=step.state["reason"],
            ended=timezone.now() if ended else None,
        )
        if not swapped:
            return False
        Work.objects.filter(pk__in=[work.pk for work in told]).update(told=True)
        first = row.works.count()
        works = [
            Work(run=row, key=work.key, ordinal=first + i, kind=work.kind, value=plain(work), queued=timezone.now())
            for i, work in enumerate(step.work)
        ]
        Work.objects.bulk_create(works)
        if ended:
            row.works.filter(status=Work.Status.QUEUED).update(status=Work.Status.DROPPED)
        append_events(row.pk, step.events)
        for work in works:
            send_on_commit("runs.perform_work", work.pk)
    return True
