"""Random search: the first baseline of every comparison (Li 2019, https://arxiv.org/abs/1902.07638)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace
from nas_engine.strategies.base import Strategy, ranked

TRIES = 200  # draws in a row that may be known before the space counts as used up
VAST = 10_000  # a space so many times larger than the square of the draws hardly ever gives one network twice


@dataclass
class RandomState:
    chance: Chance
    drawn: int = 0
    seen: list[str] = field(default_factory=list)  # keys; empty in a vast space, so that the state does not grow
    finished: bool = False


@dataclass
class RandomSearch(Strategy[RandomState]):
    """Uniform, independent draws; one that was drawn before is drawn again.

    In a vast space nothing is remembered: once in thousands of runs a network comes twice, and its answer is in the history.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "random"
    gives: ClassVar[str] = "ranking"
    memory: ClassVar[type] = RandomState
    counted: ClassVar[str] = "draws"

    draws: Annotated[int, Field(ge=1, le=1_000_000, description="distinct networks to evaluate")] = 100

    @property
    def evaluations(self) -> int | None:
        return self.draws

    def start(self, space: SearchSpace, seed: int) -> None:
        self.space = space
        self.state = RandomState(Chance(seed))

    def ask(self, n: int) -> list[Candidate]:
        state, seen = self.state, set(self.state.seen)
        remembers = self.space.size < VAST * self.draws**2
        asked: list[Candidate] = []
        tries = 0
        while len(asked) < n and state.drawn < self.draws and not state.finished:
            architecture = self.space.sample(state.chance)
            tries += 1
            if architecture.key not in seen:
                if remembers:
                    seen.add(architecture.key)
                    state.seen.append(architecture.key)
                state.drawn += 1
                asked.append(Candidate(architecture))
                tries = 0
            state.finished = tries >= TRIES
        return asked

    def tell(self, answers: Sequence[Answer]) -> None:
        """Draws do not depend on answers."""

    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return ranked(history)
