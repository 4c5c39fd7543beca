"""Given stage: a network that somebody chose, in place of a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.budget import NetworkLimits
from nas_engine.errors import InvalidArchitecture, InvalidRecipe, UnknownComponent
from nas_engine.operators import operator
from nas_engine.products import Ranked, Ranking
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace
from nas_engine.stages.base import Asked, Frame, History, Stage, StageName, Turn
from nas_engine.work import Result


@dataclass
class Given(Stage[Asked]):
    """Ranks one network of the recipe's space, by name: what is trained and exported after it."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "given"
    memory: ClassVar[type] = Asked
    needs: ClassVar[frozenset[str]] = frozenset({"space"})
    gives: ClassVar[frozenset[str]] = frozenset({"ranking"})

    genes: Annotated[
        tuple[str, ...],
        Field(max_length=256, description="operator labels of the network, one a place; empty: the space's reference"),
    ] = ()
    name: StageName = "given"
    share: Annotated[float, Field(gt=0, description="weight in the split of device seconds; it takes none")] = 1.0

    def network(self, space: SearchSpace) -> Architecture:
        """The network. Raises InvalidRecipe for labels that make none on the space's skeleton."""
        if not self.genes:
            return space.reference
        try:
            return space.root.architecture([operator(label).canonical.label for label in self.genes])
        except (InvalidArchitecture, UnknownComponent) as error:
            raise InvalidRecipe("genes", list(self.genes), f"labels of a network of the space ({error})") from error

    def check(self, space: SearchSpace, shape: TaskShape, limits: NetworkLimits) -> None:
        """Raises InvalidRecipe for a network that the space does not hold, or that is over the limits."""
        found = self.network(space)
        if found not in space and found != space.reference:
            raise InvalidRecipe("genes", list(self.genes), "a network of the recipe's space")
        exceeded = limits.exceeded(space.cost(found, shape))
        if exceeded:
            told = ", ".join(f"at most {limit:,} {name}, it has {got:,}" for name, (got, limit) in exceeded.items())
            raise InvalidRecipe("genes", list(self.genes), f"a network within the budget ({told})")

    def start(self, frame: Frame) -> Asked:
        return Asked()

    def advance(self, memory: Asked, frame: Frame, results: Sequence[Result], slots: int, history: History) -> Turn:
        root = frame.space.root
        found = self.network(root)
        cost = root.cost(found, frame.shape)
        ranking = Ranking((Ranked(found, 0.0, cost),))  # the only one: nothing is compared by its score
        summary = {"params": float(cost.params), "madds": float(cost.madds)}
        return Turn(finished=replace(frame.holdings, ranking=ranking), why="finished", summary=summary)
