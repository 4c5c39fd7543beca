"""A run's state: in its row, or, where it is large, in a file that the row points to."""

from __future__ import annotations

import json
from typing import cast

from nas_engine.run import Stored
from nas_engine.wire import Plain, read
from webapp.runs.models import Run
from webapp.runs.store import RunStore

POINTER = "stored"  # the engine's state has no such field


def state_of(run: Run) -> Plain | None:
    """The engine's state; None before the first decision. Raises StorageFailed where its file is missing or torn."""
    pointer = pointer_in(run.state)
    if pointer is None:
        return cast("Plain | None", run.state)
    return cast("Plain", json.loads(RunStore(run.pk).get(pointer)))


def pointer_in(kept: Plain | None) -> Stored | None:
    """The file that a row's state points to; None where the row holds the state itself."""
    return read(Stored, kept[POINTER]) if kept is not None and POINTER in kept else None
