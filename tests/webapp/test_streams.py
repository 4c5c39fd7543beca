"""What is made while it is sent is not made before."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from webapp.streams import Streamed


def test_blocks_are_made_one_by_one_under_asgi() -> None:
    made: list[int] = []

    def blocks() -> Iterator[bytes]:
        for number in range(3):
            made.append(number)
            yield b"%d" % number

    async def sent() -> list[tuple[bytes, int]]:
        return [(block, len(made)) async for block in Streamed(blocks())]

    assert asyncio.run(sent()) == [(b"0", 1), (b"1", 2), (b"2", 3)]
