"""Synflow: how much the weights of an untrained network carry from input to output (Tanaka 2020, https://arxiv.org/abs/2006.05467)."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING, ClassVar

from nas_engine.estimators.zero_cost import ZeroCost
from nas_engine.tasks import OpenTask

if TYPE_CHECKING:
    from torch import nn


@dataclass
class Synflow(ZeroCost):
    """Logarithm of the synaptic flow: weights times their gradients, all weights made positive, for an image of ones.

    No data are read. As a score of whole networks it is Abdelfattah 2021's (https://arxiv.org/abs/2101.08134): batch-norms
    are left out, and weights of convolutions and linear layers are summed over. The sum grows by orders of magnitude with depth,
    so it is taken in float64. OUR CHOICE: log(1 + sum), so that means of scores mean something; ReLU6 counts as ReLU, since an
    activation that is full carries no gradient.
    """

    kind: ClassVar[str] = "synflow"

    def score(self, network: nn.Module, task: OpenTask, seed: int) -> float:
        """**Shapes**: the image of ones is (1, C, H, W)."""
        import torch
        from torch import nn

        _straighten(network)
        network.double()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.abs_()
        weights = [module.weight for module in network.modules() if isinstance(module, nn.Conv2d | nn.Linear)]
        shape = task.shape
        ones = torch.ones(1, shape.channels, shape.height, shape.width, dtype=torch.float64, device=task.train.device)
        gradients = torch.autograd.grad(network(ones).sum(), weights, allow_unused=True)  # a cell may be cut off
        flows = [(w * g).abs().sum() for w, g in zip(weights, gradients, strict=True) if g is not None]
        return log1p(torch.stack(flows).sum().item())

    def _why(self) -> str:
        return "its flow is too large for a number; use a shallower skeleton"


def _straighten(network: nn.Module) -> None:
    """Put what hinders the flow aside: batch-norms and dropout become identities, ReLU6 a ReLU."""
    from torch import nn

    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.BatchNorm2d | nn.Dropout):
                setattr(module, name, nn.Identity())
            elif isinstance(child, nn.ReLU6):
                setattr(module, name, nn.ReLU())
