"""Facts as they travel: to the live page, to scripts, to the log."""

from __future__ import annotations

import uuid
from typing import Any

from webapp.runs.models import Event, Run


def message(event: Event) -> dict[str, Any]:
    """An event as everybody outside gets it."""
    at = event.created.isoformat()
    return {"key": event.key, "seq": event.seq, "kind": event.kind, "payload": event.payload, "at": at}


def events_since(run: Run | uuid.UUID, seq: int, limit: int = 200, kind: str = "") -> list[dict[str, Any]]:
    """The events after number `seq`, oldest first, at most `limit`; of one kind only, where it is given."""
    rows = Event.objects.filter(run=run, seq__gt=seq)
    if kind:
        rows = rows.filter(kind=kind)
    return [message(row) for row in rows.order_by("seq")[:limit]]


def newest_events(run: Run | uuid.UUID, upto: int, kind: str, limit: int) -> list[dict[str, Any]]:
    """The newest `limit` events of a kind that are not newer than number `upto`, oldest first."""
    rows = Event.objects.filter(run=run, kind=kind, seq__lte=upto).order_by("-seq")[:limit]
    return [message(row) for row in reversed(rows)]
