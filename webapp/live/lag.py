"""How long facts take to those who watch, as this web process has seen it since its start."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from prometheus_client import Histogram

# Not in rows: who was told when is nowhere but here.
EVENT_LAG = Histogram(
    "spacewright_event_lag_seconds",
    "From the writing of a fact to its sending to one socket; what a socket read from rows is not in it.",
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=None,
)


def observe_lag(written: str) -> None:
    """Note that a fact has been sent just now; `written` is its `at`, or nothing where that is not known."""
    if written:
        EVENT_LAG.observe(max(0.0, (timezone.now() - datetime.fromisoformat(written)).total_seconds()))
