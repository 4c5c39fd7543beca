"""Products: what a run holds so far. Loaded for whoever works with them; by pointer in a run's state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost, NetworkLimits
from nas_engine.evidence import RankCorrelation
from nas_engine.spaces import SearchSpace
from nas_engine.wire import Plain
from nas_engine.work import Stored

if TYPE_CHECKING:
    from nas_engine.wire import Tensors


@dataclass(frozen=True)
class Ranked:
    """An architecture with the score that ranks it."""

    architecture: Architecture
    score: float
    cost: Cost


@dataclass(frozen=True)
class Ranking:
    """Architectures, best first."""

    entries: tuple[Ranked, ...]


@dataclass(frozen=True)
class Model:
    """A trained network: its tensors by name, and its accuracy on the validation split."""

    architecture: Architecture
    tensors: Tensors
    validation: float


@dataclass(frozen=True)
class Products:
    """What trainers and estimators take and give, tensors loaded. `limits`: the run's, for methods that heed them."""

    space: SearchSpace | None = None
    supernet: Tensors | None = None
    ranking: Ranking | None = None
    model: Model | None = None
    limits: NetworkLimits = field(default_factory=NetworkLimits)


@dataclass(frozen=True)
class StoredModel:
    """A trained network by pointer."""

    subject: str  # 'winner', 'reference' or 'random'
    architecture: Architecture
    seed: int
    validation: float
    weights: Stored


@dataclass(frozen=True)
class Sample:
    """One test image, and what the winner said of it: labels, and the probability of what it said."""

    split: str  # that the data came in
    position: int  # in it
    name: str  # of the file
    label: int
    said: int
    share: float


@dataclass(frozen=True)
class Rival:
    """The best network of random search, trained as winner and reference were; all figures are of winner - random."""

    seeds: tuple[int, ...]  # of the comparison, those for which it was trained to the end as well
    scores: tuple[float, ...]  # test accuracy, one a seed
    cost: Cost
    difference: float
    low: float
    high: float
    verdict: str


@dataclass(frozen=True)
class Comparison:
    """Winner against reference, trained identically over the same seeds, on the test split that was opened once."""

    seeds: tuple[int, ...]
    winner: tuple[float, ...]  # test accuracy, one a seed
    reference: tuple[float, ...]
    winner_cost: Cost
    reference_cost: Cost
    difference: float  # mean of the paired differences, winner - reference
    low: float  # paired bootstrap, 95 %
    high: float
    verdict: str  # 'better', 'worse' or 'not distinguishable'
    samples: tuple[Sample, ...] = ()  # drawn by seed, shown to the winner of the best validation accuracy
    random: Rival | None = None  # only where a control stage came before


@dataclass(frozen=True)
class Control:
    """What stands beside a search: random search, and how far the search's estimate agrees with training."""

    random: Ranked | None  # the best of the random networks, by its score when trained as the sample was
    draws: int  # random networks that were scored
    sampled: int  # networks of the ranking that were scored
    correlation: RankCorrelation | None  # of the search's estimate with the score after training
    largest: Ranked | None  # of the random networks the one with the most params
    by_params: RankCorrelation | None  # of the random networks: params with score
    by_madds: RankCorrelation | None


@dataclass(frozen=True)
class Holdings:
    """A run's products as plain data and pointers."""

    space: Plain | None = None
    supernet: Stored | None = None
    ranking: Ranking | None = None
    models: tuple[StoredModel, ...] = ()
    control: Control | None = None
    comparison: Comparison | None = None
    exports: dict[str, Stored] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Which products there are."""
        held = {
            "space": self.space is not None,
            "supernet": self.supernet is not None,
            "ranking": self.ranking is not None,
            "control": self.control is not None,
            "model": bool(self.models),
            "exports": bool(self.exports),
        }
        return frozenset(name for name, there in held.items() if there)
