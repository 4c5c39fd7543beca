"""Packed data, as a training reads it: arrays that stay on disk until a batch asks for them."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nas_engine.data.index import Index
from nas_engine.data.pictures import png
from nas_engine.data.rows import INDEX, checksum, images_file, labels_file, names_file, read_names
from nas_engine.errors import BadData, StateMismatch, StorageFailed
from nas_engine.wire import read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Packed:
    """A folder that `pack` wrote."""

    def __init__(self, folder: Path) -> None:
        """Raises BadData where there is none, or it was written by another version."""
        self.folder = folder
        try:
            self.index = read(Index, json.loads((folder / INDEX).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            why = str(error) if isinstance(error, StateMismatch) else "its index cannot be read"
            raise BadData(f"{folder} is no packed data ({why}); pack the files again") from error

    @cached_property
    def splits(self) -> tuple[str, ...]:
        return tuple(self.index.counts)

    def images(self, split: str) -> NDArray[np.uint8]:
        """Read-only and memory-mapped. **Shapes**: (N, H, W, C)."""
        index = self.index
        return self._array(images_file(split), (index.images[split], index.height, index.width, index.channels))

    def labels(self, split: str) -> NDArray[np.int32]:
        """**Shapes**: (N,)."""
        return self._array(labels_file(split), (self.index.images[split],))  # type: ignore[return-value]

    def names(self, split: str) -> list[str]:
        """What each image's file was called."""
        return read_names(self.folder / names_file(split))

    def picture(self, split: str, position: int, side: int | None = None) -> bytes:
        """An image as PNG, `side` pixels on its longer side."""
        return png(self.images(split)[position], side)

    def verify(self) -> None:
        """Raises StorageFailed where a file is missing or not what was written."""
        for name, wanted in self.index.files.items():
            try:
                same = checksum(self.folder / name) == wanted
            except OSError as error:
                raise StorageFailed(f"{self.folder / name} is missing or unreadable ({error.strerror})") from error
            if not same:
                raise StorageFailed(
                    f"{self.folder / name} is not what was written; restore it, or pack the files again"
                )

    def _array(self, name: str, shape: tuple[int, ...]) -> NDArray[np.uint8]:
        import numpy as np

        try:
            array: NDArray[np.uint8] = np.load(self.folder / name, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise StorageFailed(f"{self.folder / name} cannot be read ({error}); pack the files again") from error
        if array.shape != shape:
            raise StorageFailed(
                f"{self.folder / name} has the shape {array.shape}, wanted {shape}; pack the files again"
            )
        return array
