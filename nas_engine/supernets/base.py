"""Supernet: every option of every choice, with shared weights."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from torch import Tensor, nn

Mixture = Sequence[int | Tensor]  # one entry a choice: the index of one option, or a weight for each


class Supernet(nn.Module, ABC):
    """Called with a mixture: a whole number is a path, a weight row is soft.

    The mixture is an argument, so there is no mode to forget.
    """

    @abstractmethod
    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        """**Shapes**: x (B, C, H, W) -> (B, classes)."""

    @abstractmethod
    def path(self, genes: Sequence[str]) -> Mixture:
        """The one-hot mixture of an architecture's genes."""
