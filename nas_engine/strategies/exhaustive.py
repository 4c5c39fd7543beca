"""Exhaustive search: every member of a small space, ranked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible, Infeasible
from nas_engine.products import Ranking
from nas_engine.spaces import SearchSpace
from nas_engine.strategies.base import Strategy, ranked

WALKABLE = 100_000  # members, limits not heeded: a larger space is not walked to find out how many are inside


@dataclass
class ExhaustiveState:
    seed: int
    asked: int = 0


@dataclass
class Exhaustive(Strategy[ExhaustiveState]):
    """Asks about every member inside the network limits, once, and ranks them all.

    In random order (OUR CHOICE), so that a search that is ended early has ranked a uniform sample of them.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "exhaustive"
    gives: ClassVar[str] = "ranking"
    memory: ClassVar[type] = ExhaustiveState

    most: Annotated[
        int, Field(ge=1, le=WALKABLE, description="members of the space, at most; a larger one is refused")
    ] = 2_000

    @property
    def evaluations(self) -> int | None:
        return None

    def check(self, space: SearchSpace) -> None:
        """Raises Incompatible for a space with more than `most` members inside the limits, or with more than 100,000 at all."""
        size = space.size if space.size > WALKABLE else len(_in_order(space, 0))
        if size > self.most:
            raise Incompatible(
                f"exhaustive: the space has {size:,} members, wanted at most {min(self.most, WALKABLE):,} ('most');"
                " shrink it first (lissnas), lower budget.network, raise 'most', or search it with ageing_evolution"
            )

    def start(self, space: SearchSpace, seed: int) -> None:
        """Raises Incompatible where `check` does, Infeasible where no member is inside the limits."""
        self.check(space)
        if not _in_order(space, 0):
            raise Infeasible(f"none of the space's {space.size:,} members is within the limits; raise budget.network")
        self.space = space
        self.state = ExhaustiveState(seed)

    def ask(self, n: int) -> list[Candidate]:
        state = self.state
        batch = _in_order(self.space, state.seed)[state.asked : state.asked + n]
        state.asked += len(batch)
        return [Candidate(architecture) for architecture in batch]

    def tell(self, answers: Sequence[Answer]) -> None:
        """What is asked does not depend on answers."""

    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return ranked(history)

    def figures(self, found: SearchSpace | Ranking, history: Sequence[Evaluation]) -> dict[str, float]:
        """How many members there are, to be read beside how many were ranked."""
        return {"members": float(len(_in_order(self.space, self.state.seed)))}


@lru_cache(maxsize=4)
def _in_order(space: SearchSpace, seed: int) -> list[Architecture]:
    """Its members, in an order that follows from the seed; worked out once, and not kept in the state."""
    members = list(space.members())
    return [members[place] for place in Chance(seed).permutation(len(members))]
