"""Where what is done comes from: the request that is answered at the moment, or the command that runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path

from django.http import HttpRequest, HttpResponse

from webapp.accounts.backends import address_of
from webapp.accounts.models import User

_asked: ContextVar[HttpRequest | None] = ContextVar("asked", default=None)


class OriginMiddleware:
    """Remembers the request while it is answered."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _asked.set(request)
        try:
            return self._answer(request)
        finally:
            _asked.reset(before)


def who() -> User | None:
    """Who asks, by session or token; None for a stranger and outside a request."""
    user = getattr(_asked.get(), "user", None)
    return user if isinstance(user, User) else None


def address() -> str:
    return address_of(_asked.get())


def via() -> str:
    request = _asked.get()
    if request is None:
        return " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])[:60]
    return next((name for name in ("api", "admin") if request.path.startswith(f"/{name}/")), "pages")
