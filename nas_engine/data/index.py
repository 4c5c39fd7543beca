"""The index of packed data: what it holds, what could not be read, and what a recipe says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from nas_engine.shapes import TaskShape
from nas_engine.wire import Plain, plain

FORMAT: Literal["spacewright/images"] = "spacewright/images"
VERSION: Literal[1] = 1
SPLITS = ("train", "validation", "test")
SHOWN = 100  # failures that are named


@dataclass(frozen=True)
class Failed:
    """A file that is not among the images. `reason` is one of `pictures.REASONS`."""

    name: str
    reason: str
    text: str


@dataclass(frozen=True)
class Index:
    """`index.json`. The checksum is of classes, shape, pixels and labels: not of names, or of what failed."""

    name: str
    sha256: str
    classes: tuple[str, ...]  # in the order of the labels
    channels: int
    height: int
    width: int
    counts: dict[str, tuple[int, ...]]  # split -> images of each class
    files: dict[str, str]  # name -> sha256
    mean: tuple[float, ...]  # of a channel of the training split, 0 to 255
    deviation: tuple[float, ...]
    resized: str = ""  # what was done, in words
    failed: dict[str, int] = field(default_factory=dict)  # reason -> files
    failures: tuple[Failed, ...] = ()  # the first of them
    duplicates: dict[str, int] = field(default_factory=dict)  # split -> images whose pixels it held before
    leaked: dict[str, int] = field(default_factory=dict)  # 'train/test' -> images of the second that the first holds
    leaks: tuple[tuple[str, str], ...] = ()  # the first of them, by name
    format: Literal["spacewright/images"] = FORMAT
    version: Literal[1] = VERSION

    @property
    def shape(self) -> TaskShape:
        return TaskShape(self.channels, self.height, self.width, len(self.classes))

    @property
    def images(self) -> dict[str, int]:
        """Split -> how many."""
        return {split: sum(counts) for split, counts in self.counts.items()}

    def recipe(self) -> Plain:
        """What a recipe's `task.data` is to be."""
        return {
            "kind": "stored",
            "sha256": self.sha256,
            "name": self.name,
            "shape": plain(self.shape),
            "images": self.images,
        }
