"""Greedy operator pruning: the baseline that LISSNAS argues against. A stand-in, not a published method (ABS, say)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent, Incompatible, Infeasible
from nas_engine.events import Fact, SpaceShrunk
from nas_engine.products import Ranking
from nas_engine.spaces import ChainSpace, Listed, SearchSpace, Subspace, Within
from nas_engine.spaces.shrinkage import figures
from nas_engine.strategies.base import Strategy
from nas_engine.strategies.sample import Sample

MOST_OPTIONS = 64  # at a place: of more, a sample shows too few to judge any


@dataclass
class Drop:
    """An operator that was taken from a place, and what was known of the space before."""

    place: int
    label: str
    size: int
    mean: float


@dataclass
class PruningState:
    chance: Chance
    drops: list[Drop]
    sample: Sample
    finished: bool = False


@dataclass
class OperatorPruning(Strategy[PruningState]):
    """Rounds of: sample the space, drop the operator of one place whose networks score worst on average.

    It ends when few networks are left, and gives them as a product of what is left at each place. An operator that no
    network of a sample had is not judged.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "operator_pruning"
    gives: ClassVar[str] = "space"
    memory: ClassVar[type] = PruningState

    sample: Annotated[int, Field(ge=5, le=100_000, description="networks estimated a round")] = 50
    most: Annotated[int, Field(ge=1, description="networks left at the end, at most")] = 64

    @property
    def evaluations(self) -> int | None:
        return None

    def check(self, space: SearchSpace) -> None:
        """Raises Incompatible for a space with more than 64 options at a place."""
        crowded = max(alphabet.size for alphabet in _whole(space).alphabets)
        if crowded > MOST_OPTIONS:
            raise Incompatible(
                f"operator_pruning: a place of this space has {crowded:,} options, it can judge {MOST_OPTIONS};"
                " evolve the space first"
            )

    def start(self, space: SearchSpace, seed: int) -> None:
        """Raises Incompatible where `check` does."""
        self.check(space)
        self.space = space
        self.state = PruningState(Chance(seed), [], Sample([]))
        self._sample()

    def ask(self, n: int) -> list[Candidate]:
        state = self.state
        if state.finished:
            return []
        return [Candidate(architecture) for architecture in state.sample.ask(n)]

    def tell(self, answers: Sequence[Answer]) -> None:
        self.state.sample.tell(answers)
        if self.state.sample.complete:
            self._drop()

    def _drop(self) -> None:
        """All of the sample is in: drop the worst operator, and go on with what is left."""
        state, sample = self.state, self.state.sample
        alphabets = self._left().alphabets
        seen: dict[tuple[int, str], list[float]] = {}
        for architecture in sample.scored:
            for position, label in enumerate(architecture.genes):
                if alphabets[position].size > 1:
                    seen.setdefault((position, label), []).append(sample.scores[architecture.key])
        if not seen:
            state.finished = True
            return
        place, label = min(seen, key=lambda choice: (sum(seen[choice]) / len(seen[choice]), choice))
        state.drops.append(Drop(place, label, self._size(), sample.mean))
        if self._size() <= self.most:
            state.finished = True
            return
        self._sample()

    def _sample(self) -> None:
        state = self.state
        state.sample = Sample(self._draw())
        if not state.sample.networks:  # within the limits nothing is left: the last drop went too far
            del state.drops[-1:]
            state.finished = True

    def _draw(self) -> list[Architecture]:
        """Distinct members of what is left; fewer than asked for where it seems to hold no more."""
        left, inner, chance = self._left(), _inner(self.space), self.state.chance
        if isinstance(inner, Subspace):
            return chance.sample([member for member in self.space.members() if member in left], self.sample)
        view = replace(self.space, space=left) if isinstance(self.space, Within) else left
        drawn: dict[str, Architecture] = {}
        try:
            for _ in range(20 * self.sample):
                architecture = view.sample(chance)
                drawn.setdefault(architecture.key, architecture)
                if len(drawn) == self.sample:
                    break
        except Infeasible:
            return []
        return list(drawn.values())

    def _left(self) -> ChainSpace:
        """The product of what has not been dropped."""
        whole, gone = _whole(self.space), {(drop.place, drop.label) for drop in self.state.drops}
        alphabets = tuple(
            Listed(tuple(label for label in alphabet.labels if (position, label) not in gone))
            for position, alphabet in enumerate(whole.alphabets)
        )
        return ChainSpace(whole.skeleton, alphabets, whole.reference_label)

    def _size(self) -> int:
        return prod(alphabet.size for alphabet in self._left().alphabets)

    def facts(self, stage: int) -> Sequence[Fact]:
        return [
            SpaceShrunk(stage, number, drop.size, drop.mean, (), True) for number, drop in enumerate(self.state.drops)
        ]

    def conclude(self, history: Iterable[Evaluation]) -> SearchSpace:
        """What is left; of an explicit set of networks, its members there.

        Raises BudgetSpent where no network could be estimated.
        """
        state = self.state
        if not state.drops and not state.sample.scores and not any(True for _ in history):
            raise BudgetSpent(
                "operator pruning: no network could be estimated, so no operator can be dropped; raise the budget"
            )
        left, inner = self._left(), _inner(self.space)
        if not isinstance(inner, Subspace):
            return left
        return Subspace.of(inner, {member for member in inner.members() if member in left})

    def figures(self, found: SearchSpace | Ranking, history: Sequence[Evaluation]) -> dict[str, float]:
        """What the shrink brought and kept; the mean afterwards is of the estimated networks that are left."""
        if not self.state.drops or isinstance(found, Ranking):
            return {}
        kept = [e.score for e in history if e.candidate.architecture in found]
        best = max(evaluation.score for evaluation in history)
        if not kept or found.size > self.most:
            return {}
        listed = found if isinstance(found, Subspace) else Subspace.of(found, set(found.members()))
        return figures(self.space, listed, self.state.drops[0].mean, sum(kept) / len(kept), best)


def _inner(space: SearchSpace) -> SearchSpace:
    return space.space if isinstance(space, Within) else space


def _whole(space: SearchSpace) -> ChainSpace:
    """The smallest product of choices around a space."""
    inner = _inner(space)
    return inner.as_product() if isinstance(inner, Subspace) else inner.root
