"""From scratch: train the network itself, as hard as the fidelity says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import Chance
from nas_engine.errors import EvaluationFailed, Incompatible
from nas_engine.estimators.base import Estimator, refusal
from nas_engine.estimators.out_of_memory import spared
from nas_engine.products import Products, Ranked, Ranking
from nas_engine.tasks import OpenTask
from nas_engine.trainers import Retrain, fit
from nas_engine.trainers.precision import Precision
from nas_engine.work import Context


@dataclass
class FromScratch(Estimator):
    """Trains each candidate with its own seed on its share of the training split; validation accuracy is the score."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "from_scratch"
    needs: ClassVar[frozenset[str]] = frozenset({"space"})

    epochs: Annotated[int, Field(ge=1, le=10_000, description="passes over the data, unless the fidelity says")] = 5
    batch_size: Annotated[int, Field(ge=2, le=8192, description="images a batch")] = 64
    learning_rate: Annotated[float, Field(gt=0, le=10, description="highest learning rate")] = 0.1
    precision: Precision = "off"

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        """Raises Incompatible without a space."""
        space = products.space
        if space is None:
            raise Incompatible("from_scratch needs a space")
        return [
            refusal(c, space, task.shape) or spared(c, vars(self), partial(self._answer, c, products, task, context))
            for c in candidates
        ]

    def _answer(self, candidate: Candidate, products: Products, task: OpenTask, context: Context) -> Answer:
        assert products.space is not None
        fidelity, cost = candidate.fidelity, products.space.cost(candidate.architecture, task.shape)
        chance = Chance(candidate.seed(context.work.seed))
        seen = max(2, round(fidelity.share * len(task.train)))  # batch-norm cannot learn from one image
        part = replace(task, train=task.train.part(chance.permutation(len(task.train))[:seen]))
        trainer = Retrain(
            epochs=fidelity.epochs or self.epochs,
            batch=self.batch_size,
            learning_rate=self.learning_rate,
            precision=self.precision,
        )
        only = Ranking((Ranked(candidate.architecture, 0.0, cost),))
        trainer.setup(Products(space=products.space, ranking=only), part, chance)
        try:
            ended = fit(trainer, context)
        except EvaluationFailed as error:
            return Failure(candidate, "not finite", str(error))
        if ended != "finished":
            return Failure(candidate, "time limit", "the device seconds were spent before its training ended")
        model = trainer.conclude().model
        assert model is not None
        return Evaluation(candidate, model.validation, cost)
