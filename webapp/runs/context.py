"""The context of a Work on rows: every write carries the fence."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import transaction

from nas_engine.errors import Cancelled
from nas_engine.events import Event
from nas_engine.run import Checkpoint, Store, Stored, recovered
from nas_engine.run import Work as EngineWork
from nas_engine.wire import pack, plain, read
from webapp.environment import environment
from webapp.runs.models import Work
from webapp.runs.services.claim import Fenced, fenced
from webapp.runs.services.events import append_events, hold_numbers
from webapp.runs.store import RunStore, checkpoint_key

if TYPE_CHECKING:
    from nas_engine.wire import Plain, Tensors

# What a person reads of a Work, by its kind, once it has begun; a kind that is not here is "working".
DOING = {
    "train": "training",
    "retrain": "training",
    "evaluate": "scoring",
    "report": "comparing",
    "export": "exporting",
}
BEGUN_AT_ONCE = ("report", "export")  # the others load torch, data and weights first


class Stopped(Cancelled):
    """The Work is to be left at its last checkpoint: paused, cancelled, or its slice is over."""


class RowContext:
    """The engine's Context for one attempt at a Work. `stop`, `finish` and `lost` are set by the heartbeat."""

    def __init__(self, row: Work, device: str = "cpu") -> None:
        self.row, self.device = row, device
        self.work = read(EngineWork, row.value)
        self.team = row.run.study.team_id
        self._files = RunStore(row.run_id)
        self.store: Store = self._files
        self.stop: str = ""  # why the Work should be left at its next boundary
        self.finish = False  # the user wants the run to conclude with what it has
        self.lost = False  # the lease is gone
        self.progressed = time.monotonic()
        self._began = self._saved = time.monotonic()
        self._before = row.seconds
        self._events: list[Event] = []
        self._whole: Stored | None = None  # the last checkpoint that is known to be whole
        self._orphans = row.attempt > 1  # there may be some
        self._progress: dict[str, object] = {}
        self._begun = self.work.kind in BEGUN_AT_ONCE

    def emit(self, event: Event) -> None:
        self._events.append(event)

    def gauge(self, done: int, total: int, metrics: Mapping[str, float]) -> None:
        """Kept here; the heartbeat writes it."""
        self.progressed, self._begun = time.monotonic(), True
        self._progress = {"done": done, "total": total, "metrics": dict(metrics)}

    @property
    def progress(self) -> dict[str, object]:
        """The gauge: what is being done, seconds spent by all attempts, the device; how far, once that is known."""
        doing = DOING.get(self.work.kind, "working") if self._begun else "starting"
        return {"doing": doing, "seconds": round(self.spent(), 1), "device": self.device, **self._progress}

    def check(self) -> None:
        self._begun = True
        if self.lost:
            raise Fenced(f"work {self.work.key}: the lease is lost")
        if self.stop:
            raise Stopped(self.stop)

    def concluding(self) -> bool:
        return self.finish

    def spent(self) -> float:
        return self._before + time.monotonic() - self._began

    def restored(self) -> tuple[Plain, Tensors] | None:
        found = recovered(self, self._held)
        self._whole = None if found is None else found.stored
        return None if found is None else (found.content, found.tensors)

    @property
    def _held(self) -> Checkpoint | None:
        return None if self.row.checkpoint is None else read(Checkpoint, self.row.checkpoint)

    def checkpoint_due(self) -> bool:
        slice_over = time.monotonic() - self._began >= environment.slice_seconds
        if slice_over and not self.stop:
            self.stop = "slice over"
        return bool(self.stop) or time.monotonic() - self._saved >= environment.checkpoint_seconds

    def checkpoint(self, content: Plain, tensors: Tensors) -> None:
        """Flush the facts, write the file, then move the pointer: each under the fence. What it no longer points to is dropped."""
        self.flush()
        if self._orphans:
            self._drop_orphans()
        stored = self._files.put(checkpoint_key(self.work.key, self.row.attempt), pack(content, tensors))
        held, checkpoint = self._held, Checkpoint.after(self._whole, stored)
        fenced(self.row, checkpoint=plain(checkpoint), seconds=self.spent(), deaths=0)
        self.row.checkpoint, self._whole = plain(checkpoint), stored
        self._drop(held, but=checkpoint.files)
        self._saved = time.monotonic()

    def _drop_orphans(self) -> None:
        """Remove checkpoints of earlier attempts that a kill parted from the pointer: there are never more than three."""
        held = () if self._held is None else self._held.files
        earlier = (checkpoint_key(self.work.key, attempt) for attempt in range(1, self.row.attempt))
        for stored in self._files.held(earlier):
            if stored not in held:
                self._files.drop(stored)
        self._orphans = False

    def drop_checkpoints(self) -> None:
        """Remove the files of the last checkpoints, once the result is there and nothing points to them."""
        self._drop(self._held)

    def _drop(self, held: Checkpoint | None, but: Sequence[Stored] = ()) -> None:
        for stored in () if held is None else held.files:
            if stored not in but:
                self._files.drop(stored)

    def flush(self) -> None:
        """Make the facts told so far durable, if the Work is still this attempt's."""
        with transaction.atomic():
            if self._events:
                hold_numbers(self.row.run_id)
            fenced(self.row, progress=self.progress)
            append_events(self.row.run_id, self._events)
        self._events = []
