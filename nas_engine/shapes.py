"""Shapes of what flows through a network, without torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field


def halved(size: int, stride: int) -> int:
    """Pixels along one side after a 'same'-padded layer with this stride."""
    return -(-size // stride)


@dataclass(frozen=True, slots=True)
class FeatureShape:
    """One example's features: channels, height, width (a vector has height and width 1)."""

    channels: int
    height: int = 1
    width: int = 1

    @property
    def pixels(self) -> int:
        return self.height * self.width

    def strided(self, stride: int, channels: int | None = None) -> FeatureShape:
        return FeatureShape(
            self.channels if channels is None else channels, halved(self.height, stride), halved(self.width, stride)
        )

    def __str__(self) -> str:
        return f"{self.channels}x{self.height}x{self.width}"


@dataclass(frozen=True, slots=True)
class TaskShape:
    """What a network for a task takes and gives: an image, and one score a class."""

    channels: Annotated[int, Field(ge=1, description="channels of an input image")]
    height: Annotated[int, Field(ge=1, description="pixels from top to bottom")]
    width: Annotated[int, Field(ge=1, description="pixels from left to right")]
    classes: Annotated[int, Field(ge=2, description="number of classes")]

    @property
    def input(self) -> FeatureShape:
        return FeatureShape(self.channels, self.height, self.width)
