"""Stage: one step of a pipeline. It decides in `advance`, and knows how its own Work is performed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Generic, Protocol, TypeVar

from pydantic import Field

from nas_engine.budget import NetworkLimits
from nas_engine.candidate import Evaluation
from nas_engine.errors import EvaluationFailed
from nas_engine.events import Fact
from nas_engine.products import Holdings, Products
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace, space
from nas_engine.spaces.choices import SpaceChoice
from nas_engine.wire import Plain, read, unpack
from nas_engine.work import Context, Result, Stored, Work

Memory = TypeVar("Memory")


StageName = Annotated[
    str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$", description="what the page calls it")
]


class History(Protocol):
    """The answers of a run so far. Only conclusions and look-ups touch it."""

    def evaluations(self, stage: int) -> Iterable[Evaluation]:
        """Those that a stage was told, in order."""

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        """The answer to the same question in the same scope, from any stage."""


@dataclass(frozen=True)
class Frame:
    """What a stage sees of its run."""

    number: int
    name: str
    run_name: str
    seed: int  # of the run
    task: Plain
    shape: TaskShape
    limits: NetworkLimits
    holdings: Holdings
    evaluations_left: int | None  # for this stage and all after it
    seconds_left: float | None  # of this stage's share
    origin: SpaceChoice  # what the recipe says of the space that the run started from
    ranked_by: int | None = None  # the newest stage before this one that gives a ranking
    searching: float = 0.0  # device seconds of the stages before this one, without those that only measure
    concluding: bool = False  # asked to end with what there is

    @property
    def space(self) -> SearchSpace:
        """The run's space now."""
        assert self.holdings.space is not None  # every recipe begins with one
        return space(self.holdings.space)

    @property
    def root(self) -> Plain:
        """What building any member of the space needs, for a payload."""
        return self.space.root.plain()

    @property
    def out_of_time(self) -> bool:
        return self.seconds_left is not None and self.seconds_left <= 0


@dataclass
class Turn:
    """What one turn of a stage brought. `finished` holds the run's products once the stage is over."""

    work: list[Work] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)  # keys of Work that is no longer awaited
    facts: list[tuple[str, Fact]] = field(default_factory=list)  # with a name unique in the stage
    evaluations: int = 0  # newly spent
    finished: Holdings | None = None
    why: str = ""
    summary: dict[str, float] = field(default_factory=dict)


class Stage(ABC, Generic[Memory]):
    """Fields are configuration; memory lives in the run's state."""

    kind: ClassVar[str]
    memory: ClassVar[type]
    name: str
    share: float  # weight of this stage in the split of device seconds
    measures: ClassVar[bool] = False  # whether it only measures what others found
    reserved: ClassVar[bool] = False  # whether it lives on the reserve kept for retraining and export

    @property
    @abstractmethod
    def needs(self) -> frozenset[str]:
        """Names of the products that it cannot do without."""

    @property
    @abstractmethod
    def gives(self) -> frozenset[str]: ...

    @property
    def evaluations(self) -> int | None:
        """How many evaluations it will ask for at most; None where that is not known."""
        return 0

    @abstractmethod
    def start(self, frame: Frame) -> Memory: ...

    def expect_outcome(self, result: Result) -> None:
        """Raise EvaluationFailed, with the worker's reason, where a Work that the stage cannot do without has no outcome."""
        if result.mishap is not None:
            raise EvaluationFailed(result.mishap.reason, f"stage '{self.name}': {result.mishap.message}")

    @abstractmethod
    def advance(self, memory: Memory, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        """Results in, work out. `slots`: how much Work may be out at once. Changes `memory` in place."""


@dataclass
class Asked:
    """Memory of a stage that is one Work: whether it is out."""

    asked: bool = False


Performer = Callable[[Work, Context], Plain]  # what a kind of Work does: returns the result's outcome


def loaded(payload: Mapping[str, object], context: Context) -> Products:
    """A payload's space, supernet and limits as products."""
    stored = payload.get("supernet")
    tensors = None
    if isinstance(stored, dict):
        tensors = unpack(context.store.get(Stored(str(stored["key"]), str(stored["sha256"]))))[1]
        tensors = {name: tensor.to(context.device) for name, tensor in tensors.items()}
    found = payload["space"]
    assert isinstance(found, dict)
    limits = read(NetworkLimits, payload.get("limits", {}))
    return Products(space=space(found), supernet=tensors, limits=limits)
