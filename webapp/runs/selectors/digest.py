"""What a run on rows found, as one short text."""

from __future__ import annotations

from collections.abc import Iterator

from nas_engine.events import Event
from nas_engine.run import history_digest as digest_of
from webapp.runs.models import Run
from webapp.runs.state import state_of


def run_events(run: Run) -> Iterator[Event]:
    """The facts of a run, in order."""
    rows = run.events.order_by("seq").values_list("key", "kind", "payload")
    for key, kind, payload in rows.iterator():
        yield Event.read({"key": key, "kind": kind, "payload": payload})


def history_digest(run: Run) -> str:
    """Equal for two runs that found the same, also where one of them ran on the command line."""
    return digest_of(run_events(run), state_of(run))
