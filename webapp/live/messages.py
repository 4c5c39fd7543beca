"""What goes over the channel layer and over the socket, and how it is cut: at most 64 kB a message."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.live.entries import Message

MOST_BYTES = 64_000


def group_of(run: uuid.UUID | str) -> str:
    """The channel group of those who watch a run."""
    return f"run.{run}"


def group_of_user(user: uuid.UUID) -> str:
    """The channel group of everything that a user watches."""
    return f"user.{user}"


@dataclass(frozen=True)
class Batch:
    """Events with contiguous numbers, encoded once for all who watch. Without text: too large to be carried, read the rows."""

    first: int
    last: int
    text: str
    at: str = ""  # when the last of them was written


def encoded(kind: str, **content: Any) -> str:
    """One message of the socket."""
    return json.dumps({"type": kind, **content}, separators=(",", ":"))


def batches(events: Sequence[Message]) -> Iterator[Batch]:
    """Events, in any order, as messages of at most 64 kB; a new one begins at every gap in the numbers.

    An event that is larger by itself is a batch without text.
    """
    held: list[str] = []
    first = last = size = 0
    at = ""
    for event in sorted(events, key=lambda event: int(event["seq"])):
        text = json.dumps(event, separators=(",", ":"))
        seq, length = event["seq"], len(text) + 1
        if held and (seq != last + 1 or size + length > MOST_BYTES - 100):
            yield _batch(first, last, held, at)
            held = []
        if length > MOST_BYTES - 100:
            yield Batch(seq, seq, "")
            continue
        if not held:
            first, size = seq, 0
        held.append(text)
        last, size, at = seq, size + length, event.get("at", "")
    if held:
        yield _batch(first, last, held, at)


def _batch(first: int, last: int, held: Sequence[str], at: str) -> Batch:
    return Batch(first, last, f'{{"type":"events","events":[{",".join(held)}]}}', at)
