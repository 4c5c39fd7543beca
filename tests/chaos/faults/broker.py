"""Redis that goes and comes, and messages that are lost, doubled, late or in another order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from redis import Redis, RedisError

from nas_engine.chance import Chance
from tests.chaos.faults.base import Fault

if TYPE_CHECKING:
    from tests.chaos.studio import Studio

QUEUES = ("short", "device")
READERS = 8  # a worker waits for a message with one, so most come to these
LONGEST = 3.0  # seconds that they read
MOST = 6  # messages
Message = tuple[bytes, bytes]  # queue and content


def _stop(studio: Studio, chance: Chance) -> None:
    studio.broker.stop()
    studio.later(1.0 + 2.0 * chance.uniform(), studio.broker.start)


def _restart(studio: Studio, _chance: Chance) -> None:
    """It comes back at once, empty."""
    studio.broker.stop()
    studio.broker.start()


def _flush(studio: Studio, _chance: Chance) -> None:
    studio.broker.client.flushall()


def _intercept(then: Callable[[Redis, list[Message], Chance], None]) -> Callable[[Studio, Chance], None]:
    """Take some messages from the queues before a worker does; `then` is given all of them."""

    def happen(studio: Studio, chance: Chance) -> None:
        url, most, until = studio.broker.url, 2 + chance.below(MOST - 1), time.monotonic() + LONGEST
        caught: list[Message] = []

        def read() -> None:
            client = Redis.from_url(url)
            with suppress(RedisError):  # stopped meanwhile: what it held is lost
                while time.monotonic() < until and len(caught) < most:
                    message = client.brpop(list(QUEUES), timeout=0.3)
                    if message is not None:
                        caught.append(message)

        def intercept() -> None:
            readers = [threading.Thread(target=read, daemon=True) for _ in range(READERS)]
            for reader in readers:
                reader.start()
            for reader in readers:
                reader.join()
            studio.messages += len(caught)
            with suppress(RedisError):
                then(Redis.from_url(url), caught, chance)

        threading.Thread(target=intercept, daemon=True).start()

    return happen


def _drop(client: Redis, messages: list[Message], _chance: Chance) -> None:
    """They are gone."""


def _send(client: Redis, messages: list[Message]) -> None:
    for queue, message in messages:
        client.lpush(queue, message)


def _double(client: Redis, messages: list[Message], _chance: Chance) -> None:
    _send(client, messages * 2)


def _delay(client: Redis, messages: list[Message], chance: Chance) -> None:
    time.sleep(1.0 + 3.0 * chance.uniform())
    _send(client, messages)


def _reorder(client: Redis, messages: list[Message], _chance: Chance) -> None:
    _send(client, messages[::-1])


BROKER = (
    Fault("Redis stopped", _stop),
    Fault("Redis restarted", _restart),
    Fault("Redis flushed", _flush),
    Fault("messages dropped", _intercept(_drop)),
    Fault("messages doubled", _intercept(_double)),
    Fault("messages delayed", _intercept(_delay)),
    Fault("messages reordered", _intercept(_reorder)),
)
