"""The heartbeat of a check: a thread that keeps the lease, writes how far it is and sees when it is to stop."""

from __future__ import annotations

import logging
import threading
import time
from types import TracebackType

from django.db import Error, connection
from django.db.models.functions import Now

from nas_engine.errors import Cancelled
from webapp.datasets.models import Upload
from webapp.datasets.services.claim import Fenced, fence
from webapp.environment import environment
from webapp.runs.stopping import stopping

log = logging.getLogger(__name__)


class Stopped(Cancelled):
    """The worker is stopping: the check is handed back."""


class Heartbeat:
    """Of one attempt at a check. `progress` and `check` are called by what reads the files, between two images."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._over, self._lost = threading.Event(), False
        self._progress: dict[str, int | None] = {}
        self._progressed = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat {upload.pk}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, done: int, total: int | None) -> None:
        """Kept here; the thread writes it."""
        self._progressed = time.monotonic()
        self._progress = {"done": done, "total": total}

    def check(self) -> None:
        """Raises Fenced where the upload is no longer this attempt's, Stopped where the worker is to stop."""
        self._progressed = time.monotonic()
        if self._lost:
            raise Fenced(f"upload {self._upload.pk}: the lease is lost")
        if stopping():
            raise Stopped("the worker is stopping")

    def _run(self) -> None:
        beaten = time.monotonic()
        try:
            while not self._over.wait(min(1.0, environment.heartbeat_seconds)):
                try:
                    if time.monotonic() - self._progressed < environment.idle_seconds:
                        self._beat()
                        beaten = time.monotonic()
                except Error as error:  # a database that is away for a moment; the lease decides how long it may be
                    log.warning("heartbeat of upload %s: %s", self._upload.pk, error)
                    connection.close()
                if time.monotonic() - beaten >= environment.lease_seconds:
                    self._lost = True
        finally:
            connection.close()

    def _beat(self) -> None:
        """Once a second, because the page shows it; a cancelled upload is noticed by the same write."""
        if not fence(self._upload).update(heartbeat=Now(), progress=self._progress):
            self._lost = True
