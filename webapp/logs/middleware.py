"""Requests have an id: whoever asks may bring it, finds it on the answer, and in what was logged meanwhile."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from webapp.logs.about import about

HEADER = "X-Request-ID"
TAKEN = re.compile(r"[\w.-]{1,64}", flags=re.ASCII)


class RequestIdMiddleware:
    """An id that is no plain word is replaced: it is a stranger's, and goes into the log."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        brought = request.headers.get(HEADER, "")
        identity = brought if TAKEN.fullmatch(brought) else uuid.uuid4().hex
        with about(request_id=identity):
            response = self._answer(request)
        response[HEADER] = identity
        return response
