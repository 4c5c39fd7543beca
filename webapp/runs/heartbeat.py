"""The heartbeat: a thread that keeps the lease, tells and writes the gauges and reads what the user wants."""

from __future__ import annotations

import logging
import threading
import time
from contextvars import copy_context
from types import TracebackType

from django.db import Error, connection
from django.db.models.functions import Now

from webapp.environment import environment
from webapp.live.broadcast import announce_gauge
from webapp.quotas.limits import is_spent
from webapp.runs.context import RowContext
from webapp.runs.models import GOING_ON, Run, Work
from webapp.runs.stopping import stopping

log = logging.getLogger(__name__)


class Heartbeat:
    """Beats every `heartbeat_seconds`, looks once a second, and tells at each look what is being done: a sign of life.

    A worker without progress for `idle_seconds` stops beating.
    """

    def __init__(self, context: RowContext) -> None:
        self._context = context
        self._over = threading.Event()
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name=f"heartbeat {context.work.key}", daemon=True
        )

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        beaten = time.monotonic()
        self._tell()
        try:
            while not self._over.wait(min(1.0, environment.heartbeat_seconds)):
                try:
                    self._look()
                    if time.monotonic() - beaten >= environment.heartbeat_seconds and self._alive():
                        self._beat()
                        beaten = time.monotonic()
                except Error as error:  # a database that is away for a moment; the lease decides how long it may be
                    log.warning("heartbeat of %s: %s", self._context.work.key, error)
                    connection.close()
                if time.monotonic() - beaten >= environment.lease_seconds:
                    self._context.lost = True
        finally:
            connection.close()

    def _alive(self) -> bool:
        return time.monotonic() - self._context.progressed < environment.idle_seconds

    def _look(self) -> None:
        context = self._context
        if stopping():
            context.stop = "the worker is stopping"
        work = Work.objects.select_related("run").only("status", "attempt", "run__wanted", "run__status")
        row = work.filter(pk=context.row.pk).first()
        if row is None or row.status != Work.Status.RUNNING or row.attempt != context.row.attempt:
            context.lost = True  # cancelled, no longer awaited, or another's
        elif row.run.wanted not in GOING_ON:
            context.stop = f"{row.run.wanted} wanted"
        elif row.run.wanted == Run.Wanted.FINISH:
            context.finish = True
        if not context.lost and self._alive():
            self._tell()

    def _tell(self) -> None:
        announce_gauge(self._context.row.run_id, self._context.work.key, self._context.progress)

    def _beat(self) -> None:
        context = self._context
        mine = Work.objects.filter(pk=context.row.pk, attempt=context.row.attempt, status=Work.Status.RUNNING)
        if not mine.update(heartbeat=Now(), progress=context.progress):
            context.lost = True
        elif is_spent(context.team, context.spent() - context.row.seconds):
            context.stop = "the team's device seconds of this month are spent"
