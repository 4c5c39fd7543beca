"""Events: typed facts that flow out of a run. Each has a key, so that a repeat is harmless.

Facts are durable (decisions, evaluations, generations, stage changes, curve points) and part of a run's history digest.
Gauges (percent, rate, time left) are not facts: see `work.Context.gauge`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation, FailureReason, Fidelity
from nas_engine.errors import StateMismatch
from nas_engine.wire import Plain, plain, read


@dataclass(frozen=True)
class Fact:
    """Base of what an event says."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class RunStarted(Fact):
    kind: ClassVar[str] = "run started"
    name: str
    recipe: str  # digest
    seed: int


@dataclass(frozen=True)
class StageStarted(Fact):
    kind: ClassVar[str] = "stage started"
    stage: int
    name: str


@dataclass(frozen=True)
class StageFinished(Fact):
    """`summary` holds the stage's figures by name; `why` says what ended it."""

    kind: ClassVar[str] = "stage finished"
    stage: int
    name: str
    why: str
    summary: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class CurvePoint(Fact):
    kind: ClassVar[str] = "curve point"
    step: int
    metrics: dict[str, float]


@dataclass(frozen=True)
class CellRecord:
    """One member of a layer group's population after a generation."""

    label: str
    score: float
    visits: int
    parent: str  # label, empty for a founder


@dataclass(frozen=True)
class GenerationEvolved(Fact):
    """AutoSpace: every group's population after a generation, best first, and which cells stood in the network."""

    kind: ClassVar[str] = "generation evolved"
    generation: int
    loss: float
    expected_madds: float
    groups: dict[str, tuple[CellRecord, ...]]
    slots: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class CandidateEvaluated(Fact):
    kind: ClassVar[str] = "candidate evaluated"
    stage: int
    key: str  # of the architecture
    architecture: Architecture
    score: float
    cost: Cost
    fidelity: Fidelity
    repeat: int
    scope: str  # digest of the estimator and of the weights that it used: answers of one scope are comparable
    parents: tuple[str, ...] = ()


def evaluation(fact: CandidateEvaluated) -> Evaluation:
    """The evaluation that a fact tells of."""
    candidate = Candidate(fact.architecture, fact.fidelity, fact.repeat, fact.parents)
    return Evaluation(candidate, fact.score, fact.cost)


def question(fact: CandidateEvaluated) -> str:
    """What was asked, in which scope: equal for the same question, whoever asked it."""
    return f"{fact.scope}:{evaluation(fact).candidate.key}"


@dataclass(frozen=True)
class CandidateFailed(Fact):
    kind: ClassVar[str] = "candidate failed"
    stage: int
    key: str
    architecture: Architecture
    reason: FailureReason
    message: str


@dataclass(frozen=True)
class SpaceShrunk(Fact):
    """LISSNAS: one accepted or refused round. `mean` is of a fresh sample of the space of that round."""

    kind: ClassVar[str] = "space shrunk"
    stage: int
    round: int
    size: int
    mean: float
    seeds: tuple[str, ...]
    accepted: bool


@dataclass(frozen=True)
class ModelTrained(Fact):
    kind: ClassVar[str] = "model trained"
    stage: int
    subject: str  # 'winner' or 'reference'
    seed: int
    validation: float
    weights: str  # sha256


@dataclass(frozen=True)
class TestOpened(Fact):
    """The one look at the test split: `scores` by subject, one a training seed."""

    __test__: ClassVar[bool] = False  # not a pytest class
    kind: ClassVar[str] = "test opened"
    stage: int
    scores: dict[str, tuple[float, ...]]
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Exported(Fact):
    kind: ClassVar[str] = "exported"
    stage: int
    files: dict[str, str]  # name -> sha256
    cost: Cost


@dataclass(frozen=True)
class Warned(Fact):
    kind: ClassVar[str] = "warned"
    stage: int
    text: str


@dataclass(frozen=True)
class RunAsked(Fact):
    """What a person asked of the run: 'run', 'pause', 'finish' or 'cancel'. Not part of a run's history digest."""

    kind: ClassVar[str] = "run asked"
    wanted: str


@dataclass(frozen=True)
class RunRetried(Fact):
    """A run that had failed or was cancelled goes on where it was. Not part of a run's history digest."""

    kind: ClassVar[str] = "run retried"


@dataclass(frozen=True)
class RunEnded(Fact):
    kind: ClassVar[str] = "run ended"
    status: str
    reason: str


FACTS: tuple[type[Fact], ...] = (
    RunStarted,
    StageStarted,
    StageFinished,
    CurvePoint,
    GenerationEvolved,
    CandidateEvaluated,
    CandidateFailed,
    SpaceShrunk,
    ModelTrained,
    TestOpened,
    Exported,
    Warned,
    RunAsked,
    RunRetried,
    RunEnded,
)
_BY_KIND = {fact.kind: fact for fact in FACTS}


@dataclass(frozen=True)
class Event:
    """A fact and its key, unique in its run."""

    key: str
    fact: Fact

    def plain(self) -> Plain:
        return {"key": self.key, "kind": self.fact.kind, "payload": plain(self.fact)}

    @classmethod
    def read(cls, value: Plain) -> Event:
        """The event that `plain` wrote. Raises StateMismatch for an unknown kind."""
        kind = _BY_KIND.get(str(value["kind"]))
        if kind is None:
            raise StateMismatch(f"event kind {value['kind']!r} is not known; it was written by a newer version")
        return cls(str(value["key"]), read(kind, value["payload"]))
