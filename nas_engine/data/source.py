"""Source: labelled images that are read twice, once to know their shape and once for their pixels."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nas_engine.data.limits import Guard
from nas_engine.errors import BadData

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass
class Survey:
    """What the first reading found: how many images of each class a split has, of which sizes, whether any is in colour."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)  # split -> class -> images
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)  # (height, width)
    colour: bool = False

    @property
    def total(self) -> int:
        return sum(sum(classes.values()) for classes in self.counts.values())

    def add(self, split: str, label: str, size: tuple[int, int], colour: bool, count: int = 1) -> None:
        self.counts.setdefault(split, Counter())[label] += count
        self.sizes[size] += count
        self.colour |= colour


@dataclass(frozen=True)
class Row:
    """One image, or why there is none. **Shapes**: pixels (H, W, C), uint8."""

    split: str
    label: str
    name: str
    pixels: NDArray[np.uint8] | None
    reason: str = ""
    text: str = ""


class Source(ABC):
    """Labelled images of one kind of file. Splits are 'train', 'validation' and 'test'."""

    name: str  # of the file or folder, for messages

    @property
    @abstractmethod
    def size(self) -> int:
        """Bytes on disk."""

    @abstractmethod
    def survey(self, guard: Guard) -> Survey:
        """First reading. Raises BadData."""

    @abstractmethod
    def rows(self, guard: Guard, colour: bool, height: int, width: int) -> Iterator[Row]:
        """Second reading, in the same order: 1 channel or, in `colour`, 3. Files are resized by area; arrays come as they are."""


def split_named(name: str) -> str | None:
    """The split that a word means; None for any other word."""
    words = {
        "train": ("train", "training"),
        "test": ("test", "testing", "t10k"),
        "validation": ("validation", "val", "valid", "dev"),
    }
    return next((split for split, names in words.items() if name.lower() in names), None)


def whole_pixels(values: NDArray[np.generic], name: str) -> NDArray[np.uint8]:
    """Numbers as pixels of 8 bits. Raises BadData for any that is not a whole number from 0 to 255."""
    import numpy as np

    if values.dtype == np.uint8:
        return values.view(np.uint8)
    if values.dtype.kind not in "uib":
        raise BadData(f"{name} holds {values.dtype}, wanted uint8: save (images * 255).round().astype('uint8')")
    if values.size and (int(values.min()) < 0 or int(values.max()) > 255):
        raise BadData(f"{name} holds numbers from {values.min()} to {values.max()}, wanted 0 to 255, as uint8")
    return values.astype(np.uint8)
