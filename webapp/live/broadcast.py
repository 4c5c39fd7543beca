"""The broadcaster: what was committed goes to those who watch, at most ten times a second a run.

A hint like every message: whoever writes facts never waits for it, and never hears that it failed. What is dropped here is
asked for by the socket, which sees the gap or asks every ten seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction

from webapp.accounts.models import User
from webapp.live.entries import Message
from webapp.live.messages import batches, group_of, group_of_user

log = logging.getLogger(__name__)

PAUSE = 0.1  # between two sends of a run
MOST_HELD = 500  # events of a run; beyond, it is told only how far the run is
SEND_SECONDS = 5.0  # a send that takes longer is given up
REST_SECONDS = 1.0  # nothing is tried for so long after a failure


class Broadcaster:
    """Keeps what is to be sent; a daemon thread with an event loop of its own, begun by the first offer, sends it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None
        self._events: dict[str, list[Message]] = {}
        self._upto: dict[str, int] = {}
        self._gauges: dict[str, dict[str, Message]] = {}
        self._changed: set[str] = set()
        self._members: set[str] = set()
        self._down = False

    def events(self, run: str, events: Sequence[Message]) -> None:
        """Offer committed events of a run. Returns at once."""
        with self._lock:
            held = self._events.setdefault(run, [])
            held += events
            if len(held) > MOST_HELD:
                self._upto[run] = max(self._upto.get(run, 0), *(int(event["seq"]) for event in held))
                held.clear()
        self._wake()

    def gauge(self, run: str, work: str, progress: Message) -> None:
        """Offer the progress of one Work; only the newest is sent."""
        with self._lock:
            self._gauges.setdefault(run, {})[work] = {"work": work, **progress}
        self._wake()

    def works(self, run: str) -> None:
        """Tell that other Work is being done now than before, though no fact says so."""
        with self._lock:
            self._changed.add(run)
        self._wake()

    def members(self, user: uuid.UUID) -> None:
        """Tell every socket of a user to look at once whether it still may watch."""
        with self._lock:
            self._members.add(group_of_user(user))
        self._wake()

    def _wake(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="broadcaster", daemon=True)
                self._thread.start()
        self._some.set()

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            while True:
                self._some.wait()
                self._some.clear()
                runner.run(self._round())
                time.sleep(REST_SECONDS if self._down else PAUSE)

    async def _round(self) -> None:
        """Send all that is held. What fails is dropped."""
        for group, message in self._taken():
            try:
                layer = get_channel_layer()
                if layer is not None:
                    await asyncio.wait_for(layer.group_send(group, message), SEND_SECONDS)
                self._down = False
            except Exception as error:  # noqa: BLE001 - whatever the layer has: the rows are there
                if not self._down:
                    log.warning("live messages are dropped until Redis is back: %s", error)
                self._down = True
                return

    def _taken(self) -> list[tuple[str, dict[str, Any]]]:
        """What is held, as groups and messages of the channel layer; nothing is held afterwards."""
        with self._lock:
            events, upto, gauges, changed = self._events, self._upto, self._gauges, self._changed
            self._events, self._upto, self._gauges, self._changed = {}, {}, {}, set()
            members, self._members = self._members, set()
        messages: list[tuple[str, dict[str, Any]]] = []
        for run, held in events.items():
            for batch in batches(held):
                content = {"first": batch.first, "last": batch.last, "text": batch.text, "at": batch.at}
                messages.append((run, {"type": "live.events", **content}))
        messages += [(run, {"type": "live.events", "first": seq, "last": seq, "text": ""}) for run, seq in upto.items()]
        messages += [(run, {"type": "live.gauge", "gauge": g}) for run, works in gauges.items() for g in works.values()]
        messages += [(run, {"type": "live.works"}) for run in sorted(changed)]  # last: what it leads to replaces gauges
        looks = [(group, {"type": "live.members"}) for group in sorted(members)]
        return [*looks, *((group_of(run), message) for run, message in messages)]


_ours = Broadcaster()


def _begin_anew() -> None:
    """A forked child has neither the thread nor perhaps a free lock."""
    global _ours
    _ours = Broadcaster()


os.register_at_fork(after_in_child=_begin_anew)


def announce_on_commit(run: uuid.UUID, events: Sequence[Message]) -> None:
    """Tell whoever watches the run, once the transaction is committed."""
    transaction.on_commit(partial(_announce, str(run), events), robust=True)


def _announce(run: str, events: Sequence[Message]) -> None:
    _ours.events(run, events)


def announce_works_on_commit(run: uuid.UUID) -> None:
    """Let whoever watches look anew at what is being done, once the transaction is committed."""
    transaction.on_commit(partial(_announce_works, str(run)), robust=True)


def _announce_works(run: str) -> None:
    _ours.works(run)


def announce_gauge(run: uuid.UUID, work: str, progress: Message) -> None:
    """Tell whoever watches how far a Work is."""
    _ours.gauge(str(run), work, progress)


def look_again(user: User, **_: object) -> None:
    """Heard when a membership has ended: what the user may no longer watch closes."""
    _ours.members(user.pk)
