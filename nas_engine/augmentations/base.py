"""Augmentation: training images changed a little, differently in every batch; never at evaluation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from torch import Tensor


class Augmentation(ABC):
    """Fields are configuration; what is drawn follows from the seed that each batch brings."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def words(self) -> str:
        """What it does, for a model card."""

    @abstractmethod
    def apply(self, inputs: Tensor, seed: int) -> Tensor:
        """**Shapes**: (B, C, H, W) -> (B, C, H, W), channels-last."""
