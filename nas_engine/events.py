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
from nas_engine.evidence import Interval, RankCorrelation, Superiority
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
    """AutoSpace: every group's population after a generation, best first, and which cells stood in the network.

    `shares`: of each operator among the edges of a group's cells. `stability`: rank correlation (Kendall's tau) of the stored
    scores before and after the generation, over the cells that had one; a group in which fewer than two had is left out.
    """

    kind: ClassVar[str] = "generation evolved"
    generation: int
    loss: float
    expected_madds: float
    groups: dict[str, tuple[CellRecord, ...]]
    slots: dict[str, tuple[str, ...]]
    shares: dict[str, dict[str, float]] = field(default_factory=dict)
    stability: dict[str, float] = field(default_factory=dict)


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
    measured: bool = False  # asked to measure a space or a search, and so no find


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
class MeasuredSpace:
    """Random members of a space: their scores, what they cost, and the figures of the sample."""

    title: str
    scores: tuple[float, ...]
    madds: tuple[int, ...]
    mean: Interval
    median: Interval
    best: Interval


@dataclass(frozen=True)
class SpaceContest:
    """Two measured spaces by name: how likely a draw from `one` scores higher than one from `other`."""

    one: str
    other: str
    superiority: Superiority


@dataclass(frozen=True)
class SpaceMeasured(Fact):
    """Spaces by name ('now', 'start', 'reference'), measured in one band of MAdds; a space without members there is left out."""

    kind: ClassVar[str] = "space measured"
    stage: int
    least_madds: int
    most_madds: int | None
    spaces: dict[str, MeasuredSpace]
    contests: tuple[SpaceContest, ...]


@dataclass(frozen=True)
class Estimated:
    """A network of the search's ranking: what the search said of it, and its score after training."""

    key: str
    estimate: float
    score: float


@dataclass(frozen=True)
class Drawn:
    """A random network."""

    key: str
    score: float
    cost: Cost


@dataclass(frozen=True)
class SearchControlled(Fact):
    """What stands beside a search's result: estimate and score of a sample, and the best of random search.

    `largest`: of the random networks the one with the most params. `by_params`, `by_madds`: their cost with their score.
    """

    kind: ClassVar[str] = "search controlled"
    stage: int
    sample: tuple[Estimated, ...]
    correlation: RankCorrelation | None
    draws: int
    best: Drawn | None
    largest: Drawn | None
    by_params: RankCorrelation | None
    by_madds: RankCorrelation | None


@dataclass(frozen=True)
class SearchPriced(Fact):
    """Device seconds of all stages that led to the search's result, and of `draws` random networks. Not part of a run's history digest."""

    kind: ClassVar[str] = "search priced"
    stage: int
    searching: float
    drawing: float
    draws: int


@dataclass(frozen=True)
class ModelTrained(Fact):
    kind: ClassVar[str] = "model trained"
    stage: int
    subject: str  # 'winner', 'reference' or 'random'
    seed: int
    validation: float
    weights: str  # sha256


@dataclass(frozen=True)
class Against:
    """A paired difference of the winner to another network, with its interval, over these training seeds."""

    seeds: tuple[int, ...]
    difference: float
    low: float
    high: float
    verdict: str


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
    random: Against | None = None  # the winner against the best of random search, where a control stage came before


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
    SpaceMeasured,
    SearchControlled,
    SearchPriced,
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
    def read(cls, value: object) -> Event:
        """The event that `plain` wrote. Raises StateMismatch for an unknown kind."""
        if not isinstance(value, dict) or not isinstance(value.get("key"), str) or "payload" not in value:
            raise StateMismatch("stored event: wanted an object with key, kind and payload; restore it from a backup")
        kind = _BY_KIND.get(str(value.get("kind")))
        if kind is None:
            named = repr(value.get("kind"))[:80]
            raise StateMismatch(f"event kind {named} is not known; it was written by a newer version")
        return cls(value["key"], read(kind, value["payload"]))
