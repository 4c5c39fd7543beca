"""How much of a request is taken in."""

from __future__ import annotations

import asyncio
from typing import Any

from webapp.intake import Intake


def answer(body: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[bytes, list[dict[str, Any]]]:
    """What the application inside got, and what was sent."""
    got, sent = bytearray(), []
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in body]

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http"
        for _ in body:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            got.extend(message["body"])
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(dict(message))

    asyncio.run(Intake(inside, most=10)({"type": "http", "headers": headers}, receive, send))
    return bytes(got), sent


def test_a_body_within_the_limit_passes() -> None:
    got, sent = answer([b"01234", b"56789"], [(b"content-length", b"10")])
    assert (got, sent[0]["status"]) == (b"0123456789", 200)


def test_a_body_announced_as_too_large_is_refused_before_a_byte_is_read() -> None:
    got, sent = answer([b"0" * 11], [(b"content-length", b"11")])
    assert (got, sent[0]["status"]) == (b"", 413)
    assert b"send a file in parts" in sent[1]["body"]


def test_a_body_that_grows_too_large_without_saying_so_is_hung_up_on() -> None:
    got, sent = answer([b"0" * 8, b"0" * 8, b"0" * 8], [])
    assert (got, sent) == (b"0" * 8, [])
