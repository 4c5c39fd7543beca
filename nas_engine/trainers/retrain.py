"""Retrain: one network, from scratch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.products import Model, Products
from nas_engine.tasks import OpenTask, accuracy
from nas_engine.trainers.gradient_descent import GradientDescent

if TYPE_CHECKING:
    from torch import Tensor


@dataclass
class Retrain(GradientDescent):
    """Trains the first network of the ranking on the training split.

    The same products, task and seed give the same weights, bit for bit, on the same machine.
    """

    kind: ClassVar[str] = "retrain"
    needs: ClassVar[frozenset[str]] = frozenset({"space", "ranking"})
    gives: ClassVar[frozenset[str]] = frozenset({"model"})

    epochs: Annotated[int, Field(ge=1, le=10_000, description="passes over the training split")] = 20
    weight_decay: Annotated[float, Field(ge=0, le=1, description="pull of the weights to zero")] = 5e-4
    label_smoothing: Annotated[float, Field(ge=0, lt=1, description="share of certainty spread over all classes")] = 0.1

    @property
    def total_batches(self) -> int:
        return self.epochs * self._stream.per_epoch

    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        """Raises Incompatible without a space and a ranking."""
        if products.space is None or products.ranking is None:
            raise Incompatible("retrain needs a space and a ranking")
        self._architecture = products.ranking.entries[0].architecture
        chance.seed_torch()
        self._begin(task, chance, products.space.build(self._architecture, task.shape))

    def _scores(self, inputs: Tensor) -> Tensor:
        scores: Tensor = self._network(inputs)
        return scores

    def conclude(self) -> Products:
        """The network, and its accuracy on the validation split."""
        validation = accuracy(self._network, self._task.validation)
        return Products(model=Model(self._architecture, dict(self._network.state_dict()), validation))
