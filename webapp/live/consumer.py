"""The live run's socket: snapshot, then events without a gap, gauges as they come, and a look at rows where nothing comes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from webapp.live.entries import Entry
from webapp.live.lag import observe_lag
from webapp.live.messages import Batch, batches, encoded, group_of, group_of_user
from webapp.live.outbox import Outbox
from webapp.live.sharing import sharing
from webapp.live.visitors import known_by, run_of, visitor
from webapp.runs.models import Run
from webapp.runs.selectors.events import events_since
from webapp.runs.selectors.holdup import holdup
from webapp.runs.selectors.snapshot import gauges, snapshot

log = logging.getLogger(__name__)

NOT_KNOWN, NOT_ALLOWED, NOT_FOUND, NOT_UNDERSTOOD, TRY_AGAIN = 4401, 4403, 4404, 4400, 1013
PAGE = 100  # events read from rows at once
PULSE = 1.4  # seconds without a message, while the run goes on, after which rows are looked at; gauges come each second
REST = 5.0  # the same for one that does not go on
TRUST = 4.0  # seconds after which who watches is looked at anew, where nothing else has led to it
BREATH = 3.0  # times what the last look took is waited before the next: looks leave room for everything else
LAYER_SECONDS = 5.0  # a layer that takes longer is as good as away


@dataclass(frozen=True)
class Look:
    """What the rows said at one time."""

    allowed: bool
    events: Sequence[Entry] = ()  # at most a page
    works: Sequence[Entry] = ()
    holdup: Entry | None = None


class LiveRun(AsyncWebsocketConsumer):
    """One socket on one run. Its handlers only fill the outbox; one task writes, and waits for the client, never for rows."""

    _run: Run
    _groups: tuple[str, str]
    _joined = False
    _pause = PULSE
    _next_look = _rested = 0.0  # when rows are looked at; how soon they may be again
    _looking: asyncio.Task[Look] | None = None
    _writer: asyncio.Task[None] | None = None

    async def dispatch(self, message: Any) -> None:
        """As the base class, without its look at the database connections at every message."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        await self.accept()  # refusals too: only then does a client see their code
        user, run = await database_sync_to_async(self._seen)()
        if user is None:
            await self.close(NOT_KNOWN, "log in, or send a good token")
        elif run is None:
            await self.close(NOT_FOUND, "there is no such run, or not for you")
        else:
            self._run, self._outbox, self._trusted = run, Outbox(), monotonic() + TRUST
            self._groups = (group_of(run.pk), group_of_user(user.pk))
            await self._join()
            self._writer = asyncio.create_task(self._write())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """`{"since": n}`: the client has the facts up to n, and wants what it lacks."""
        if self._writer is None:
            return
        try:
            asked = json.loads(text_data or "")
        except ValueError:
            asked = None
        since = asked.get("since") if isinstance(asked, Mapping) else None
        if isinstance(since, int) and since >= 0:
            self._outbox.ask(since)
        else:
            await self.close(NOT_UNDERSTOOD, 'send {"since": <number of the newest event you have>}')

    async def disconnect(self, code: int) -> None:
        if self._writer is not None:
            self._writer.cancel()
            with suppress(asyncio.CancelledError):
                await self._writer
        if self._joined:
            with suppress(Exception):  # the layer may be away; nothing is owed to it
                for group in self._groups:
                    leaving = self.channel_layer.group_discard(group, self.channel_name)
                    await asyncio.wait_for(leaving, LAYER_SECONDS)

    async def live_events(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._outbox.put(Batch(message["first"], message["last"], message["text"], message.get("at", "")))

    async def live_gauge(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._outbox.put_gauge(message["gauge"])

    async def live_works(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._outbox.change()

    async def live_members(self, message: dict[str, Any]) -> None:
        """Who watches may be out of the team: look at once."""
        if self._writer is not None:
            self._trusted = 0.0
            self._outbox.change()

    # ------------------------------------------------------------------------------------------------------ the writer

    async def _write(self) -> None:
        """Everything that goes out, in one order. `self._cursor` is the newest fact that was sent."""
        try:
            state = await sharing()(("snapshot", self._run.pk), database_sync_to_async(self._snapshot))
            self._cursor = state[0]
            await self.send(state[1])
            self._next_look = monotonic() + self._pause
            while await self._emptied():
                await self._something()
        except asyncio.CancelledError:
            raise
        except Exception:  # a database that is away, or a mistake of ours: the client comes back
            log.exception("live run %s", self._run.pk)
            with suppress(Exception):
                await self.close(TRY_AGAIN, "come back in a moment")
        finally:
            if self._looking is not None:
                self._looking.cancel()

    async def _something(self) -> None:
        """Wait until there is something to send. When it is time for it, a look at rows begins: facts do not wait for it.

        A run that goes on is never silent for long: where nothing comes, rows are looked at.
        """
        while True:
            wait = None if self._looking else max(0.0, min(self._next_look, self._trusted) - monotonic())
            try:
                async with asyncio.timeout(wait):
                    return await self._outbox.filled()
            except TimeoutError:
                self._begin_look()

    async def _emptied(self) -> bool:
        """Send what the outbox holds and what a look has found; False where the client is no longer allowed to see it."""
        outbox, now = self._outbox, monotonic()
        self._next_look = now + self._pause
        if outbox.take_behind():
            await self._read_rows()
        while (batch := outbox.take_batch()) is not None:
            await self._pass_on(batch)
        for gauge in outbox.take_gauges():
            await self.send(encoded("gauge", gauge=gauge))
        if self._looking is not None and self._looking.done():
            look, self._looking = self._looking.result(), None
            if not await self._told(look):
                return False
        if outbox.changed:
            self._next_look = max(now, self._rested)
        if self._looking is None and (asked := outbox.take_asked()) is not None:
            self._cursor = min(self._cursor, asked)
            self._trusted = now  # whoever asks is looked at anew
            await self._join()
            self._begin_look()
        return True

    def _begin_look(self) -> None:
        """Whatever it finds, or fails with, is taken by the writer."""
        self._outbox.changed = False
        self._looking = asyncio.create_task(self._look(self._cursor, anew=monotonic() >= self._trusted))
        self._looking.add_done_callback(lambda _: self._outbox.wake())

    async def _look(self, since: int, *, anew: bool) -> Look:
        """What the rows say, asked once for all sockets that ask at the same time; `anew`: and whether one may see it."""
        began, run, share = monotonic(), self._run.pk, sharing()
        if anew:
            self._trusted = began + TRUST  # before the answer: what is heard meanwhile leads to another look
            if not await share(("allowed", *known_by(self.scope), run), database_sync_to_async(self._is_allowed)):
                return Look(allowed=False)
        events = await share(("events", run, since), database_sync_to_async(partial(events_since, run, since, PAGE)))
        works, found = await share(("gauges", run), database_sync_to_async(self._standing))
        self._rested = monotonic() + BREATH * (monotonic() - began)
        return Look(True, events, works, found)

    async def _told(self, look: Look) -> bool:
        """Send what a look has found, and the client does not have yet."""
        if not look.allowed:
            await self.close(NOT_ALLOWED, "you are no longer logged in, or no longer in the run's team")
            return False
        await self._send_events(look.events)
        if len(look.events) == PAGE:
            await self._read_rows()
        self._pause = PULSE if look.holdup else REST
        self._next_look = max(monotonic() + self._pause, self._rested)
        await self.send(encoded("gauges", seq=self._cursor, works=look.works, holdup=look.holdup))
        return True

    async def _pass_on(self, batch: Batch) -> None:
        """The batch as it came, if it is next; its end, if its beginning was sent; else the rows."""
        if batch.last <= self._cursor:
            return
        if not batch.text or batch.first > self._cursor + 1:
            await self._read_rows()
        elif batch.first == self._cursor + 1:
            await self._send(batch)
            observe_lag(batch.at)
        else:
            for rest in batches([e for e in json.loads(batch.text)["events"] if e["seq"] > self._cursor]):
                await self._send(rest)
                observe_lag(rest.at)

    async def _read_rows(self) -> None:
        """Everything after the cursor, page by page: no more than a page is held for a slow client."""
        while True:
            read = database_sync_to_async(partial(events_since, self._run.pk, self._cursor, PAGE))
            events: list[Entry] = await sharing()(("events", self._run.pk, self._cursor), read)
            await self._send_events(events)
            if len(events) < PAGE:
                return

    async def _send_events(self, events: Sequence[Entry]) -> None:
        """Those that the client does not have yet, in messages that are not too large."""
        for batch in batches([event for event in events if event["seq"] > self._cursor]):
            large = [event for event in events if event["seq"] == batch.first]
            await self._send(batch if batch.text else Batch(batch.first, batch.last, encoded("events", events=large)))

    async def _send(self, batch: Batch) -> None:
        await self.send(batch.text)
        self._cursor = batch.last

    # ------------------------------------------------------------------------------------------------------- small parts

    def _seen(self) -> tuple[Any, Run | None]:
        user = visitor(self.scope)
        return user, None if user is None else run_of(user, self.scope["url_route"]["kwargs"]["run"])

    def _is_allowed(self) -> bool:
        """Whether who watches still may. A session or token that has ended (log-out, a new password) ends the socket."""
        return None not in self._seen()

    def _standing(self) -> tuple[list[Entry], Entry | None]:
        found = holdup(self._run.pk)
        return gauges(self._run), None if found is None else found.plain()

    def _snapshot(self) -> tuple[int, str]:
        state = snapshot(self._run)
        return state["seq"], encoded("snapshot", state=state)

    async def _join(self) -> None:
        """Before the snapshot is read. Without the layer the socket lives on what the client asks for."""
        if self._joined:
            return
        try:
            for group in self._groups:
                joining = self.channel_layer.group_add(group, self.channel_name)
                await asyncio.wait_for(joining, LAYER_SECONDS)
            self._joined = True
        except Exception as error:  # noqa: BLE001 - whatever the layer has; tried again when the client asks
            log.warning("live run %s: no layer: %s", self._run.pk, error)
