"""AutoSpace's differentiable fitness (Zhou 2021): cells in parallel, mixed by their scores; weights and scores in turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal

import torch
from torch import Tensor, nn

from nas_engine.supernets import ChainSupernet
from nas_engine.tasks import OpenTask
from nas_engine.trainers.precision import MixedPrecision

BudgetLoss = Literal["add#linear", "mul#log"]
Reading = Literal["softmax", "raw"]


@dataclass(frozen=True)
class BudgetTerm:
    """How expected MAdds enter the loss of the scores. The two forms are ProxylessNAS's (Cai 2019); B is the limit.

    `add#linear`: CE + weight * (E - B)/B, with E clipped below at B (OUR CHOICE: no reward for under-spending).
    `mul#log`: a * CE * (log E / log B)^b with a = 0.2, b = 0.3.
    """

    limit: int
    form: BudgetLoss = "add#linear"
    weight: float = 0.1

    def added(self, loss: Tensor, expected: Tensor) -> Tensor:
        """**Shapes**: (), () -> ()."""
        if self.form == "mul#log":
            return 0.2 * loss * (expected.log() / log(self.limit)) ** 0.3
        return loss + self.weight * (expected.clamp(min=self.limit) - self.limit) / self.limit


class CellFitness:
    """The network of one generation: each place holds its group's cells in parallel, each group has one score a cell.

    How the paper turns scores into weights is not known; both readings are OUR CHOICE. `softmax`: with p = softmax(scores),
    y = sum_k p_k c_k(x), so dL/dscore_k = p_k <dL/dy, c_k(x) - y>: a cell's score rises where its output, relative to the
    mixture, moves the loss down. `raw`: p_k = score_k + 1/K, so that all cells begin alike, and dL/dscore_k = <dL/dy, c_k(x)>.
    One backward pass scores all cells of all layers.

    `madds`: for each group, MAdds of each cell summed over the group's places. `fixed`: MAdds of stem and head. `mixed`: what its
    steps compute in; float32 unless given.
    """

    def __init__(
        self,
        network: ChainSupernet,
        groups: Sequence[str],
        scores: Mapping[str, Sequence[float]],
        madds: Mapping[str, Sequence[int]],
        fixed: int = 0,
        budget: BudgetTerm | None = None,
        mixed: MixedPrecision | None = None,
        reading: Reading = "softmax",
    ) -> None:
        self.network, self.groups, self.budget, self.reading = network, tuple(groups), budget, reading
        device = next(network.parameters()).device
        self._mixed = mixed or MixedPrecision("off", device)
        self.scores = {
            group: nn.Parameter(torch.tensor(list(values), dtype=torch.float32, device=device))
            for group, values in scores.items()
        }
        self._madds = {
            group: torch.tensor(list(values), dtype=torch.float64, device=device) for group, values in madds.items()
        }
        self._fixed = fixed

    def weights(self, group: str) -> Tensor:
        """What the group's cells are mixed by. **Shapes**: (cells,)."""
        scores = self.scores[group]
        return scores.softmax(dim=0) if self.reading == "softmax" else scores + 1 / len(scores)

    def expected_madds(self) -> Tensor:
        """E = fixed + sum over groups and cells of share times MAdds; a share is |weight| / sum of |weights|. **Shapes**: ()."""
        parts = [(self._shares(group) * madds).sum() for group, madds in self._madds.items()]
        return torch.stack(parts).sum() + self._fixed

    def _shares(self, group: str) -> Tensor:
        weights = self.weights(group).double()  # raw weights may be negative, and need not sum to one
        return weights if self.reading == "softmax" else weights.abs() / weights.abs().sum()

    def answer(self, inputs: Tensor, fixed_scores: bool) -> Tensor:
        """**Shapes**: (B, C, H, W) -> (B, classes)."""
        weights = {group: self.weights(group) for group in self.scores}
        if fixed_scores:
            weights = {group: row.detach() for group, row in weights.items()}
        scores: Tensor = self.network(inputs, [weights[group] for group in self.groups])
        return scores

    def train_weights(
        self, optimiser: torch.optim.Optimizer, task: OpenTask, inputs: Tensor, labels: Tensor, clip: float
    ) -> float:
        """One step of the weights, scores frozen; returns the loss."""
        self.network.train()
        loss = task.loss(self._mixed.scores(self.answer, inputs, True), labels)
        optimiser.zero_grad()
        self._mixed.scaled(loss).backward()  # type: ignore[no-untyped-call]
        self._mixed.step(optimiser, self.network.parameters(), clip)
        return loss.item()

    def train_scores(self, optimiser: torch.optim.Optimizer, task: OpenTask, inputs: Tensor, labels: Tensor) -> float:
        """One step of the scores, weights frozen; returns the loss with its budget term."""
        self.network.train()
        loss = task.loss(self._mixed.scores(self.answer, inputs, False), labels)
        if self.budget is not None:
            loss = self.budget.added(loss, self.expected_madds())
        parameters = list(self.scores.values())
        for parameter, gradient in zip(
            parameters, torch.autograd.grad(self._mixed.scaled(loss), parameters), strict=True
        ):
            parameter.grad = gradient
        self._mixed.step(optimiser)
        return loss.item()
