"""Local search: walk to the best neighbour until none is better (White 2020, https://arxiv.org/abs/2005.02960)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace
from nas_engine.strategies.base import Strategy, ranked
from nas_engine.strategies.sample import Sample

TRIES = 200  # draws in a row that may be known before the space counts as used up


@dataclass
class LocalState:
    chance: Chance
    step: Sample  # in hand
    here: Architecture | None = None  # None: the step in hand draws the networks to begin with
    scores: dict[str, float | None] = field(default_factory=dict)  # of all asked, by key; None: unknown yet, or failed
    drawn: int = 0
    finished: bool = False


@dataclass
class LocalSearch(Strategy[LocalState]):
    """Evaluates all neighbours of the best of some random networks, moves to the best of them, and so on.

    At a network that no neighbour beats it begins again. How many random networks each climb begins with is a field; the
    paper's simplest form is one.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "local_search"
    gives: ClassVar[str] = "ranking"
    memory: ClassVar[type] = LocalState

    draws: Annotated[int, Field(ge=1, le=5_000, description="distinct networks to evaluate")] = 100
    starts: Annotated[int, Field(ge=1, le=1_000, description="random networks, the best of which begins a climb")] = 10

    @property
    def evaluations(self) -> int | None:
        return self.draws

    def start(self, space: SearchSpace, seed: int) -> None:
        self.space = space
        self.state = LocalState(Chance(seed), Sample([]))
        self._begin()

    def ask(self, n: int) -> list[Candidate]:
        state = self.state
        if state.finished:
            return []
        parents = () if state.here is None else (state.here.key,)
        return [Candidate(architecture, parents=parents) for architecture in state.step.ask(n)]

    def tell(self, answers: Sequence[Answer]) -> None:
        state = self.state
        state.step.tell(answers)
        if state.step.complete:
            state.scores |= state.step.scores
            self._go_on()

    def _go_on(self) -> None:
        """The step in hand is answered: take steps until there is something new to ask."""
        state = self.state
        while not state.finished and state.step.complete:
            near = state.step.networks if state.here is None else self.space.neighbours(state.here)
            best = max(near, key=lambda a: (self._score(a), a.key), default=None)
            higher = best is not None and self._score(best) > (self._score(state.here) if state.here else float("-inf"))
            if state.drawn >= self.draws:
                state.finished = True
            elif higher:
                assert best is not None
                state.here = best
                self._ask_about([a for a in self.space.neighbours(best) if a.key not in state.scores])
            else:
                self._begin()

    def _score(self, architecture: Architecture) -> float:
        known = self.state.scores.get(architecture.key)
        return float("-inf") if known is None else known

    def _begin(self) -> None:
        """Draw networks that are not known, to begin a climb."""
        state = self.state
        drawn: dict[str, Architecture] = {}
        for _ in range(TRIES * self.starts):
            architecture = self.space.sample(state.chance)
            if architecture.key not in state.scores:
                drawn[architecture.key] = architecture
            if len(drawn) == self.starts:
                break
        state.here = None
        self._ask_about(list(drawn.values()))
        state.finished = not state.step.networks

    def _ask_about(self, architectures: Sequence[Architecture]) -> None:
        """In random order, as many as the draws that are left."""
        state = self.state
        state.step = Sample(state.chance.sample(architectures, self.draws - state.drawn))
        state.drawn += len(state.step.networks)
        state.scores |= dict.fromkeys(architecture.key for architecture in state.step.networks)

    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return ranked(history)
