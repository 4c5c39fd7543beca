"""Gradient descent on the weights of one network: what retraining and one-shot training share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field

from nas_engine.chance import Chance
from nas_engine.tasks import OpenTask
from nas_engine.trainers.base import Trainer
from nas_engine.trainers.optimiser import cosine, load_optimiser, momentum_descent, optimiser_tensors, set_rate
from nas_engine.trainers.precision import LossScale, MixedPrecision, Precision
from nas_engine.wire import Plain, plain, read

if TYPE_CHECKING:
    from torch import Tensor, nn

    from nas_engine.wire import Tensors

STEP_BATCHES = 10


@dataclass
class Position:
    """Where such a trainer is: steps taken, batches drawn from the stream, the generator, and what fp16 scales by."""

    position: int
    batch: int
    chance: Chance
    scale: LossScale | None = None


@dataclass
class GradientDescent(Trainer):
    """SGD with Nesterov momentum, cosine schedule to zero, clipped gradients, label smoothing.

    A subclass calls `_begin` in `setup`, and says how long it is and what the network answers to a batch.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    batch: Annotated[int, Field(ge=2, le=8192, description="images a batch")] = 64
    learning_rate: Annotated[float, Field(gt=0, le=10, description="highest learning rate")] = 0.1
    weight_decay: Annotated[float, Field(ge=0, le=1, description="pull of the weights to zero")] = 4e-5
    label_smoothing: Annotated[float, Field(ge=0, lt=1, description="share of certainty spread over all classes")] = 0.0
    clip: Annotated[float, Field(gt=0, le=1e6, description="largest norm of a gradient")] = 5.0
    precision: Precision = "off"

    @property
    @abstractmethod
    def total_batches(self) -> int:
        """Gradient steps in all."""

    @abstractmethod
    def _scores(self, inputs: Tensor) -> Tensor:
        """**Shapes**: (B, C, H, W) -> (B, classes)."""

    def _after_batch(self) -> None:
        """What a subclass does besides, after each gradient step."""

    @property
    def length(self) -> int:
        return -(-self.total_batches // STEP_BATCHES)

    def _begin(self, task: OpenTask, chance: Chance, network: nn.Module) -> None:
        self._task, self._chance, self.position, self.facts = task, chance, 0, []
        self._stream = task.batches(self.batch, chance.below(2**62))
        self._network = network.to(task.train.device)
        self._mixed = MixedPrecision(self.precision, task.train.device)
        self._optimiser = momentum_descent(self._network, self.learning_rate, self.weight_decay)

    def step(self) -> Mapping[str, float]:
        self._chance.seed_torch()
        self._network.train()
        total, count = 0.0, min(STEP_BATCHES, self.total_batches - self._stream.position)
        for _ in range(count):
            set_rate(self._optimiser, cosine(self._stream.position, self.total_batches, self.learning_rate))
            inputs, labels = self._stream.next()
            loss = self._task.loss(self._mixed.scores(self._scores, inputs), labels, self.label_smoothing)
            self._optimiser.zero_grad()  # to None: options off a path are not touched, their momentum neither
            self._mixed.scaled(loss).backward()  # type: ignore[no-untyped-call]
            self._mixed.step(self._optimiser, self._network.parameters(), self.clip)
            total += loss.item()
            self._after_batch()
        self.position += 1
        return {"loss": total / count}

    def save(self) -> tuple[Plain, Tensors]:
        momentum = optimiser_tensors(self._optimiser, self._network.named_parameters(), "sgd")
        at = Position(self.position, self._stream.position, self._chance, self._mixed.save())
        return plain(at), dict(self._network.state_dict()) | momentum

    def load(self, saved: Plain, tensors: Tensors) -> None:
        at = read(Position, saved)
        self.position, self._stream.position, self._chance = at.position, at.batch, at.chance
        self._mixed.load(at.scale)
        self._network.load_state_dict({name: t for name, t in tensors.items() if "|" not in name})
        load_optimiser(self._optimiser, self._network.named_parameters(), tensors, "sgd")
