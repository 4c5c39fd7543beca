"""Ageing (regularised) evolution: the oldest dies, not the worst (Real 2019, https://arxiv.org/abs/1802.01548)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace
from nas_engine.strategies.base import Strategy, ranked


@dataclass
class Individual:
    architecture: Architecture
    score: float


@dataclass
class AgeingState:
    chance: Chance
    population: list[Individual]  # oldest first
    asked: int = 0
    out: int = 0


@dataclass
class AgeingEvolution(Strategy[AgeingState]):
    """A queue of evaluated networks: mutate the best of a random sample, append the child, drop the oldest.

    The founders are random. A network that fails is not born. The answer is the best of the whole history.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "ageing_evolution"
    gives: ClassVar[str] = "ranking"
    memory: ClassVar[type] = AgeingState
    counted: ClassVar[str] = "cycles"

    population: Annotated[int, Field(ge=2, le=10_000, description="networks alive")] = 20
    sample: Annotated[int, Field(ge=1, le=10_000, description="drawn, with replacement, to find a parent")] = 5
    cycles: Annotated[int, Field(ge=1, le=1_000_000, description="networks asked for, founders included")] = 100

    @property
    def evaluations(self) -> int | None:
        return self.cycles

    def start(self, space: SearchSpace, seed: int) -> None:
        self.space = space
        self.state = AgeingState(Chance(seed), [])

    def ask(self, n: int) -> list[Candidate]:
        state, asked = self.state, []
        for _ in range(min(n, self.cycles - state.asked)):
            if state.asked < self.population:
                asked.append(Candidate(self.space.sample(state.chance)))
            elif state.population:
                drawn = [state.chance.pick(state.population) for _ in range(self.sample)]
                parent = max(drawn, key=lambda individual: individual.score).architecture
                child = self.space.mutate(parent, state.chance)
                asked.append(Candidate(child, parents=(parent.key,)))
            elif state.out + len(asked):
                break  # every founder is still out
            else:
                asked.append(Candidate(self.space.sample(state.chance)))  # every founder failed
            state.asked += 1
        state.out += len(asked)
        return asked

    def tell(self, answers: Sequence[Answer]) -> None:
        self.state.out -= len(answers)
        for answer in answers:
            if isinstance(answer, Evaluation):
                self.state.population.append(Individual(answer.candidate.architecture, answer.score))
        del self.state.population[: max(0, len(self.state.population) - self.population)]

    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return ranked(history)
