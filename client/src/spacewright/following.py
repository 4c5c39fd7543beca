"""A run followed to its end: every fact once, in order, without a gap, across restarts of the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from spacewright.connection import Connection
from spacewright.errors import WrongAnswer
from spacewright.records import Event, Run

EVERY = 1.0  # seconds between looks
PATIENCE = 600.0  # seconds that a server may be away


Look = Callable[[], None]  # is called between two looks at the facts


def no_look() -> None:
    """Nobody looks."""


def follow(
    connection: Connection,
    run: str,
    since: int = 0,
    every: float = EVERY,
    patience: float = PATIENCE,
    look: Look = no_look,
) -> Iterator[Event]:
    """The facts of a run after number `since`, as they are found, until it is over.

    Raises Unreachable for a server that is away for longer than `patience` seconds, WrongAnswer for one that leaves a fact out.
    """
    while True:
        over = Run.read(connection.get(f"/runs/{run}/", patience=patience)).over  # before the facts: none comes after
        newest = since + 1
        while since < newest:
            page = connection.get(f"/runs/{run}/events/", patience=patience, since=since)
            newest = page.whole("last_seq")
            found = [Event.read(event) for event in page.many("events")]
            for event in found:
                if event.seq != since + 1:
                    raise WrongAnswer(f"the server left out fact {since + 1} of run {run}; ask who runs the studio")
                since = event.seq
                yield event
            if not found:
                break
        if over:
            return
        look()
        connection.sleep(every)
