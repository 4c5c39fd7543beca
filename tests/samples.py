"""Small data of people: images of which no two are equal, and the files that they come in. Written where a test asks for it."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Files = Mapping[str, bytes]


def noise(count: int, height: int = 8, width: int = 8, channels: int = 1, first: int = 0) -> Pixels:
    """Images of which no two are equal. **Shapes**: (N, H, W, C)."""
    size = count * height * width * channels
    values = ((np.arange(size, dtype=np.uint64) + first * 7919) * 2654435761 >> 7) % 251
    return values.astype(np.uint8).reshape(count, height, width, channels)


def idx(values: NDArray[np.uint8], kind: int = 8) -> bytes:
    """An IDX file."""
    return struct.pack(">HBB", 0, kind, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


def mnist(train: int = 40, test: int = 10, size: tuple[int, int] = (6, 5), packed: bool = True) -> dict[str, bytes]:
    """The four files of MNIST, of other images: four classes in turn."""
    files = {}
    for number, (split, count) in enumerate((("train", train), ("t10k", test))):
        images = noise(count, *size, first=number * 1000)[..., 0]
        labels = (np.arange(count) % 4).astype(np.uint8)
        for name, values in (("images-idx3-ubyte", images), ("labels-idx1-ubyte", labels)):
            data = idx(values)
            files[f"{split}-{name}" + ".gz" * packed] = gzip.compress(data) if packed else data
    return files


def npz(**arrays: NDArray[np.generic]) -> bytes:
    """An NPZ file."""
    out = io.BytesIO()
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def picture(pixels: Pixels, kind: str = "PNG", **options: object) -> bytes:
    """An image file. **Shapes**: pixels (H, W, C)."""
    out = io.BytesIO()
    Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels).save(out, kind, **options)
    return out.getvalue()


def folders(
    each: int = 3, classes: tuple[str, ...] = ("cat", "dog"), above: str = "", first: int = 0
) -> dict[str, bytes]:
    """Image files by path: a folder a class."""
    images = noise(each * len(classes), 8, 8, 3, first)
    return {
        f"{above}{label}/{number}.png": picture(images[place * each + number])
        for place, label in enumerate(classes)
        for number in range(each)
    }


def zipped(files: Files, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return out.getvalue()


def tarred(files: Files, mode: str = "w:gz") -> bytes:
    """A tar of these files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as file:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            file.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def laid(files: Files, folder: Path) -> Path:
    """The files, below a folder."""
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder
