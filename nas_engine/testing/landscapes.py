"""Landscapes of which it is known beforehand where the good networks are, and a loop that plays a strategy on one."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp
from statistics import NormalDist
from typing import Any

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation
from nas_engine.chance import Chance, seed_from
from nas_engine.events import SpaceShrunk
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace, Skeleton, Stage, chain
from nas_engine.strategies import Strategy

Score = Callable[[Architecture], float]

LABELS = ("conv1", "conv3", "conv5", "conv7", "skip")
GENOTYPES = chain(Skeleton((Stage(6, 6),), stem=6), LABELS)  # 5^6
PEAKS = tuple(GENOTYPES.architecture([label] * 6) for label in LABELS)


def five_pockets(architecture: Architecture) -> float:
    """Highest at the five networks that are the same operator throughout."""
    return sum(exp(-sum(gene != label for gene in architecture.genes)) for label in LABELS)


def touched(found: Container[Architecture]) -> int:
    """How many of the five peaks are in a set."""
    return sum(peak in found for peak in PEAKS)


def additive(architecture: Architecture) -> float:
    """Each gene adds its own term."""
    return sum(seed_from("term", *place) / 2**63 for place in enumerate(architecture.genes))


def skewed(seed: int = 0) -> dict[Architecture, float]:
    """Scores in the shape of CIFAR-10's on NAS-Bench-201 (mean 87.1, deviation 12.7, median 90.7), without any locality."""
    chance, bell = Chance(seed), NormalDist()
    return {a: 94.4 - 3.65 * exp(1.177 * bell.inv_cdf(chance.uniform())) for a in GENOTYPES.members()}


def shuffled(scores: Mapping[Architecture, float], chance: Chance) -> dict[Architecture, float]:
    """The same scores, dealt anew: what depends on locality is gone."""
    return dict(zip(scores, chance.sample(list(scores.values()), len(scores)), strict=True))


@dataclass(frozen=True)
class Played:
    """A strategy's run to its end: its samples, all answers, and what it concluded."""

    strategy: Strategy[Any]
    samples: Sequence[Sequence[Architecture]]
    history: Sequence[Evaluation]

    @cached_property
    def found(self) -> SearchSpace | Ranking:
        return self.strategy.conclude(self.history)

    @property
    def evaluations(self) -> int:
        """Distinct networks that were estimated."""
        return len({evaluation.candidate.architecture for evaluation in self.history})

    @property
    def rounds(self) -> list[SpaceShrunk]:
        return [fact for fact in self.strategy.facts(stage=0) if isinstance(fact, SpaceShrunk)]

    @property
    def figures(self) -> dict[str, float]:
        return self.strategy.figures(self.found, self.history)


def play(strategy: Strategy[Any], space: SearchSpace, score: Score, seed: int, batch: int = 100_000) -> Played:
    """Ask, score, tell until it is finished; a network is scored once, as from a run's journal."""
    known: dict[Architecture, float] = {}
    samples: list[list[Architecture]] = []
    history: list[Evaluation] = []

    def scored(candidate: Candidate) -> Evaluation:
        architecture = candidate.architecture
        if architecture not in known:
            known[architecture] = score(architecture)
        return Evaluation(candidate, known[architecture], Cost())

    strategy.start(space, seed)
    while asked := strategy.ask(batch):
        answers = [scored(candidate) for candidate in asked]
        samples.append([candidate.architecture for candidate in asked])
        history += answers
        strategy.tell(answers)
    return Played(strategy, samples, history)
