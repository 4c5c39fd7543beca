"""Work: a value that any worker can perform and that resumes by its own key; and what performing it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from nas_engine.candidate import FailureReason
from nas_engine.errors import StorageFailed
from nas_engine.events import Event, Fact, Warned
from nas_engine.wire import Plain, digest, unpack

if TYPE_CHECKING:
    from nas_engine.wire import Tensors

CONCLUDED = "asked to conclude"  # why something ended early


@dataclass(frozen=True)
class Stored:
    """A pointer to a stored file."""

    key: str
    sha256: str


@dataclass(frozen=True)
class Checkpoint:
    """Where a Work goes on: its newest checkpoint, and the one before it in case that is torn."""

    key: str
    sha256: str
    before: Stored | None = None

    @classmethod
    def after(cls, before: Stored | None, stored: Stored) -> Checkpoint:
        return cls(stored.key, stored.sha256, None if before == stored else before)

    @property
    def files(self) -> tuple[Stored, ...]:
        """Newest first."""
        newest = Stored(self.key, self.sha256)
        return (newest,) if self.before is None else (newest, self.before)


@dataclass(frozen=True)
class Work:
    """One thing for one worker to do. `payload` is everything it needs beside the stored files that it points to."""

    key: str
    stage: int
    kind: str
    payload: Plain
    seed: int  # of the run
    seconds: float | None = None  # device seconds it may take, over all attempts; it overshoots by one step at most


@dataclass(frozen=True)
class Mishap:
    """Why a Work has no outcome."""

    reason: FailureReason
    message: str


@dataclass(frozen=True)
class Result:
    """What came of a Work. `seconds`: device seconds, all attempts."""

    work: str
    outcome: Plain = field(default_factory=dict)
    mishap: Mishap | None = None
    seconds: float = 0.0


class Store(Protocol):
    """Where files live. What is put is whole and verified when it is got."""

    def put(self, key: str, data: bytes) -> Stored: ...

    def get(self, stored: Stored) -> bytes: ...


class Context(Protocol):
    """What a Work meets while it is performed. The engine sees nothing else of the worker."""

    work: Work
    device: str
    store: Store

    def emit(self, event: Event) -> None:
        """Tell a fact. It is durable after the next boundary (checkpoint or result)."""

    def gauge(self, done: int, total: int, metrics: Mapping[str, float]) -> None:
        """Show progress, and mark that there is some; overwritten, never part of the history."""

    def check(self) -> None:
        """Raise Cancelled where the user or the lease says so."""

    def concluding(self) -> bool:
        """Whether the user asked to conclude with what there is: a search's training then ends at its next boundary."""

    def spent(self) -> float:
        """Device seconds on this Work so far, all attempts."""

    def restored(self) -> tuple[Plain, Tensors] | None:
        """The last checkpoint, if there is one."""

    def checkpoint_due(self) -> bool:
        """Whether it is time for the next checkpoint. Checkpoints never influence results."""

    def checkpoint(self, content: Plain, tensors: Tensors) -> None:
        """In this order: make the facts durable, write the file, move the pointer."""


def tell(context: Context, name: str, fact: Fact) -> None:
    """Emit a fact under a key derived from the Work and `name`, so that what is told again after a death is ignored."""
    context.emit(Event(f"{context.work.key}/{name}", fact))


def out_of_time(context: Context) -> bool:
    """Whether the Work has used up its device seconds."""
    return context.work.seconds is not None and context.spent() >= context.work.seconds


@dataclass(frozen=True)
class Recovered:
    """What a whole checkpoint holds, and its file."""

    stored: Stored
    content: Plain
    tensors: Tensors


def recovered(context: Context, held: Checkpoint | None) -> Recovered | None:
    """The newest checkpoint that is whole. One that is torn or missing is told of; where none is left, the Work begins anew."""
    found: Recovered | None = None
    lost: dict[Stored, str] = {}
    for stored in () if held is None else held.files:
        try:
            found = Recovered(stored, *unpack(context.store.get(stored)))
            break
        except StorageFailed as error:
            lost[stored] = str(error)
    if lost:
        on = "begins anew" if found is None else f"goes on from the one before, {found.stored.key}"
        what = f"{'checkpoint' if len(lost) == 1 else 'both checkpoints'} of {context.work.key}"
        text = f"{what} {'is' if len(lost) == 1 else 'are'} lost, the work {on}: {'; '.join(lost.values())}"
        name = f"lost checkpoint {digest([stored.sha256 for stored in lost])}"
        tell(context, name, Warned(context.work.stage, text))
    return found
