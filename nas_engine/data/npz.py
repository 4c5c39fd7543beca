"""NPZ files, as numpy writes them: arrays of images and labels by name; read in blocks, nothing unpickled."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nas_engine.data.limits import Guard
from nas_engine.data.source import Row, Source, Survey, whole_pixels
from nas_engine.data.streams import Counted, exactly
from nas_engine.data.tree import ENCRYPTED, ZipMember
from nas_engine.errors import BadData, brief

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = {  # split -> pairs of names that are known for it
    "train": (("x_train", "y_train"), ("train_images", "train_labels"), ("images", "labels"), ("x", "y")),
    "validation": (("x_val", "y_val"), ("val_images", "val_labels"), ("x_valid", "y_valid")),
    "test": (("x_test", "y_test"), ("test_images", "test_labels")),
}
ROWS = 256


class NpzFile(Source):
    """One NPZ file."""

    def __init__(self, path: Path) -> None:
        self.name, self._path = path.name, path
        self._labels: dict[str, list[str]] = {}

    @property
    def size(self) -> int:
        return self._path.stat().st_size

    def survey(self, guard: Guard) -> Survey:
        found = Survey()
        for split, images, labels in self._pairs():
            shape, _ = self._head(images, guard)
            count, height, width, channels = _nhwc(shape, f"{self.name}: {images}")[0]
            guard.images(count)
            self._labels[split] = self._read_labels(labels, count, guard)
            for label, number in Counter(self._labels[split]).items():
                found.add(split, label, (height, width), channels == 3, number)
        return found

    def rows(self, guard: Guard, colour: bool, height: int, width: int) -> Iterator[Row]:
        import numpy as np

        for split, images, _ in self._pairs():
            name = f"{self.name}: {images}"
            with closing(self._member(images, guard)) as stream:
                shape, dtype = _array_head(stream, name)
                (count, *size), first = _nhwc(shape, name)
                one = int(np.prod(shape[1:])) * dtype.itemsize
                for start in range(0, count, ROWS):
                    some = min(ROWS, count - start)
                    values = np.frombuffer(exactly(stream, some * one, name), dtype).reshape(some, *shape[1:])
                    block = whole_pixels(values, name)
                    block = block.transpose(0, 2, 3, 1) if first else block.reshape(some, *size)
                    for offset, pixels in enumerate(block):
                        position = start + offset
                        yield Row(split, self._labels[split][position], f"{images}[{position}]", pixels)

    def _pairs(self) -> list[tuple[str, str, str]]:
        """(split, name of the images, name of the labels). Raises BadData where none is known, or a half is missing."""
        with self._zip() as file:
            there = [entry.filename.removesuffix(".npy") for entry in file.infolist()]
        found = []
        for split, pairs in NAMES.items():
            for images, labels in pairs:
                if images in there and labels in there:
                    found.append((split, images, labels))
                    break
                if images in there or labels in there:
                    lacking = labels if images in there else images
                    raise BadData(
                        f"{self.name} holds no array {lacking!r}, got {', '.join(there[:10])}; save both together"
                    )
        if not found:
            raise BadData(
                f"{self.name} holds {', '.join(there[:10]) or 'no arrays'}; wanted x_train and y_train (x_test, y_test),"
                " or images and labels"
            )
        return found

    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(self._path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
            raise BadData(
                f"{self.name} is not a whole NPZ file ({brief(error)}); save it again with numpy.savez"
            ) from error

    def _member(self, name: str, guard: Guard) -> Counted:
        guard.file(name)
        file = self._zip()
        entry = file.getinfo(f"{name}.npy")
        if entry.flag_bits & ENCRYPTED:
            raise BadData(f"{self.name}: {name} has a password; save it without")
        return Counted(_Member(file, entry), guard, f"{self.name}: {name}")

    def _head(self, name: str, guard: Guard) -> tuple[tuple[int, ...], Any]:
        with closing(self._member(name, guard)) as stream:
            return _array_head(stream, f"{self.name}: {name}")

    def _read_labels(self, name: str, count: int, guard: Guard) -> list[str]:
        import numpy as np

        where = f"{self.name}: {name}"
        with closing(self._member(name, guard)) as stream:
            shape, dtype = _array_head(stream, where)
            if shape not in ((count,), (count, 1)):
                raise BadData(f"{where} has the shape {shape}, wanted ({count},): one label an image")
            if dtype.kind not in "iubUS" or dtype.itemsize > 1024:
                raise BadData(f"{where} holds {dtype}, wanted whole numbers or short texts, one an image")
            values: NDArray[Any] = np.frombuffer(exactly(stream, count * dtype.itemsize, where), dtype)
        if dtype.kind == "S":
            return [value.decode("utf-8", "replace") for value in values.tolist()]
        return [str(int(value)) if dtype.kind == "b" else str(value) for value in values.tolist()]


class _Member(ZipMember):
    """A member of an NPZ, which holds the file open as long as it is."""

    def close(self) -> None:
        super().close()
        self._file.close()


def _array_head(stream: Counted, name: str) -> tuple[tuple[int, ...], Any]:
    """Shape and type. Raises BadData for what is no array, is in another order, or would have to be unpickled."""
    from numpy.lib import format as npy

    try:
        version = npy.read_magic(stream)
        read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[version]
        shape, fortran, dtype = read(stream)
    except BadData:
        raise
    except Exception as error:  # whatever a torn head leads numpy to
        raise BadData(f"{name} is not an array as numpy.savez writes it ({brief(error)})") from error
    if dtype.hasobject:
        raise BadData(f"{name} holds Python objects, which are never loaded; save it as an array of numbers")
    if fortran and len(shape) > 1:
        raise BadData(f"{name} is in Fortran order; save numpy.ascontiguousarray(...) of it")
    if any(size < 0 for size in shape):
        raise BadData(f"{name} has the shape {shape}; save it again")
    return shape, dtype


def _nhwc(shape: tuple[int, ...], name: str) -> tuple[tuple[int, int, int, int], bool]:
    """(N, H, W, C), and whether the array has its channels first. Raises BadData for no such shape."""
    if len(shape) == 3:
        shape = (*shape, 1)
    if len(shape) == 4 and all(shape[1:]) and max(shape[1:]) <= 2**15:
        if shape[3] in (1, 3):
            return (shape[0], shape[1], shape[2], shape[3]), False
        if shape[1] in (1, 3):
            return (shape[0], shape[2], shape[3], shape[1]), True
    raise BadData(f"{name} has the shape {shape}, wanted (N, H, W), (N, H, W, C) or (N, C, H, W) with 1 or 3 channels")
