"""Finds workers that are up and take nothing, as Celery's may after its broker was started anew. Says who is up, too."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import Error, connection
from django.db.models import QuerySet

from webapp.datasets.models import Upload
from webapp.datasets.selectors import waiting_checks
from webapp.runs.models import Work
from webapp.runs.selectors.waiting import claimable, undecided
from webapp.runs.services.presence import say_alive

MOST = 500  # rows that are looked at; the longest waiting is among them, since order does not change
MOST_DOUBLINGS = 6
SHORT = "short"
SLOTS = 1  # Work that one worker does at once: it has one child, and one device

log = logging.getLogger(__name__)


@dataclass
class Watchdog:
    """What has been waiting for how long, and who could have taken it. Times are of one monotonic clock, in seconds.

    Patience doubles each time that a worker is started again in vain: a machine so busy that a start takes longer than that
    would otherwise never get anywhere.
    """

    patience: float
    _waiting: dict[str, dict[tuple[uuid.UUID, int], float]] = field(default_factory=dict)
    _took: dict[str, tuple[int, float]] = field(default_factory=dict)
    _vain: dict[str, int] = field(default_factory=dict)  # starts since it took anything

    def stuck(self, workers: Mapping[str, float], now: float) -> list[str]:
        """Those of the workers that something has waited for, all the time, while they took nothing.

        `workers` maps a node's name, `<host>/short` for one that decides, to when it was started.
        """
        work = self._since("work", [*_first(claimable(), "attempt"), *_first(waiting_checks(), "attempt")], now)
        runs = self._since(SHORT, _first(undecided(), "state_version"), now)
        found = []
        for node, started in workers.items():
            if node.endswith(f"/{SHORT}"):
                idle, waiting = started, runs
            else:
                idle, waiting = max(started, self._idle_since(node, now)), work
            vain = self._vain.get(node, 0)
            if waiting is None or idle == now:
                self._vain.pop(node, None)
            elif now - max(idle, waiting) >= self.patience * 2 ** min(vain, MOST_DOUBLINGS):
                self._vain[node] = vain + 1
                found.append(node)
        return found

    def _since(self, queue: str, seen: Iterable[tuple[uuid.UUID, int]], now: float) -> float | None:
        """When the longest waiting of those that wait still was first seen."""
        before = self._waiting.get(queue, {})
        self._waiting[queue] = {one: before.get(one, now) for one in seen}
        return min(self._waiting[queue].values(), default=None)

    def _idle_since(self, node: str, now: float) -> float:
        """Now, for one that has Work or took some since the last look."""
        held, checked = (
            Work.objects.filter(owner=node),
            Upload.objects.filter(owner=node, status=Upload.Status.CHECKING),
        )
        count = held.count()
        before, since = self._took.get(node, (-1, now))
        if count != before or held.filter(status=Work.Status.RUNNING).exists() or checked.exists():
            since = now
        self._took[node] = (count, since)
        return since


def _first(rows: QuerySet[Any], turn: str) -> list[tuple[uuid.UUID, int]]:
    """Each by its id and the turn that it waits for: one that had its turn waits anew."""
    return list(rows.order_by("pk").values_list("pk", turn)[:MOST])


def watch(patience: float, workers: Callable[[], Mapping[str, float]], restart: Callable[[str], None]) -> None:
    """Look every now and then, in a thread of its own: a database that hangs must not hold the launcher up."""
    threading.Thread(target=_watch, args=(patience, workers, restart), name="watchdog", daemon=True).start()


def _watch(patience: float, workers: Callable[[], Mapping[str, float]], restart: Callable[[str], None]) -> None:
    watchdog = Watchdog(patience)
    while True:
        try:
            say_alive({name: time.monotonic() - started for name, started in workers().items()}, SLOTS)
            for node in watchdog.stuck(workers(), time.monotonic()):
                restart(node)
        except Error as error:
            log.warning("watchdog: %s", error)
        connection.close()  # a connection a look: nothing is held in between
        time.sleep(min(5.0, patience / 4))
