"""Images of noise, for estimators that need no more."""

from __future__ import annotations

import torch

from nas_engine.shapes import TaskShape
from nas_engine.tasks import OpenTask, Split
from nas_engine.tasks.base import Preprocessing


def noise(shape: TaskShape, images: int = 32) -> OpenTask:
    """A task of images of normal noise, the same every time."""
    generator = torch.Generator().manual_seed(0)
    kept = torch.randn(images, shape.channels, shape.height, shape.width, generator=generator)
    split = Split(kept, torch.zeros(images, dtype=torch.long))
    how = Preprocessing(shape.height, shape.width, (0.0,), (1.0,), ("nothing",) * shape.classes)
    return OpenTask(shape, split, split, how)
