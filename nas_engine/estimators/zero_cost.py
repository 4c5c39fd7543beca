"""Zero cost: a network's score before any training, from its description and random weights."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict

from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.estimators.base import Estimator, refusal
from nas_engine.estimators.out_of_memory import spared
from nas_engine.products import Products
from nas_engine.spaces import SearchSpace
from nas_engine.tasks import OpenTask
from nas_engine.work import Context

if TYPE_CHECKING:
    from torch import nn


@dataclass
class ZeroCost(Estimator):
    """Builds each candidate with the weights that its own seed gives, and scores it untrained; a subclass says how.

    Its scores are no accuracies: only their order means something, and only inside one task and one run.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    needs: ClassVar[frozenset[str]] = frozenset({"space"})
    batch: ClassVar[int] = 16
    shares: ClassVar[bool] = False

    @abstractmethod
    def score(self, network: nn.Module, task: OpenTask, seed: int) -> float:
        """Higher is better; not finite where it cannot tell. `seed`: the run's. The network is its own, to change at will."""

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        """Raises Incompatible without a space."""
        space = products.space
        if space is None:
            raise Incompatible(f"{self.kind} needs a space")
        answers: list[Answer] = []
        for number, candidate in enumerate(candidates):
            context.check()
            refused = refusal(candidate, space, task.shape)
            scored = partial(self._answer, candidate, space, task, context.work.seed)
            answers.append(refused or spared(candidate, vars(self), scored))
            context.gauge(number + 1, len(candidates), {})
        return answers

    def _answer(self, candidate: Candidate, space: SearchSpace, task: OpenTask, seed: int) -> Answer:
        with Chance(candidate.seed(seed)).owning_torch():
            network = space.build(candidate.architecture, task.shape).to(task.train.device)
        score = self.score(network, task, seed)
        if not isfinite(score):
            return Failure(candidate, "not finite", f"{self.kind}: the score of this network is {score}; {self._why()}")
        return Evaluation(candidate, score, space.cost(candidate.architecture, task.shape))

    @abstractmethod
    def _why(self) -> str:
        """Why a score may not be finite, and the cure."""
