"""Labelled images, wherever they are: a built-in data set, or packed data that stay on disk."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Field

from nas_engine.data import Packed, shelf
from nas_engine.errors import BadData, Incompatible
from nas_engine.shapes import TaskShape
from nas_engine.tasks.digits import digits

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from nas_engine.tasks.digits import Images

Given = Literal["train", "validation", "test"]
BYTE = 255.0


@dataclass(frozen=True)
class BuiltIn:
    """Built-in data: how it is loaded, its shape, how many images, the highest pixel, the checksum of pixels and labels."""

    load: Callable[[], Images]
    shape: TaskShape
    count: int
    highest: float
    sha256: str


SOURCES = {
    "digits": BuiltIn(
        digits, TaskShape(1, 8, 8, 10), 1797, 16.0, "faf2d98f61250c1cdc0b114323133d3c58da04f5c5d28bb78e4bde3c936a75b1"
    )
}


@dataclass(frozen=True)
class StoredData:
    """Packed data, by the checksum of their content; shape and counts are here so that no plan needs a disk."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kind: Annotated[Literal["stored"], Field(description="packed data; see docs/data.md")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="of the content")]
    shape: Annotated[TaskShape, Field(description="of the packed images")]
    images: Annotated[
        Mapping[Given, Annotated[int, Field(ge=1)]], Field(min_length=1, description="how many each given split has")
    ]
    name: Annotated[str, Field(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$", description="for a person")] = ""

    def __post_init__(self) -> None:
        if "train" not in self.images:
            raise Incompatible(f"packed data of {', '.join(self.images)} images; wanted a training split among them")

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __str__(self) -> str:
        return self.name or f"data {self.sha256[:12]}"


Data = Literal["digits"] | StoredData


class LabelledImages(ABC):
    """Images as they are kept, and their labels, by the splits that they came in."""

    classes: tuple[str, ...]
    highest: float  # that a pixel may be

    @abstractmethod
    def given(self) -> Mapping[str, NDArray[np.int64]]:
        """The labels of each split that the data came in; 'train' is always there."""

    @abstractmethod
    def pixels(self, split: str, positions: list[int]) -> Tensor:
        """Raw pixels of these images. **Shapes**: (N, C, H, W)."""

    @abstractmethod
    def name(self, split: str, position: int) -> str:
        """What an image's file was called."""


class InMemory(LabelledImages):
    """A built-in data set: one split, which is cut as the task says."""

    def __init__(self, source: BuiltIn) -> None:
        self._images = source.load()
        self.classes, self.highest = self._images.classes, source.highest

    def given(self) -> Mapping[str, NDArray[np.int64]]:
        return {"train": self._images.labels}

    def pixels(self, split: str, positions: list[int]) -> Tensor:
        import torch

        return torch.from_numpy(self._images.pixels[positions])

    def name(self, split: str, position: int) -> str:
        return f"image {position}"


class OnDisk(LabelledImages):
    """Packed data on this process's shelf. Raises BadData where they are not there, or are not what the recipe says."""

    def __init__(self, data: StoredData) -> None:
        self._packed: Packed = shelf().find(data.sha256)
        index = self._packed.index
        if (index.shape, index.images) != (data.shape, dict(data.images)):
            raise BadData(
                f"{self._packed.folder} holds {index.images} images of {index.shape}, the recipe says {dict(data.images)}"
                f" of {data.shape}; take the recipe's data from the index"
            )
        self.classes, self.highest = index.classes, BYTE

    @cached_property
    def _labels(self) -> dict[str, NDArray[np.int64]]:
        return {split: self._packed.labels(split).astype("int64") for split in self._packed.splits}

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        return {split: self._packed.names(split) for split in self._packed.splits}

    def given(self) -> Mapping[str, NDArray[np.int64]]:
        return self._labels

    def name(self, split: str, position: int) -> str:
        return self._names[split][position]

    def pixels(self, split: str, positions: list[int]) -> Tensor:
        import torch

        return torch.from_numpy(self._packed.images(split)[positions]).permute(0, 3, 1, 2)  # channels-last as it is


def opened(data: Data) -> LabelledImages:
    """The images that a recipe names."""
    return OnDisk(data) if isinstance(data, StoredData) else InMemory(SOURCES[data])
