"""A run that failed or was cancelled goes on where it was."""

from __future__ import annotations

import uuid
from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from nas_engine.errors import Incompatible, StateMismatch, StorageFailed
from nas_engine.events import Event, RunRetried
from nas_engine.run import Run as Decisions
from nas_engine.run import recipe as read_recipe
from nas_engine.wire import Plain
from webapp.queueing import send_on_commit
from webapp.quotas.services.refuse import require_room
from webapp.refusals import Conflict
from webapp.runs.models import Event as EventRow
from webapp.runs.models import Run, Work
from webapp.runs.services.events import append_events
from webapp.runs.services.state import drop_state, kept_state
from webapp.runs.state import state_of

OVER = (Run.Status.FAILED, Run.Status.CANCELLED)


def retry(run: uuid.UUID) -> bool:
    """Before: failed or cancelled. After: running; Work that failed or was dropped is queued at its last checkpoint.

    A run that is not over is left alone. Raises Conflict for one that has nothing to go on with.
    """
    row = Run.objects.get(pk=run)
    if row.status == Run.Status.RUNNING:
        return False
    if row.status not in OVER:
        raise Conflict(f"this run is {row.status}; only one that failed or was cancelled is retried")
    awaited, state = _taken_up(row)
    kept = None if state is None else kept_state(row, state)
    if not _commit(row, kept, awaited):
        drop_state(row.pk, kept)
        return False
    return True


def _taken_up(row: Run) -> tuple[list[str], Plain | None]:
    """The Work that the run waits for, and its state as it goes on; none where nothing was decided yet."""
    try:
        state = state_of(row)
        if state is None:
            return [], None
        decisions = Decisions.restored(read_recipe(row.recipe), state)
    except (StorageFailed, StateMismatch) as error:
        raise Conflict(str(error)) from error
    try:
        decisions.retry()
    except Incompatible as error:
        raise Conflict(f"{error}; extend its budget, or start another run") from error
    return decisions.state.out, decisions.plain()


def _commit(row: Run, kept: Plain | None, awaited: list[str]) -> bool:
    """One short transaction; False where another was faster."""
    again = uuid.uuid4().hex[:12]
    with transaction.atomic():
        require_room(row.study)
        going = Run.objects.filter(pk=row.pk, state_version=row.state_version, status=row.status).update(
            state=kept,
            state_version=row.state_version + 1,
            status=Run.Status.RUNNING,
            wanted=Run.Wanted.RUN,
            reason="",
            ended=None,
        )
        if not going:
            return False
        for work in row.works.filter(key__in=awaited):
            _queue_again(work)
        # The run will end once more; the end that was taken back keeps its number, and leaves its key to that one.
        EventRow.objects.filter(run=row, key="ended").update(key=f"ended/{again}")
        append_events(row.pk, [Event(f"retried/{again}", RunRetried())])
        send_on_commit("runs.advance_run", row.pk)
        transaction.on_commit(partial(drop_state, row.pk, row.state), robust=True)
    return True


def _queue_again(work: Work) -> None:
    """What has no outcome is done again, from its last checkpoint; what has one is heard again."""
    if work.result is not None and work.result["mishap"] is None:
        Work.objects.filter(pk=work.pk).update(told=False)
        return
    Work.objects.filter(pk=work.pk).update(
        status=Work.Status.QUEUED, result=None, told=False, deaths=0, owner="", heartbeat=None, queued=Now()
    )
    send_on_commit("runs.perform_work", work.pk)
