"""What waits to be sent to one socket. It never grows without bound: a slow client is told less often, and reads rows."""

from __future__ import annotations

import asyncio
from collections import deque

from webapp.live.entries import Entry
from webapp.live.messages import Batch

MOST_BATCHES = 16  # of 64 kB
MOST_GAUGES = 64


class Outbox:
    """Filled by the socket's handlers, which never wait; emptied by its writer, which waits for the client."""

    def __init__(self) -> None:
        self.asked: int | None = None  # the client's own number, when it has asked
        self.behind = False  # batches were dropped: the rows have to be read
        self.changed = False  # other Work is being done: the gauges have to be read anew
        self._batches: deque[Batch] = deque()
        self._gauges: dict[str, Entry] = {}
        self._some = asyncio.Event()

    def put(self, batch: Batch) -> None:
        if len(self._batches) >= MOST_BATCHES:
            self._batches.clear()
            self.behind = True
        if not self.behind:
            self._batches.append(batch)
        self._some.set()

    def put_gauge(self, gauge: Entry) -> None:
        if len(self._gauges) < MOST_GAUGES or gauge["work"] in self._gauges:
            self._gauges[gauge["work"]] = gauge
        self._some.set()

    def change(self) -> None:
        self.changed = True
        self._some.set()

    def wake(self) -> None:
        """There is something elsewhere."""
        self._some.set()

    def ask(self, seq: int) -> None:
        self.asked = seq
        self._some.set()

    async def filled(self) -> None:
        """Wait until there is something."""
        await self._some.wait()
        self._some.clear()

    def take_asked(self) -> int | None:
        asked, self.asked = self.asked, None
        return asked

    def take_behind(self) -> bool:
        behind, self.behind = self.behind, False
        return behind

    def take_batch(self) -> Batch | None:
        return self._batches.popleft() if self._batches else None

    def take_gauges(self) -> list[Entry]:
        taken, self._gauges = list(self._gauges.values()), {}
        return taken
