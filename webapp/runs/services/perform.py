"""One attempt at a Work, on rows."""

from __future__ import annotations

import logging
import uuid

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction
from django.db.models.functions import Now

from nas_engine.errors import StateMismatch
from nas_engine.run import Mishap, Result, perform
from webapp.live.broadcast import announce_works_on_commit
from webapp.logs.about import about
from webapp.queueing import send_on_commit
from webapp.runs.context import RowContext, Stopped
from webapp.runs.heartbeat import Heartbeat
from webapp.runs.models import Work
from webapp.runs.services.claim import Fenced, claim_next, fenced, hand_back
from webapp.runs.services.environment import record_environment
from webapp.runs.services.outcome import summed

log = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, InternalError)  # a database locked, restarted or gone: no fault of the Work


def perform_work(work: str | uuid.UUID, owner: str, device: str = "cpu") -> None:
    """Before: some Work is queued, this or another; else nothing is done. After: one is done, or queued at its last checkpoint.

    Which one follows from whose turn it is: a message says no more than that something is to be done.
    The result is written under the fence, together with the facts that came with it. Where the database is away, nothing is
    written: the lease ends, and the Work is taken back at its last checkpoint.
    """
    row = claim_next(work, owner)
    if row is None:
        return
    with about(run=row.run_id, work=row.pk, worker=owner):
        try:
            context = RowContext(row, device)
        except StateMismatch as error:
            _unreadable(row, str(error))
        else:
            _attempt(context)


def _attempt(context: RowContext) -> None:
    row = context.row
    log.info("work %s: attempt %d begins", row.key, row.attempt)
    try:
        with Heartbeat(context):
            result = _performed(context)
        _finish(context, result)
        log.info("work %s is done, after %.1f seconds", row.key, result.seconds)
    except Stopped as stopped:
        _leave(context)
        log.info("work %s is handed back: %s", row.key, stopped)
    except Fenced as error:
        log.warning("%s", error)
    except AWAY as error:
        log.warning("work %s is left to its lease: %s", row.key, error)
        connection.close()


def _performed(context: RowContext) -> Result:
    try:
        return perform(context.work, context)
    except (Stopped, Fenced, *AWAY):
        raise
    except Exception as error:  # what nobody foresaw is told as such, with the trace in the log only
        log.exception("work %s failed", context.work.key)
        mishap = Mishap(
            "ours", f"an error of ours in {context.work.kind}: {type(error).__name__}; see the worker's log"
        )
        return Result(context.work.key, {}, mishap, context.spent())


def _finish(context: RowContext, result: Result) -> None:
    row = context.row
    with transaction.atomic():
        context.flush()
        done = {"status": Work.Status.DONE, "heartbeat": None, "ended": Now()}
        kept = {} if result.mishap else {"checkpoint": None}  # a person may let a Work that failed go on from there
        fenced(row, **done, **kept, **summed(result), seconds=result.seconds)
        record_environment(row.run_id, context.device)
        send_on_commit("runs.advance_run", row.run_id)
        announce_works_on_commit(row.run_id)
    if not result.mishap:
        context.drop_checkpoints()


def _unreadable(row: Work, said: str) -> None:
    """What another version asked for in words that this one does not know is that Work's failure, with the reason."""
    result = Result(row.key, {}, Mishap("ours", f"work {row.key} cannot be read: {said}"), row.seconds)
    with transaction.atomic():
        fenced(row, status=Work.Status.DONE, heartbeat=None, ended=Now(), **summed(result))
        send_on_commit("runs.advance_run", row.run_id)
        announce_works_on_commit(row.run_id)


def _leave(context: RowContext) -> None:
    """Its slice is over or the user wants a pause: back into the queue; the claim waits until the run is wanted again."""
    with transaction.atomic():
        hand_back(context.row, context.spent())
        announce_works_on_commit(context.row.run_id)
