"""What every answer of the API says of limits."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class RateLimitHeaders:
    """Says what is left of the limit that a request was counted against, and when to come back after one too many."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._answer(request)
        left = getattr(request, "rate_left", None)
        if left is not None:
            for name, value in left.headers.items():
                response[name] = value
            if response.status_code == 429:
                response["Retry-After"] = str(left.seconds)
        return response
