"""Answers that are made while they are sent, in bounded memory."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


class Streamed(StreamingHttpResponse):
    """Blocks as they are made, under ASGI too, where Django would first collect what is not made asynchronously."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        blocks = iter(self.streaming_content)  # type: ignore[arg-type]
        while (block := await sync_to_async(_following)(blocks)) is not None:
            yield block


def _following(blocks: Iterator[bytes]) -> bytes | None:
    return next(blocks, None)


class AsItIs(BaseContentNegotiation):
    """What is given out has one form: whatever `Accept` says, errors are problems and files are files."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        return next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type
