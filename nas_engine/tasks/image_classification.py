"""Image classification."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from nas_engine.chance import Chance, seed_from
from nas_engine.errors import Incompatible
from nas_engine.shapes import TaskShape
from nas_engine.tasks.base import OpenTask, Preprocessing, Split, Task
from nas_engine.tasks.digits import Images, digits

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Source:
    """Built-in data: how it is loaded, its shape, how many images, and the checksum of pixels and labels."""

    load: Callable[[], Images]
    shape: TaskShape
    count: int
    sha256: str


SOURCES = {
    "digits": Source(
        digits, TaskShape(1, 8, 8, 10), 1797, "faf2d98f61250c1cdc0b114323133d3c58da04f5c5d28bb78e4bde3c936a75b1"
    )
}


@dataclass(frozen=True)
class ImageClassification(Task):
    """Labelled images, split by seed with equal class shares: cross-entropy loss, accuracy as the score."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "image_classification"

    data: Annotated[Literal["digits"], Field(description="built-in data set")] = "digits"
    resolution: Annotated[
        int | None, Field(ge=4, le=512, description="pixels a side after resizing by area; empty: as it is")
    ] = None
    validation: Annotated[float, Field(gt=0, lt=1, description="share of the images for validation")] = 0.2
    test: Annotated[float, Field(gt=0, lt=1, description="share of the images for the final report")] = 0.2
    split_seed: Annotated[int, Field(ge=0, description="which images go where")] = 0

    def __post_init__(self) -> None:
        if self.validation + self.test >= 1:
            raise Incompatible(
                f"task: validation {self.validation} and test {self.test} leave nothing to train on;"
                " wanted a sum below 1"
            )

    @property
    def shape(self) -> TaskShape:
        raw = SOURCES[self.data].shape
        side = self.resolution
        return raw if side is None else TaskShape(raw.channels, side, side, raw.classes)

    def open(self, device: str = "cpu") -> OpenTask:
        images, parts = self._images(), self._parts()
        preprocessing = self._preprocessing(images, parts["train"])
        return OpenTask(
            self.shape,
            _split(images, parts["train"], preprocessing, device),
            _split(images, parts["validation"], preprocessing, device),
            preprocessing,
        )

    def open_test(self, device: str = "cpu") -> Split:
        images, parts = self._images(), self._parts()
        return _split(images, parts["test"], self._preprocessing(images, parts["train"]), device)

    def _images(self) -> Images:
        return SOURCES[self.data].load()

    def _parts(self) -> dict[str, list[int]]:
        """Positions of each split: every class is shuffled by seed and cut in the same shares.

        Raises Incompatible for a share that leaves a split without some class.
        """
        labels = self._images().labels
        parts: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
        for label in range(self.shape.classes):
            own = [int(i) for i in (labels == label).nonzero()[0]]
            order = Chance(seed_from("split", self.split_seed, label)).sample(own, len(own))
            first, second = round(len(own) * self.validation), round(len(own) * (self.validation + self.test))
            cut = {"train": order[second:], "validation": order[:first], "test": order[first:second]}
            for name, positions in cut.items():
                if not positions:
                    raise Incompatible(
                        f"task: validation {self.validation} and test {self.test} leave the {name} split none of the"
                        f" {len(own)} images of class {label}; wanted shares that give each split some of each class"
                    )
                parts[name] += positions
        return {name: sorted(positions) for name, positions in parts.items()}

    def _preprocessing(self, images: Images, train: list[int]) -> Preprocessing:
        """Mean and deviation of the training images, as the network sees them: after resizing."""
        pixels = _resized(images, train, self.shape.height, self.shape.width).double()
        mean, deviation = pixels.mean(dim=(0, 2, 3)), pixels.std(dim=(0, 2, 3), unbiased=False)
        return Preprocessing(
            self.shape.height,
            self.shape.width,
            tuple(round(float(value), 6) for value in mean),
            tuple(round(max(float(value), 1e-6), 6) for value in deviation),
            images.classes,
        )


def _resized(images: Images, positions: list[int], height: int, width: int) -> Tensor:
    import torch
    from torch.nn import functional

    pixels = torch.from_numpy(images.pixels[positions]).float()
    if pixels.shape[2:] != (height, width):
        pixels = functional.interpolate(pixels, (height, width), mode="area")
    return pixels


def _split(images: Images, positions: list[int], how: Preprocessing, device: str) -> Split:
    import torch

    pixels = _resized(images, positions, how.height, how.width)
    mean, deviation = torch.tensor(how.mean)[:, None, None], torch.tensor(how.deviation)[:, None, None]
    inputs = ((pixels - mean) / deviation).to(device, memory_format=torch.channels_last)
    return Split(inputs, torch.from_numpy(images.labels[positions]).to(device))
