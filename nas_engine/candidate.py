"""The question asked of an estimator and its answer: Candidate -> Evaluation or Failure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.chance import seed_from
from nas_engine.wire import digest, plain

FailureReason = Literal[
    "lost worker",
    "out of memory",
    "not finite",
    "bad data",
    "storage",
    "time limit",
    "infeasible",
    "recipe",
    "ours",
]


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How hard to look at one candidate. The defaults are 'as hard as the estimator can'."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    epochs: Annotated[int | None, Field(ge=1, description="training epochs; empty: the estimator's own")] = None
    share: Annotated[float, Field(gt=0, le=1, description="share of the training data used")] = 1.0


@dataclass(frozen=True)
class Candidate:
    """An architecture to be scored at a fidelity; `repeat` tells apart the same question asked with another seed."""

    architecture: Architecture
    fidelity: Fidelity = Fidelity()
    repeat: int = 0
    parents: tuple[str, ...] = ()  # keys

    @cached_property
    def key(self) -> str:
        return digest([self.architecture.key, plain(self.fidelity), self.repeat])

    def seed(self, run_seed: int) -> int:
        """Fidelity is left out, so that a promoted candidate continues its own stream."""
        return seed_from(run_seed, self.architecture.key, self.repeat)


@dataclass(frozen=True)
class Evaluation:
    """A candidate's score (higher is better; accuracy is a share in [0, 1])."""

    candidate: Candidate
    score: float
    cost: Cost
    details: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Failure:
    """A candidate that has no score, and why."""

    candidate: Candidate
    reason: FailureReason
    message: str = ""


Answer = Evaluation | Failure
