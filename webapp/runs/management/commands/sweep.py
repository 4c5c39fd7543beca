"""`manage.py sweep`: the sweeper, as a process."""

from __future__ import annotations

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand
from django.db import Error, connection

from webapp.bundles.services.compare import compare_ended
from webapp.runs.services.collect import collect
from webapp.runs.services.notify import untold
from webapp.runs.services.sweep import sweep
from webapp.runs.tasks import tell_aside

COLLECT = 600.0  # seconds between two looks at the files
MAIL = 60.0  # seconds between two tries of mail that was not taken
MOST_MAIL = 100

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Sweeps every few seconds; a database that is away for a moment is waited for."""

    _mailing: threading.Thread | None = None
    help = "find lost messages, dead workers and runs that wait"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, default=2.0, metavar="SECONDS")
        parser.add_argument("--once", action="store_true", help="sweep once and print the counts")
        parser.add_argument("--mark", type=Path, metavar="FILE", help="touched after each sweep: a sign of life")

    def handle(self, *, every: float, once: bool, mark: Path | None, **_: object) -> None:
        told = threading.Event()
        if not once:
            signal.signal(signal.SIGTERM, lambda *_: told.set())  # the sweep that is under way is ended
        collected, mailed = time.monotonic() - COLLECT, time.monotonic()
        while not told.is_set():
            try:
                found = sweep()
                if once or time.monotonic() - collected >= COLLECT:
                    found["collected"], collected = collect(), time.monotonic()
                if once or time.monotonic() - mailed >= MAIL:
                    mailed = time.monotonic()
                    self._mail(wait=once)
                    compare_ended()
                self._say(found, once)
                if mark is not None:
                    mark.touch()
            except Error as error:
                if once:
                    raise
                log.warning("sweep: %s", error)
                connection.close()
            if once:
                return
            told.wait(every)

    def _say(self, found: dict[str, int], once: bool) -> None:
        said = ", ".join(f"{name} {count}" for name, count in found.items())
        if once:
            self.stdout.write(said)
        elif any(found.values()):
            log.log(logging.WARNING if found["reclaimed"] else logging.INFO, "%s", said)

    def _mail(self, wait: bool) -> None:
        """Aside, and not before the last time is over."""
        if self._mailing is not None and self._mailing.is_alive():
            return
        runs = [str(run) for run in untold().values_list("pk", flat=True)[:MOST_MAIL]]
        self._mailing = tell_aside(runs) if runs else None
        if wait and self._mailing is not None:
            self._mailing.join()
