"""Shared weights: a supernet's path stands for the network (Guo 2020, https://arxiv.org/abs/1904.00420)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.errors import Incompatible
from nas_engine.estimators.base import Estimator, refusal
from nas_engine.estimators.out_of_memory import spared
from nas_engine.products import Products
from nas_engine.tasks import Batches, OpenTask, accuracy
from nas_engine.work import Context

if TYPE_CHECKING:
    from torch import nn


@dataclass
class SharedWeights(Estimator):
    """The child takes its weights from the supernet, its batch-norms are recalibrated, validation accuracy is the score.

    Without recalibration the running statistics are those of a mixture of all paths and the score means little.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "shared_weights"
    needs: ClassVar[frozenset[str]] = frozenset({"space", "supernet"})
    batch: ClassVar[int] = 16

    calibration: Annotated[
        int, Field(ge=0, le=10_000, description="training batches to recalibrate batch-norm on; 0 leaves it stale")
    ] = 4
    calibration_batch: Annotated[int, Field(ge=2, le=8192, description="images in each of them")] = 128

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        """Raises Incompatible without a space and a supernet."""
        if products.space is None or products.supernet is None:
            raise Incompatible("shared_weights needs a space and a supernet")
        answers: list[Answer] = []
        for number, candidate in enumerate(candidates):
            context.check()
            refused = refusal(candidate, products.space, task.shape)
            answers.append(refused or spared(candidate, vars(self), partial(self._answer, candidate, products, task)))
            context.gauge(number + 1, len(candidates), {})
        return answers

    def _answer(self, candidate: Candidate, products: Products, task: OpenTask) -> Answer:
        from nas_engine.supernets import child_tensors

        assert products.space is not None
        assert products.supernet is not None
        network = products.space.build(candidate.architecture, task.shape).to(task.train.device)
        stands = products.space.root.skeleton.modules
        tensors = child_tensors(products.supernet, candidate.architecture.genes, stands)
        missing = sorted(set(network.state_dict()) - set(tensors))
        if missing:
            return Failure(candidate, "recipe", f"the supernet has no weights for {missing[0]}; train it on this space")
        network.load_state_dict(tensors)
        recalibrate(network, Batches(task.train, self.calibration_batch, seed=0), self.calibration)
        score = accuracy(network, task.validation)
        return Evaluation(candidate, score, products.space.cost(candidate.architecture, task.shape))


def recalibrate(network: nn.Module, batches: Batches, count: int) -> None:
    """Replace every batch-norm's running statistics by the plain average over `count` batches."""
    import torch

    if not count:
        return
    norms = [module for module in network.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch: cumulative average
    network.train()
    with torch.no_grad():
        for _ in range(count):
            network(batches.next()[0])
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
