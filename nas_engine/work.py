"""Work: a value that any worker can perform and that resumes by its own key; and what performing it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from nas_engine.candidate import FailureReason
from nas_engine.errors import StorageFailed
from nas_engine.events import Event, Fact, Warned
from nas_engine.wire import Plain, unpack

if TYPE_CHECKING:
    from nas_engine.wire import Tensors

CONCLUDED = "asked to conclude"  # why something ended early


@dataclass(frozen=True)
class Stored:
    """A pointer to a stored file."""

    key: str
    sha256: str


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


def recovered(context: Context, pointer: Stored) -> tuple[Plain, Tensors] | None:
    """The checkpoint behind a pointer; None where its file is torn or missing: the Work begins anew, and says so."""
    try:
        return unpack(context.store.get(pointer))
    except StorageFailed as error:
        text = f"checkpoint of {context.work.key} is lost, the work begins anew: {error}"
        tell(context, "lost checkpoint", Warned(context.work.stage, text))
        return None
