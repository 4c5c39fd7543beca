"""Task: data, loss and score, with train and validation splits; the test split is opened once, for the final report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from nas_engine.shapes import TaskShape

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Split:
    """Examples ready for a network. **Shapes**: inputs (N, C, H, W) channels-last, labels (N,)."""

    inputs: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def part(self, positions: list[int]) -> Split:
        """The examples at these positions."""
        return Split(self.inputs[positions], self.labels[positions])

    def halves(self, seed: int) -> tuple[Split, Split]:
        """Two disjoint halves, drawn by seed."""
        from nas_engine.chance import Chance

        order = Chance(seed).permutation(len(self))
        middle = len(order) // 2
        return self.part(order[:middle]), self.part(order[middle:])


@dataclass(frozen=True)
class Preprocessing:
    """What happens to a raw image before the network; goes into every export.

    Resize to height x width by area, then (pixel - mean) / deviation a channel, in raw pixel units.
    """

    height: int
    width: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True)
class OpenTask:
    """A task whose data is on a device. A search never holds the test split: there is no field for it."""

    shape: TaskShape
    train: Split
    validation: Split
    preprocessing: Preprocessing

    def loss(self, scores: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
        """Cross-entropy, mean over the batch. **Shapes**: (B, classes), (B,) -> ()."""
        from torch.nn import functional

        return functional.cross_entropy(scores, labels, label_smoothing=smoothing)


class Task(ABC):
    """A description of data that can be opened. Fields are configuration."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def shape(self) -> TaskShape:
        """Known without opening the data."""

    @abstractmethod
    def open(self, device: str = "cpu") -> OpenTask:
        """Train and validation splits."""

    @abstractmethod
    def open_test(self, device: str = "cpu") -> Split:
        """The test split: for the final report, once, and for nothing else."""


def accuracy(network: nn.Module, split: Split, batch: int = 512) -> float:
    """Share of a split that a network labels right, in evaluation mode."""
    import torch

    network.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(split), batch):
            scores = network(split.inputs[start : start + batch])
            right += int((scores.argmax(dim=1) == split.labels[start : start + batch]).sum())
    return right / len(split)
