"""How much of a request is taken in: Django writes a body to disk, whole, before any view sees who sent it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 64 * 2**20  # a part of an upload; everything else is far smaller


class Intake:
    """Refuses a body that is announced as larger, and hangs up on one that becomes so without having said."""

    def __init__(self, inner: Application, most: int = MOST_BYTES) -> None:
        self._inner, self._most = inner, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._announced(scope) > self._most:
            await self._refuse(send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return message if taken <= self._most else {"type": "http.disconnect"}

        await self._inner(scope, counted, send)

    def _announced(self, scope: Scope) -> int:
        length = dict(scope["headers"]).get(b"content-length", b"0")
        return int(length) if length.isdigit() else 0

    async def _refuse(self, send: Send) -> None:
        said = f"one request may hold {self._most:,} bytes; send a file in parts that are smaller"
        body = {"type": "urn:spacewright:too-large", "title": "Request Entity Too Large", "status": 413, "detail": said}
        headers = [(b"content-type", b"application/problem+json"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})
