"""Task: data, loss and score, with train and validation splits; the test split is opened once, for the final report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from nas_engine.augmentations import NONE, Augmentation
from nas_engine.shapes import TaskShape

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from nas_engine.tasks.batches import Batches


@dataclass(frozen=True)
class Preprocessing:
    """What happens to a raw image before the network; goes into every export.

    Resize to height x width by area, then (pixel - mean) / deviation a channel, in raw pixel units. `kept`: height and width that
    an image file is brought to before that, where data were packed so. `highest`: what a file's 255 stands for.
    """

    height: int
    width: int
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    classes: tuple[str, ...]
    kept: tuple[int, int] | None = None
    highest: float = 255.0


@dataclass(frozen=True)
class Split:
    """Examples: `kept` as they are in memory, which is ready for a network, or what `how` prepares, a batch at a time.

    **Shapes**: kept (N, C, H, W), labels (N,).
    """

    kept: Tensor
    labels: Tensor
    how: Preprocessing | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def device(self) -> torch.device:
        return self.kept.device

    @property
    def inputs(self) -> Tensor:
        """All of them, ready for a network. **Shapes**: (N, C, H, W) channels-last."""
        return self.batch(slice(None))

    def batch(self, chosen: list[int] | slice) -> Tensor:
        """Some of them, ready for a network. **Shapes**: (B, C, H, W) channels-last."""
        kept = self.kept[chosen]
        return kept if self.how is None else prepared(kept, self.how)

    def part(self, positions: list[int]) -> Split:
        """The examples at these positions."""
        return Split(self.kept[positions], self.labels[positions], self.how)

    def halves(self, seed: int) -> tuple[Split, Split]:
        """Two disjoint halves, drawn by seed."""
        from nas_engine.chance import Chance

        order = Chance(seed).permutation(len(self))
        middle = len(order) // 2
        return self.part(order[:middle]), self.part(order[middle:])


def resized(raw: Tensor, height: int, width: int) -> Tensor:
    """Raw pixels as numbers, by area. **Shapes**: (N, C, H, W) -> (N, C, height, width)."""
    from torch.nn import functional

    pixels = raw.float()
    return (
        pixels if pixels.shape[2:] == (height, width) else functional.interpolate(pixels, (height, width), mode="area")
    )


def prepared(raw: Tensor, how: Preprocessing) -> Tensor:
    """Raw pixels as a network takes them. **Shapes**: (N, C, H, W) -> (N, C, height, width), channels-last."""
    import torch

    pixels = resized(raw, how.height, how.width)
    mean, deviation = (torch.tensor(values, device=raw.device)[:, None, None] for values in (how.mean, how.deviation))
    return ((pixels - mean) / deviation).to(raw.device, memory_format=torch.channels_last)


@dataclass(frozen=True)
class OpenTask:
    """A task whose data is on a device. A search never holds the test split: there is no field for it."""

    shape: TaskShape
    train: Split
    validation: Split
    preprocessing: Preprocessing
    augmentation: Augmentation = field(default=NONE, kw_only=True)

    def batches(self, size: int, seed: int, of: Split | None = None) -> Batches:
        """Training batches, augmented: of the training split, or of a part of it."""
        from nas_engine.tasks.batches import Batches

        return Batches(self.train if of is None else of, size, seed, self.augmentation)

    def loss(self, scores: Tensor, labels: Tensor, smoothing: float = 0.0) -> Tensor:
        """Cross-entropy, mean over the batch. **Shapes**: (B, classes), (B,) -> ()."""
        from torch.nn import functional

        return functional.cross_entropy(scores, labels, label_smoothing=smoothing)


@dataclass(frozen=True)
class Origin:
    """Where an example came from: the split that it was given in, its position there, what its file was called."""

    split: str
    position: int
    name: str


class Task(ABC):
    """A description of data that can be opened. Fields are configuration."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def shape(self) -> TaskShape:
        """Known without opening the data."""

    @property
    def title(self) -> str:
        """What its data are called."""
        return self.kind

    @abstractmethod
    def open(self, device: str = "cpu") -> OpenTask:
        """Train and validation splits."""

    @abstractmethod
    def open_test(self, device: str = "cpu") -> Split:
        """The test split: for the final report, once, and for nothing else."""

    def origins(self, positions: list[int]) -> list[Origin]:
        """Where these examples of the test split came from."""
        return [Origin("test", position, f"example {position}") for position in positions]


def accuracy(network: nn.Module, split: Split, batch: int = 512) -> float:
    """Share of a split that a network labels right, in evaluation mode."""
    import torch

    network.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(split), batch):
            scores = network(split.batch(slice(start, start + batch)))
            right += int((scores.argmax(dim=1) == split.labels[start : start + batch]).sum())
    return right / len(split)
