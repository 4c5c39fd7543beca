"""Images as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import ConfigDict

from nas_engine.augmentations.base import Augmentation

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class NoAugmentation(Augmentation):
    """Leaves images as they are."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "none"

    @property
    def words(self) -> str:
        return "none"

    def apply(self, inputs: Tensor, seed: int) -> Tensor:
        return inputs


NONE = NoAugmentation()
