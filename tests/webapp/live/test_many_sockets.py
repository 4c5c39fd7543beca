"""Real sockets through a real server and a real Redis: hundreds, after a silence, and over a Redis that went away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from websockets.asyncio.client import ClientConnection, connect

from nas_engine.events import Event, Warned
from tests.webapp.live.processes import Web
from tests.webapp.processes import Broker
from webapp.runs.models import Run
from webapp.runs.services.events import append_events

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("kill and resume")]
SOCKETS, BURST, HANG = 300, 200, 60.0


class Client:
    """What one socket has heard."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.seqs: list[int] = []

    async def snapshot(self) -> dict[str, Any]:
        message = json.loads(await self._socket.recv())
        assert message["type"] == "snapshot"
        return dict(message["state"])

    async def hear_until(self, seq: int) -> None:
        while not self.seqs or self.seqs[-1] < seq:
            message = json.loads(await self._socket.recv())
            self.seqs += [event["seq"] for event in message.get("events", [])]

    async def ask(self) -> None:
        await self._socket.send(json.dumps({"since": self.seqs[-1] if self.seqs else 0}))


def write(run: Run, first: int, count: int) -> None:
    """Facts, each in a transaction of its own, as fast as they can be written."""
    for number in range(first, first + count):
        append_events(run.pk, [Event(f"{number}", Warned(0, f"fact {number}"))])


async def opened(stack: AsyncExitStack, web: Web, run: Run, token: str, count: int) -> list[Client]:
    async def one() -> Client:
        headers = {"Authorization": f"Bearer {token}"}
        socket = connect(f"ws://{web.address}/live/runs/{run.pk}/", additional_headers=headers, open_timeout=HANG)
        client = Client(await stack.enter_async_context(socket))
        assert (await client.snapshot())["run"] == str(run.pk)
        return client

    return list(await asyncio.gather(*(one() for _ in range(count))))


@pytest.mark.parametrize("silence", [5.0, pytest.param(65.0, marks=pytest.mark.slow)])
def test_three_hundred_sockets_hear_every_fact_after_a_silence(run: Run, token: str, web: Web, silence: float) -> None:
    async def told() -> None:
        async with AsyncExitStack() as stack:
            clients = await asyncio.wait_for(opened(stack, web, run, token, SOCKETS), HANG)
            # they read all the time, as browsers do: a client that reads nothing fills up, and misses its own keepalive
            hearing = asyncio.gather(*(client.hear_until(BURST) for client in clients))
            await asyncio.sleep(silence)
            await sync_to_async(write)(run, 1, BURST)
            await asyncio.wait_for(hearing, HANG)  # a socket that was closed raises here
        assert all(client.seqs == list(range(1, BURST + 1)) for client in clients)

    async_to_sync(told)()
    assert "Traceback" not in web.log()


@pytest.mark.parametrize(("away", "back"), [(Broker.stop, Broker.start), (Broker.freeze, Broker.thaw)])
def test_sockets_survive_a_redis_that_goes_away_and_comes_back(
    run: Run, token: str, redis: Broker, web: Web, away: Callable[[Broker], None], back: Callable[[Broker], None]
) -> None:
    async def told() -> None:
        async with AsyncExitStack() as stack:
            clients = await opened(stack, web, run, token, 20)

            async def all_hear(seq: int) -> None:
                await asyncio.wait_for(asyncio.gather(*(client.hear_until(seq) for client in clients)), HANG)

            await sync_to_async(write)(run, 1, 1)
            await all_hear(1)
            away(redis)
            await sync_to_async(write)(run, 2, 1)  # nobody is told, and nobody waits
            for client in clients:
                await client.ask()
            await all_hear(2)
            back(redis)
            number = 3
            while True:  # the layer comes back by itself: sooner or later a fact is heard by all without a question
                await sync_to_async(write)(run, number, 1)
                hearing = asyncio.gather(*(client.hear_until(number) for client in clients))
                try:
                    await asyncio.wait_for(hearing, 2.0)
                    break
                except TimeoutError:
                    number += 1
                    assert number < 30, web.log()
        assert all(client.seqs == list(range(1, number + 1)) for client in clients)

    async_to_sync(told)()
