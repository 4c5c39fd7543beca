"""How much may be asked in a minute: by token, by user and by address, and by kind of request.

Counted in Redis, for all web processes together. Where Redis does not answer, requests are let through: rows are as good as ever
without it, and a limit that closes the door then would be a failure of its own. The headers are those of the IETF's draft
(draft-ietf-httpapi-ratelimit-headers): `RateLimit-Policy` says what the limit is, `RateLimit` what is left of it.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import redis
from rest_framework.exceptions import Throttled
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from webapp.accounts.models import Token
from webapp.environment import environment

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = logging.getLogger(__name__)

WINDOW = 60  # seconds
SHARE_OF_TOKEN = 3  # one user, by however many tokens, may ask so many times what one token may
PATIENCE = 0.25  # seconds for Redis
FORGIVING = 10.0  # seconds for which it is not asked again after it did not answer


@dataclass(frozen=True)
class Limit:
    """So many requests of a kind in a window, by one of whom they are counted against."""

    kind: str
    against: str  # whose they are, as a key
    most: int


@dataclass(frozen=True)
class Left:
    """What is left of the limit that is nearest to its end."""

    limit: Limit
    count: int
    seconds: int  # until the window is over

    @property
    def is_over(self) -> bool:
        return self.count > self.limit.most

    @property
    def headers(self) -> dict[str, str]:
        kind, most = self.limit.kind, self.limit.most
        return {
            "RateLimit-Policy": f'"{kind}";q={most};w={WINDOW}',
            "RateLimit": f'"{kind}";r={max(0, most - self.count)};t={self.seconds}',
        }


class RateLimit(BaseThrottle):
    """Counts each request; one too many is answered 429 with `Retry-After`."""

    def __init__(self) -> None:
        self._left: Left | None = None

    def allow_request(self, request: Request, view: APIView) -> bool:
        self._left = count(limits_of(request, view))
        if self._left is not None:
            request._request.rate_left = self._left  # type: ignore[attr-defined]
        return self._left is None or not self._left.is_over

    def wait(self) -> float | None:
        return None if self._left is None else float(self._left.seconds)


def refuse_guesses(request: Request) -> None:
    """Raise Throttled for one unknown token too many from an address."""
    most = environment.rate_unknown
    left = count([Limit("unknown", _address(request), most)]) if most else None
    if left is not None and left.is_over:
        request._request.rate_left = left  # type: ignore[attr-defined]
        raise Throttled(left.seconds)


def kind_of(request: Request, view: APIView) -> str:
    """A view that costs much, or takes files, says so in `kind`; else the method says."""
    said: str = getattr(view, "kind", "")
    return said or ("read" if request.method in SAFE_METHODS else "write")


def limits_of(request: Request, view: APIView) -> list[Limit]:
    """None of them where the setting says 0."""
    kind = kind_of(request, view)
    most: int = getattr(environment, f"rate_{kind}")
    if not most:
        return []
    if isinstance(request.auth, Token):
        mine = Limit(kind, f"token:{request.auth.pk}", most)
        return [mine, Limit(kind, f"user:{request.auth.user_id}", most * SHARE_OF_TOKEN)]
    if request.user.is_authenticated:
        return [Limit(kind, f"session:{request.user.pk}", most)]
    return [Limit(kind, _address(request), most)]


def _address(request: Request) -> str:
    return f"address:{request.META.get('REMOTE_ADDR', '')}"


def count(limits: Sequence[Limit]) -> Left | None:
    """One more of each; the one that has least left. None where there is none, or where Redis does not answer."""
    if not limits:
        return None
    window, over = divmod(time.time(), WINDOW)
    found = counter.add([_key(limit, int(window)) for limit in limits])
    if found is None:
        return None
    left = [Left(limit, number, max(1, int(WINDOW - over))) for limit, number in zip(limits, found, strict=True)]
    return min(left, key=lambda one: one.limit.most - one.count)


def _key(limit: Limit, window: int) -> str:
    """A digest: nobody who reads Redis learns who was here."""
    named = hashlib.sha256(f"{limit.kind}:{limit.against}".encode()).hexdigest()[:32]
    return f"spacewright:rate:{named}:{window}"


class Counter:
    """Redis, asked with little patience, and left alone for a while where it does not answer."""

    def __init__(self) -> None:
        self._client: redis.Redis | None = None
        self._away_until = 0.0

    def add(self, keys: Sequence[str]) -> list[int] | None:
        """One more for each key; what each has now. None where Redis does not answer."""
        if time.monotonic() < self._away_until:
            return None
        try:
            pipe = self._connected().pipeline(transaction=False)
            for key in keys:
                pipe.incr(key)
                pipe.expire(key, 2 * WINDOW)
            answers: list[Any] = pipe.execute()
        except (redis.RedisError, ValueError, OSError) as error:
            self._away_until = time.monotonic() + FORGIVING
            log.warning("rate limits are off for %.0f s: Redis does not answer: %s", FORGIVING, error)
            return None
        return [int(number) for number in answers[::2]]

    def _connected(self) -> redis.Redis:
        if self._client is None:
            self._client = redis.Redis.from_url(
                environment.redis_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
            )
        return self._client


counter = Counter()
