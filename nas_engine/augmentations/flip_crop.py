"""Shift, mirror, cut out: what small images are commonly trained with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.augmentations.base import Augmentation

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class FlipCrop(Augmentation):
    """Padded, cropped at random and mirrored every other time (He 2016); a square may be cut out (DeVries 2017).

    What is padded or cut out is 0 after normalisation: the mean colour.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "flip_crop"

    pad: Annotated[int, Field(ge=0, le=64, description="pixels that an image may be shifted to each side")] = 4
    flip: Annotated[bool, Field(description="whether every other image is mirrored; not for letters or digits")] = True
    cutout: Annotated[int, Field(ge=0, le=256, description="side of the square that is cut out; 0: none")] = 0

    @property
    def words(self) -> str:
        parts = [f"shifted by up to {self.pad} pixels"] if self.pad else []
        parts += ["mirrored with probability 1/2"] if self.flip else []
        parts += [f"a square of {self.cutout} pixels cut out"] if self.cutout else []
        return ", ".join(parts) or "none"

    def apply(self, inputs: Tensor, seed: int) -> Tensor:
        import torch
        from torch.nn import functional

        count, _, height, width = inputs.shape
        draws = torch.Generator().manual_seed(seed)  # of the CPU: the same draws for every device

        def drawn(limit: int) -> Tensor:
            return torch.randint(limit, (count, 1), generator=draws)

        rows = torch.arange(height) + drawn(2 * self.pad + 1)
        columns = torch.arange(width) + drawn(2 * self.pad + 1)
        mirrored = drawn(2).bool() if self.flip else torch.zeros(count, 1, dtype=torch.bool)
        columns = torch.where(mirrored, columns.flip(1), columns)
        padded = functional.pad(inputs, [self.pad] * 4).permute(0, 2, 3, 1)
        device, examples = inputs.device, torch.arange(count)[:, None, None]
        moved = padded[examples.to(device), rows[:, :, None].to(device), columns[:, None, :].to(device)]
        if self.cutout:
            top, left = drawn(height) - self.cutout // 2, drawn(width) - self.cutout // 2
            inside = _within(height, top, self.cutout)[:, :, None] & _within(width, left, self.cutout)[:, None, :]
            moved = moved.masked_fill(inside[..., None].to(device), 0.0)
        return moved.permute(0, 3, 1, 2).to(device, memory_format=torch.channels_last)


def _within(size: int, first: Tensor, length: int) -> Tensor:
    """Which of `size` places lie in a stretch that begins at `first`. **Shapes**: (B, 1) -> (B, size)."""
    import torch

    places = torch.arange(size)
    return (places >= first) & (places < first + length)
