"""The live run's socket: snapshot, then events without a gap, gauges as they come, and a look at rows where nothing comes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from webapp.live.entries import Entry
from webapp.live.lag import observe_lag
from webapp.live.messages import Batch, batches, encoded, group_of
from webapp.live.outbox import Outbox
from webapp.live.sharing import sharing
from webapp.live.visitors import run_of, visitor
from webapp.runs.models import Run
from webapp.runs.selectors.events import events_since
from webapp.runs.selectors.holdup import holdup
from webapp.runs.selectors.snapshot import gauges, snapshot

log = logging.getLogger(__name__)

NOT_KNOWN, NOT_ALLOWED, NOT_FOUND, NOT_UNDERSTOOD, TRY_AGAIN = 4401, 4403, 4404, 4400, 1013
PAGE = 100  # events read from rows at once
PULSE = 1.4  # seconds without a message, while the run goes on, after which rows are looked at; gauges come each second
REST = 5.0  # the same for one that does not go on
TRUST = 12.0  # seconds after which who watches is looked at anew; a client that asks every ten is so with each question
LAYER_SECONDS = 5.0  # a layer that takes longer is as good as away


class LiveRun(AsyncWebsocketConsumer):
    """One socket on one run. Its handlers only fill the outbox; one task writes, and waits for the client."""

    _run: Run
    _joined = False
    _pause = PULSE
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
                leaving = self.channel_layer.group_discard(group_of(self._run.pk), self.channel_name)
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

    # ------------------------------------------------------------------------------------------------------ the writer

    async def _write(self) -> None:
        """Everything that goes out, in one order. `self._cursor` is the newest fact that was sent."""
        try:
            state = await sharing()(("snapshot", self._run.pk), database_sync_to_async(self._snapshot))
            self._cursor = state[0]
            await self.send(state[1])
            while await self._pulsing() and await self._emptied():
                pass
        except asyncio.CancelledError:
            raise
        except Exception:  # a database that is away, or a mistake of ours: the client comes back
            log.exception("live run %s", self._run.pk)
            with suppress(Exception):
                await self.close(TRY_AGAIN, "come back in a moment")

    async def _pulsing(self) -> bool:
        """Wait until there is something; False where the client is no longer allowed to see it.

        A run that goes on is never silent for long: where nothing comes, rows are looked at.
        """
        while True:
            try:
                async with asyncio.timeout(self._pause):
                    await self._outbox.filled()
                    filled = True
            except TimeoutError:
                filled = False
            if monotonic() > self._trusted and not await self._is_allowed():
                return False
            if filled:
                return True
            await self._read_rows()  # what the layer has lost is a second late
            await self._send_gauges()

    async def _emptied(self) -> bool:
        """Send what the outbox holds; False where the client is no longer allowed to see it."""
        outbox, self._pause = self._outbox, PULSE
        asked = outbox.take_asked()
        if asked is not None and not await self._answered(asked):
            return False
        if outbox.take_behind():
            await self._read_rows()
        while (batch := outbox.take_batch()) is not None:
            await self._pass_on(batch)
        for gauge in outbox.take_gauges():
            await self.send(encoded("gauge", gauge=gauge))
        if outbox.take_changed():
            await self._send_gauges()
        return True

    async def _answered(self, since: int) -> bool:
        """What the client lacks, then how far the Work is. Whoever asks is looked at anew."""
        if not await self._is_allowed():
            return False
        await self._join()
        self._cursor = min(self._cursor, since)
        await self._read_rows()
        await self._send_gauges()
        return True

    async def _is_allowed(self) -> bool:
        """Whether who watches still may. A session or token that has ended (log-out, a new password) ends the socket."""
        user, run = await database_sync_to_async(self._seen)()
        self._trusted = monotonic() + TRUST
        if user is None or run is None:
            await self.close(NOT_ALLOWED, "you are no longer logged in, or no longer in the run's team")
            return False
        return True

    async def _send_gauges(self) -> None:
        works, found = await sharing()(("gauges", self._run.pk), database_sync_to_async(self._standing))
        self._pause = PULSE if found else REST
        await self.send(encoded("gauges", seq=self._cursor, works=works, holdup=found))

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
            for batch in batches(events):
                large = [event for event in events if event["seq"] == batch.first]
                await self._send(
                    batch if batch.text else Batch(batch.first, batch.last, encoded("events", events=large))
                )
            if len(events) < PAGE:
                return

    async def _send(self, batch: Batch) -> None:
        await self.send(batch.text)
        self._cursor = batch.last

    # ------------------------------------------------------------------------------------------------------- small parts

    def _seen(self) -> tuple[Any, Run | None]:
        user = visitor(self.scope)
        return user, None if user is None else run_of(user, self.scope["url_route"]["kwargs"]["run"])

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
            joining = self.channel_layer.group_add(group_of(self._run.pk), self.channel_name)
            await asyncio.wait_for(joining, LAYER_SECONDS)
            self._joined = True
        except Exception as error:  # noqa: BLE001 - whatever the layer has; tried again when the client asks
            log.warning("live run %s: no layer: %s", self._run.pk, error)
