"""Where a run's state is kept. A large file is written before the commit and dropped after it: a death leaves an orphan at most."""

from __future__ import annotations

import uuid

from nas_engine.wire import Plain, canonical, plain
from webapp.runs.models import Run
from webapp.runs.state import POINTER, pointer_in
from webapp.runs.store import STATE, RunStore

MOST_BYTES = 256 * 1024  # of state in a row


def kept_state(run: Run, state: Plain) -> Plain:
    """What the row of the run's next version shall hold: the state, or the pointer to a file with it.

    The name is this decision's own: of two that compete, one drops its file and the other's stays.
    """
    data = canonical(state).encode()
    if len(data) <= MOST_BYTES:
        return state
    stored = RunStore(run.pk).put(f"{STATE}{run.state_version + 1}-{uuid.uuid4().hex[:8]}.json", data)
    return {POINTER: plain(stored)}


def drop_state(run: uuid.UUID, kept: Plain | None) -> None:
    """Remove the file of a state that no row holds any more."""
    stored = pointer_in(kept)
    if stored is not None:
        RunStore(run).drop(stored)
