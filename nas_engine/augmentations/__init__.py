"""Augmentations: how training images are varied."""

from nas_engine.augmentations.base import Augmentation
from nas_engine.augmentations.flip_crop import FlipCrop
from nas_engine.augmentations.none import NONE, NoAugmentation

AUGMENTATIONS: dict[str, type[Augmentation]] = {
    kind.kind: kind
    for kind in (
        NoAugmentation,  # the first is what a form begins with
        FlipCrop,
    )
}

__all__ = ["AUGMENTATIONS", "NONE", "Augmentation", "FlipCrop", "NoAugmentation"]
