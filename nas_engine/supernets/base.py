"""Supernet: every option of every choice, with shared weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from torch import Tensor, nn


class Pair(NamedTuple):
    """Two options of a choice, one on and one off, to ask how the loss would change with either (Cai 2019).

    No other option is computed, and what is off passes nothing back to what is before it. **Shapes**: gates (2,), of value (1, 0).
    """

    on: int
    off: int
    gates: Tensor


Mixture = Sequence[
    int | Tensor | Pair
]  # one entry a choice: the index of one option, a weight for each, or two of them


class Supernet(nn.Module, ABC):
    """Called with a mixture: a whole number is a path, a weight row is soft, a pair is a path with an alternative.

    The mixture is an argument, so there is no mode to forget.
    """

    @abstractmethod
    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        """**Shapes**: x (B, C, H, W) -> (B, classes)."""

    @abstractmethod
    def path(self, genes: Sequence[str]) -> Mixture:
        """The one-hot mixture of an architecture's genes."""
