"""Answers that are made while they are sent, in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse


class Streamed(StreamingHttpResponse):
    """Blocks as they are made, under ASGI too, where Django would first collect what is not made asynchronously."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        blocks = iter(self.streaming_content)  # type: ignore[arg-type]
        while (block := await sync_to_async(next)(blocks, None)) is not None:
            yield block
