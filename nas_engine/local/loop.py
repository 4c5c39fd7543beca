"""A run on one machine: decide, perform, write down, until it is over."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nas_engine.errors import Cancelled, StorageFailed
from nas_engine.events import Event
from nas_engine.local.journal import Journal, JournalHistory
from nas_engine.recipe import Recipe
from nas_engine.run import Run, RunState, perform, space_files
from nas_engine.wire import pack, write_atomically
from nas_engine.work import Checkpoint, Store, Stored, Work, recovered

if TYPE_CHECKING:
    from nas_engine.wire import Plain, Tensors

CHECKPOINT_SECONDS = 10.0


class Watcher:
    """What a run on one machine shows, and how it is asked to stop. This one shows nothing and never asks."""

    def event(self, event: Event) -> None:
        """A fact, now durable."""

    def gauge(self, work: Work, done: int, total: int, metrics: Mapping[str, float]) -> None:
        """Progress of a Work."""

    def stop(self) -> bool:
        """Whether the run should stop at its next boundary."""
        return False

    def concluding(self) -> bool:
        """Whether the run should conclude with what it has."""
        return False


class LocalContext:
    """The context of a Work on this machine. See `work.Context`."""

    def __init__(
        self, journal: Journal, work: Work, watcher: Watcher, device: str, spacing: float, attempt: bool = True
    ) -> None:
        """`attempt`: whether the Work stands in the journal, so that this is one more attempt at it."""
        self.work, self.device = work, device
        self.store: Store = journal.files
        self._journal, self._watcher, self._spacing = journal, watcher, spacing
        self._before, self._held = journal.attempt(work.key) if attempt else (0.0, None)
        self._whole: Stored | None = None  # the last checkpoint that is known to be whole
        self._began = self._saved = time.monotonic()
        self._events: list[Event] = []

    def emit(self, event: Event) -> None:
        self._events.append(event)

    def gauge(self, done: int, total: int, metrics: Mapping[str, float]) -> None:
        self._watcher.gauge(self.work, done, total, metrics)

    def check(self) -> None:
        if self._watcher.stop():
            raise Cancelled("stopped; the last checkpoint stands")

    def concluding(self) -> bool:
        return self._watcher.concluding()

    def spent(self) -> float:
        return self._before + time.monotonic() - self._began

    def restored(self) -> tuple[Plain, Tensors] | None:
        found = recovered(self, self._held)
        self._whole = None if found is None else found.stored
        return None if found is None else (found.content, found.tensors)

    def checkpoint_due(self) -> bool:
        return self._watcher.stop() or time.monotonic() - self._saved >= self._spacing

    def checkpoint(self, content: Plain, tensors: Tensors) -> None:
        self.flush()
        stored = self._journal.write_checkpoint(f"{self.work.key}-checkpoint.safetensors", pack(content, tensors))
        self._journal.point_to_checkpoint(self.work.key, Checkpoint.after(self._whole, stored), self.spent())
        self._whole = stored
        self._saved = time.monotonic()

    def flush(self) -> None:
        """Make the facts told so far durable."""
        self._journal.flush_events(self._events)
        for event in self._events:
            self._watcher.event(event)
        self._events = []


def run_locally(
    recipe: Recipe,
    folder: Path,
    watcher: Watcher | None = None,
    device: str = "cpu",
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    journal: Journal | None = None,
) -> RunState:
    """Run a recipe to its end, or go on with the run that the folder holds; returns its last state.

    Once it is over, exports are in `folder/export`, and what it made of its space in `space.json`. Raises Cancelled where
    the watcher says stop; call again to go on.
    """
    watcher = watcher or Watcher()
    journal = journal or Journal(folder)
    try:
        journal.lock()
        journal.begin(recipe.plain)
        saved = journal.state()
        run = Run(recipe) if saved is None else Run.restored(recipe, saved)
        history = JournalHistory(journal)
        while True:
            results = journal.untold()
            step = run.advance(results, 1, history, watcher.concluding())
            journal.commit_step(step, results)
            for event in step.events:
                watcher.event(event)
            work = journal.next_work() if step.status == "running" else None
            if work is None:
                break
            if watcher.stop():
                raise Cancelled("stopped between two pieces of work")
            context = LocalContext(journal, work, watcher, device, checkpoint_seconds)
            result = perform(work, context)
            if result.mishap is not None and result.mishap.reason == "storage":
                raise StorageFailed(f"{result.mishap.message}; the same command goes on from the last checkpoint")
            context.flush()
            journal.commit_result(result)
        state = run.state
        _lay_out(journal, state.holdings.exports, folder / "export")
        for name, data in space_files(state).items():
            write_atomically(folder / name, data)
        return state
    except sqlite3.OperationalError as error:
        raise StorageFailed(
            f"could not write the journal in {folder} ({error}); free space, and the same command goes on"
        ) from error
    finally:
        journal.close()


def _lay_out(journal: Journal, exports: Mapping[str, Stored], folder: Path) -> None:
    for name, stored in exports.items():
        write_atomically(folder / name, journal.files.get(stored))


def last_state(folder: Path) -> RunState | None:
    """The state of the run that a folder holds. Looking changes nothing."""
    journal = Journal(folder)
    try:
        saved = journal.state()
        return None if saved is None else RunState.read(saved)
    finally:
        journal.close()
