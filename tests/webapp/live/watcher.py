"""A client of the socket without a network, and the layer's side of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import async_to_sync, sync_to_async
from asgiref.testing import ApplicationCommunicator  # channels' own needs daphne, a second web server
from channels.layers import get_channel_layer

from nas_engine.events import Event, Warned
from webapp.asgi import application
from webapp.live.messages import batches, group_of
from webapp.runs.models import Run
from webapp.runs.selectors.events import events_since
from webapp.runs.services.events import append_events

OURS = [(b"origin", b"http://localhost")]


def append(run: Run, *texts: str) -> list[dict[str, Any]]:
    """Write facts and return them; nobody is told."""
    before = Run.objects.values_list("last_seq", flat=True).get(pk=run.pk)
    append_events(run.pk, [Event(f"{before}/{number}", Warned(0, text)) for number, text in enumerate(texts)])
    return events_since(run, before)


class Watcher:
    """A client, and the layer's side of it."""

    def __init__(
        self, run: Run, headers: list[tuple[bytes, bytes]], served: Any = application, scheme: str = "ws"
    ) -> None:
        self.run = run
        scope = {"type": "websocket", "scheme": scheme, "path": f"/live/runs/{run.pk}/", "headers": headers}
        self._socket = ApplicationCommunicator(served, {**scope, "query_string": b"", "subprotocols": []})

    async def connect(self) -> bool:
        """Whether the socket opened."""
        await self._socket.send_input({"type": "websocket.connect"})
        answer = await self._socket.receive_output(timeout=10)
        assert answer["type"] in ("websocket.accept", "websocket.close")
        return bool(answer["type"] == "websocket.accept")

    async def open(self) -> dict[str, Any]:
        """The snapshot."""
        assert await self.connect()
        return await self.hear()

    async def hear(self) -> dict[str, Any]:
        answer = await self._socket.receive_output(timeout=10)
        assert answer["type"] == "websocket.send"
        return dict(json.loads(answer["text"]))

    async def gauges(self) -> dict[str, Any]:
        """The next message, which must be gauges, without the look at the queue that comes with it."""
        heard = await self.hear()
        assert heard.pop("holdup")
        return heard

    async def until(self, kind: str, wanted: Callable[[dict[str, Any]], bool] = bool) -> dict[str, Any]:
        """The next message of a kind, and as it is wanted; what comes before is passed over."""
        while True:
            heard = await asyncio.wait_for(self.hear(), 10)
            if heard["type"] == kind and wanted(heard):
                return heard

    async def ask(self, since: int) -> None:
        await self.say(json.dumps({"since": since}))

    async def say(self, text: str) -> None:
        await self._socket.send_input({"type": "websocket.receive", "text": text})

    async def code(self) -> int | None:
        """What the next message closes the socket with; None for one that does not."""
        code = (await self._socket.receive_output(timeout=10)).get("code")
        return None if code is None else int(code)

    async def closed(self) -> int:
        return int((await self._socket.receive_output(timeout=10))["code"])

    async def tell(self, events: list[dict[str, Any]]) -> None:
        """What the broadcaster sends."""
        for batch in batches(events):
            await self.tell_layer({"type": "live.events", "first": batch.first, "last": batch.last, "text": batch.text})

    async def tell_layer(self, message: dict[str, Any]) -> None:
        layer: Any = get_channel_layer()
        await layer.group_send(group_of(self.run.pk), message)

    async def seqs(self) -> list[int]:
        """The numbers in the next message, which must be events."""
        heard = await self.hear()
        assert heard["type"] == "events"
        return [event["seq"] for event in heard["events"]]

    async def is_silent(self) -> bool:
        return bool(await self._socket.receive_nothing(timeout=0.2, interval=0.02))

    async def leave(self) -> None:
        await self._socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._socket.wait(timeout=10)


def watching(run: Run, token: str, story: Callable[[Watcher], Awaitable[None]]) -> None:
    async def told() -> None:
        watcher = Watcher(run, [(b"authorization", f"Bearer {token}".encode())])
        await story(watcher)
        await watcher.leave()

    async_to_sync(told)()


append_later = sync_to_async(append)
