"""How often somebody may try: what is guessed at, or mailed to others, counts against who tries and against whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from webapp.accounts.models import Attempt


@dataclass(frozen=True)
class Limit:
    """So many within a time, by the same parts of who tries and what at."""

    of: tuple[str, ...]
    most: int
    within: timedelta


@dataclass(frozen=True)
class Deed:
    """What is tried, and its limits."""

    name: str
    limits: tuple[Limit, ...]


QUARTER, HOUR = timedelta(minutes=15), timedelta(hours=1)
# The last limit of a log-in is for guesses from many places. It is wide, since it also keeps the owner out.
LOG_IN = Deed(
    "log-in",
    (Limit(("email", "address"), 5, QUARTER), Limit(("address",), 50, QUARTER), Limit(("email",), 100, HOUR)),
)
OLD_PASSWORD = Deed("old password", (Limit(("email",), 5, QUARTER),))
SECOND_FACTOR = Deed("second factor", (Limit(("email",), 5, QUARTER),))
SIGN_UP = Deed("sign-up", (Limit(("address",), 20, HOUR),))
INVITATION_MAIL = Deed("invitation mail", (Limit(("email",), 3, HOUR), Limit(("user",), 30, HOUR)))
RESET_MAIL = Deed("reset mail", (Limit(("email",), 3, HOUR), Limit(("address",), 20, HOUR)))


def attempted(deed: Deed, **parts: str) -> list[int] | None:
    """Count one more try; None where it is one too many, which is not counted. `forgive` takes it back.

    It is counted before anything is looked at: tries at the same time do not slip through together.
    """
    with transaction.atomic():
        rows = Attempt.objects.bulk_create([Attempt(what=what) for what, _ in _kept(deed, parts)])
        if _is_over(deed, parts, spare=0):
            transaction.set_rollback(True)
            return None
    _forget_old()
    return [row.pk for row in rows]


def is_exhausted(deed: Deed, **parts: str) -> bool:
    """Whether the next try would be one too many."""
    return _is_over(deed, parts, spare=1)


def forgive(attempt: list[int]) -> None:
    """It was no guess."""
    Attempt.objects.filter(pk__in=attempt).delete()


def _kept(deed: Deed, parts: dict[str, str]) -> Iterator[tuple[str, Limit]]:
    """What each limit counts by: a keyed digest, so that the table tells nobody who was here."""
    for limit in deed.limits:
        named = "\n".join([deed.name, *(f"{part}={parts[part].lower()}" for part in limit.of)])
        yield salted_hmac("attempts", named, algorithm="sha256").hexdigest(), limit


def _is_over(deed: Deed, parts: dict[str, str], spare: int) -> bool:
    now = timezone.now()
    return any(
        Attempt.objects.filter(what=what, at__gt=now - limit.within).count() + spare > limit.most
        for what, limit in _kept(deed, parts)
    )


def _forget_old() -> None:
    Attempt.objects.filter(at__lt=timezone.now() - HOUR).delete()
