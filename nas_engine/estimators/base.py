"""Estimator: answers candidates with evaluations or failures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from nas_engine.candidate import Answer, Candidate, Failure
from nas_engine.errors import Incompatible, InvalidArchitecture, UnknownComponent
from nas_engine.products import Products
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace
from nas_engine.tasks import OpenTask
from nas_engine.work import Context


class Estimator(ABC):
    """Fields are configuration; it keeps nothing. An answer depends on candidate, products, task and run's seed alone."""

    kind: ClassVar[str]
    needs: ClassVar[frozenset[str]]
    batch: ClassVar[int] = 1  # candidates a Work; cheap estimators take many
    shares: ClassVar[bool] = True  # whether scores are accuracies, from 0 to 1; else only their order means something

    @abstractmethod
    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        """One answer a candidate, in order. What one candidate does wrong is its Failure, not an exception."""


def refusal(candidate: Candidate, space: SearchSpace, shape: TaskShape) -> Failure | None:
    """The Failure of a candidate that the space cannot build; None for one that it can."""
    try:
        space.block(candidate.architecture, shape)
    except (InvalidArchitecture, Incompatible, UnknownComponent) as error:
        return Failure(candidate, "recipe", str(error))
    return None
