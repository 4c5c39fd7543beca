"""The files of one split of packed data, and how they are written: a row after the other."""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING

from nas_engine.errors import StorageFailed

if TYPE_CHECKING:
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

INDEX = "index.json"
HEAD = 128  # bytes of an array's head, whatever the number of its rows
READ = 1 << 20


def images_file(split: str) -> str:
    return f"{split}.images.npy"


def labels_file(split: str) -> str:
    return f"{split}.labels.npy"


def names_file(split: str) -> str:
    return f"{split}.names.txt"


class RowFile:
    """Writes a split's images (N, H, W, C) as uint8, its labels (N,) as int32, and the images' names, a line each.

    How many there are is known at the end only, so the arrays' heads are written then. Raises StorageFailed.
    """

    def __init__(self, folder: Path, split: str, shape: tuple[int, int, int]) -> None:
        import numpy as np

        self._folder, self._split, self._shape = folder, split, shape
        self._labels: list[int] = []
        self._sum = np.zeros(shape[2], np.int64)
        self._squares = np.zeros(shape[2], np.int64)
        self._images: IO[bytes] = (folder / images_file(split)).open("wb")
        self._names: IO[str] = (folder / names_file(split)).open("w", encoding="utf-8")
        self._images.write(bytes(HEAD))

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._images.close()
        self._names.close()

    def __len__(self) -> int:
        return len(self._labels)

    def write(self, pixels: NDArray[np.uint8], label: int, name: str) -> None:
        """**Shapes**: pixels (H, W, C)."""
        import numpy as np

        wide = pixels.reshape(-1, self._shape[2]).astype(np.int64)
        self._sum += wide.sum(axis=0)
        self._squares += (wide * wide).sum(axis=0)
        try:
            self._images.write(pixels.tobytes())
            self._names.write(json.dumps(name)[1:-1] + "\n")
        except OSError as error:
            raise StorageFailed(f"could not write {self._folder}: {error.strerror}; free space") from error
        self._labels.append(label)

    def finish(self) -> dict[str, str]:
        """Write what only the end knows; returns the checksum of each file by its name."""
        import numpy as np

        images, labels, names = images_file(self._split), labels_file(self._split), names_file(self._split)
        try:
            self._images.seek(0)
            self._images.write(_head(np.dtype(np.uint8).str, (len(self), *self._shape)))
            self._images.close()
            self._names.close()
            content = np.asarray(self._labels, "<i4").tobytes()
            (self._folder / labels).write_bytes(_head("<i4", (len(self),)) + content)
        except OSError as error:
            raise StorageFailed(f"could not write {self._folder}: {error.strerror}; free space") from error
        return {name: checksum(self._folder / name) for name in (images, labels, names)}

    def counts(self, classes: int) -> tuple[int, ...]:
        """Images of each class."""
        import numpy as np

        return tuple(int(count) for count in np.bincount(np.asarray(self._labels, np.int64), minlength=classes))

    def names(self) -> list[str]:
        return read_names(self._folder / names_file(self._split))

    def moments(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and deviation of each channel, 0 to 255."""
        pixels = max(1, len(self) * self._shape[0] * self._shape[1])
        means = [int(value) / pixels for value in self._sum]
        variances = [int(value) / pixels - mean**2 for value, mean in zip(self._squares, means, strict=True)]
        return (
            tuple(round(mean, 6) for mean in means),
            tuple(round(max(variance, 0.0) ** 0.5, 6) for variance in variances),
        )


def read_names(path: Path) -> list[str]:
    """The names of a split's images."""
    return [json.loads(f'"{line}"') for line in path.read_text(encoding="utf-8").splitlines()]


def checksum(path: Path) -> str:
    """sha256 of a file, read in pieces."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(READ):
            found.update(data)
    return found.hexdigest()


def _head(kind: str, shape: tuple[int, ...]) -> bytes:
    """The head of a .npy file of version 1, always of one length."""
    text = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode("latin1")
    body = text.ljust(HEAD - 10 - 1) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(body)) + body
