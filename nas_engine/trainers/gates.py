"""Gates: ProxylessNAS's architecture parameters, trained by binarised gradients (Cai 2019, https://arxiv.org/abs/1812.00332)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from nas_engine.chance import Chance
from nas_engine.supernets import Mixture, Pair
from nas_engine.trainers.fitness import BudgetTerm
from nas_engine.trainers.precision import MixedPrecision

DEVIATION = 1e-3  # of the parameters to begin with


class Gates:
    """One row of parameters a place, one parameter an option; the softmax of a row is how probable its options are.

    `madds`: for each place the MAdds of its options. `fixed`: MAdds of what is not searched. Initialised from torch's generator.
    """

    def __init__(
        self,
        madds: Sequence[Sequence[int]],
        fixed: int,
        budget: BudgetTerm | None,
        rate: float,
        device: torch.device,
    ) -> None:
        self._madds = [torch.tensor(list(row), dtype=torch.float64, device=device) for row in madds]
        self._fixed, self._budget, self._device = fixed, budget, device
        self.rows = [nn.Parameter((DEVIATION * torch.randn(len(row))).to(device)) for row in madds]
        self.optimiser = torch.optim.Adam(self.rows, rate, betas=(0.0, 0.999))

    @property
    def named(self) -> dict[str, nn.Parameter]:
        """The rows by place, for a checkpoint."""
        return {str(place): row for place, row in enumerate(self.rows)}

    def probabilities(self) -> list[list[float]]:
        """Of the options at each place."""
        return [row.detach().double().softmax(dim=0).tolist() for row in self.rows]

    def pairs(self, chance: Chance) -> list[int | Pair]:
        """Two options a place, drawn without replacement; which of them is on follows from their probabilities. One where there is one."""
        return [self._pair(row, chance) if len(row) > 1 else 0 for row in self.probabilities()]

    def _pair(self, row: Sequence[float], chance: Chance) -> Pair:
        first = drawn(row, chance)
        second = drawn([0.0 if option == first else share for option, share in enumerate(row)], chance)
        on, off = (first, second) if drawn([row[first], row[second]], chance) == 0 else (second, first)
        return Pair(on, off, torch.tensor([1.0, 0.0], device=self._device, requires_grad=True))

    def expected_madds(self, mixture: Mixture) -> Tensor:
        """Over the two options drawn at each place, as the authors' code has it. **Shapes**: ()."""
        parts = []
        for row, madds, entry in zip(self.rows, self._madds, mixture, strict=True):
            if isinstance(entry, Pair):
                chosen = [entry.on, entry.off]
                parts.append(row[chosen].softmax(dim=0).double() @ madds[chosen])
            else:
                parts.append(madds[0])
        return torch.stack(parts).sum() + self._fixed

    def train(self, loss_of: Callable[[Mixture], Tensor], mixed: MixedPrecision, chance: Chance) -> None:
        """One step: two paths a place, the gradient of the loss in their gates, and Adam on the parameters of those two.

        With p = softmax over the two and g their gates, dL/dalpha_i = p_i (dL/dg_i - sum_j p_j dL/dg_j). Afterwards both are
        shifted so that together they are as probable as before: the others were not looked at.
        """
        mixture = self.pairs(chance)
        sampled = [(row, pair) for row, pair in zip(self.rows, mixture, strict=True) if isinstance(pair, Pair)]
        if not sampled:
            return
        loss = loss_of(mixture)
        if self._budget is not None:
            loss = self._budget.added(loss, self.expected_madds(mixture))
        wanted = [*(pair.gates for _, pair in sampled), *(row for row, _ in sampled)]
        found = torch.autograd.grad(mixed.scaled(loss), wanted, allow_unused=True)
        self.optimiser.zero_grad()
        together = []
        for (row, pair), by_gate, direct in zip(sampled, found, found[len(sampled) :], strict=False):
            assert by_gate is not None
            both = [pair.on, pair.off]
            share = row.detach()[both].softmax(dim=0)
            row.grad = torch.zeros_like(row) if direct is None else direct
            row.grad[both] += share * (by_gate - share @ by_gate)
            together.append(row.detach()[both].logsumexp(dim=0))
        mixed.step(self.optimiser)
        for (row, pair), before in zip(sampled, together, strict=True):
            both = [pair.on, pair.off]
            row.data[both] -= row.data[both].logsumexp(dim=0) - before


def drawn(shares: Sequence[float], chance: Chance) -> int:
    """A position, as probable as its share of the sum."""
    left = chance.uniform() * sum(shares)
    for position, share in enumerate(shares):
        left -= share
        if left < 0:
            return position
    return max(position for position, share in enumerate(shares) if share > 0)  # rounding left a rest
