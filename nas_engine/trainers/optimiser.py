"""Optimisers whose state is saved by parameter name, and their schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import cos, pi
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer


def momentum_descent(network: nn.Module, rate: float, weight_decay: float) -> Optimizer:
    """SGD with Nesterov momentum 0.9, over all parameters in one call (`foreach`), which small networks feel."""
    import torch

    return torch.optim.SGD(
        network.parameters(), rate, momentum=0.9, nesterov=True, weight_decay=weight_decay, foreach=True
    )


def cosine(position: int, length: int, highest: float) -> float:
    """Learning rate at a position of a schedule: half a cosine from highest to zero."""
    return highest * (1 + cos(pi * min(position / max(length, 1), 1.0))) / 2


def set_rate(optimiser: Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate


def optimiser_tensors(
    optimiser: Optimizer, named: Iterable[tuple[str, nn.Parameter]], prefix: str
) -> dict[str, Tensor]:
    """Everything an optimiser remembers, as `prefix|what|parameter name`."""
    import torch

    return {
        f"{prefix}|{what}|{name}": value
        for name, parameter in named
        for what, value in optimiser.state.get(parameter, {}).items()
        if isinstance(value, torch.Tensor)
    }


def load_optimiser(
    optimiser: Optimizer, named: Iterable[tuple[str, nn.Parameter]], tensors: Mapping[str, Tensor], prefix: str
) -> None:
    """Give back what `optimiser_tensors` took."""
    parameters = dict(named)
    for key, value in tensors.items():
        head, _, rest = key.partition("|")
        if head == prefix:
            what, _, name = rest.partition("|")
            optimiser.state[parameters[name]][what] = value.clone()
