"""Small archives of images, made for a test."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from nas_engine.chance import Chance

CLASSES = ("hens", "owls")


def picture(seed: int, side: int = 8, shade: int = 0) -> bytes:
    """A PNG of random pixels round a shade."""
    pixels = np.array(Chance(seed).sample(list(range(256)), side * side)).reshape(side, side)
    made = io.BytesIO()
    Image.fromarray((pixels // 4 + shade).astype(np.uint8)).save(made, "PNG")
    return made.getvalue()


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def birds(count: int = 6, first: int = 0, classes: Sequence[str] = CLASSES) -> dict[str, bytes]:
    """Images by path: so many a class, of which no two are alike."""
    return {
        f"{name}/{name}-{number}.png": picture(first + 1000 * place + number, shade=place * 90)
        for place, name in enumerate(classes)
        for number in range(count)
    }
