"""One answer for many who ask at once: three hundred sockets that open together cost one snapshot or two, not three hundred."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any
from weakref import WeakKeyDictionary


class Sharing:
    """Shares a computation among those who asked before it began: nobody gets an answer older than the question."""

    def __init__(self) -> None:
        self._next: dict[Hashable, asyncio.Task[Any]] = {}
        self._turn = asyncio.Lock()

    async def __call__(self, key: Hashable, compute: Callable[[], Awaitable[Any]]) -> Any:
        task = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.create_task(self._computed(key, compute))
        return await asyncio.shield(task)  # one who leaves does not take the answer from the others

    async def _computed(self, key: Hashable, compute: Callable[[], Awaitable[Any]]) -> Any:
        async with self._turn:
            del self._next[key]  # it begins: who asks from now on waits for the next
            return await compute()


_by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, Sharing] = WeakKeyDictionary()


def sharing() -> Sharing:
    """This event loop's."""
    return _by_loop.setdefault(asyncio.get_running_loop(), Sharing())
