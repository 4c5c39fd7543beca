"""An endless stream of shuffled batches whose whole state is one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas_engine.augmentations import NONE, Augmentation
from nas_engine.chance import Chance, seed_from
from nas_engine.tasks.base import Split

if TYPE_CHECKING:
    from torch import Tensor


class Batches:
    """Batch number `position` is a function of seed and position, so a restored stream goes on where it was.

    Each epoch is one permutation; the rest that does not fill a batch is left out of that epoch.
    """

    def __init__(self, split: Split, size: int, seed: int, augmentation: Augmentation = NONE) -> None:
        self._split, self._size, self._seed = split, min(size, len(split)), seed
        self._augmentation = augmentation
        self.position = 0
        self._epoch, self._order = -1, [0]

    @property
    def per_epoch(self) -> int:
        return len(self._split) // self._size

    def next(self) -> tuple[Tensor, Tensor]:
        """**Shapes**: (B, C, H, W) channels-last, (B,)."""
        epoch, place = divmod(self.position, self.per_epoch)
        if epoch != self._epoch:
            self._epoch = epoch
            self._order = Chance(seed_from(self._seed, "epoch", epoch)).permutation(len(self._split))
        chosen = self._order[place * self._size : (place + 1) * self._size]
        inputs = self._augmentation.apply(self._split.batch(chosen), seed_from(self._seed, "augment", self.position))
        self.position += 1
        return inputs, self._split.labels[chosen]
