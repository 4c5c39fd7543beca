"""IDX files, the form of MNIST and its successors: images and labels apart, packed by gzip or not."""

from __future__ import annotations

import re
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, BinaryIO, cast

from nas_engine.data.limits import Guard
from nas_engine.data.source import Row, Source, Survey
from nas_engine.data.streams import Counted, Readable, exactly, packing, unpacked
from nas_engine.data.tree import Member, Tree
from nas_engine.errors import BadData

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = re.compile(r"(?P<stem>[^/]*)(?P<what>images|labels)[-.]idx[1-4]-ubyte(\.gz)?$")
UBYTE = 8  # the type of its numbers
ROWS = 1024  # images read at once


def idx_name(name: str) -> tuple[str, str] | None:
    """('train', 'images') of 'train-images-idx3-ubyte.gz'; None for a file of another name."""
    found = NAME.search(name)
    if found is None:
        return None
    stem = found["stem"].lower()
    split = "test" if re.search("t10k|test", stem) else "validation" if re.search("val", stem) else "train"
    return split, found["what"]


class IdxFiles(Source):
    """The IDX files of a tree: two for each split."""

    def __init__(self, tree: Tree, names: list[str]) -> None:
        """`names`: the IDX files in it. Raises BadData for images without labels, or two files of one kind."""
        self.name, self._tree = tree.path.name, tree
        self._files: dict[str, tuple[str, str]] = {}
        for name in names:
            found = idx_name(name)
            assert found is not None
            if found in self._files.values():
                raise BadData(
                    f"{self.name} holds two files of {found[0]} {found[1]}, {name} is one; keep the one that you mean"
                )
            self._files[name] = found
        for split, what in self._files.values():
            other = "labels" if what == "images" else "images"
            if (split, other) not in self._files.values():
                raise BadData(
                    f"{self.name} holds the {split} {what}, but no {split}-{other}-idx file; put it beside them"
                )
        self._labels: dict[str, NDArray[np.uint8]] = {}

    @property
    def size(self) -> int:
        return self._tree.size

    def survey(self, guard: Guard) -> Survey:
        import numpy as np

        shapes: dict[str, tuple[int, ...]] = {}
        for member in self._tree.members(guard):
            if member.name not in self._files:
                continue
            split, what = self._files[member.name]
            with _content(member, guard) as stream:
                shape = _head(stream, member.name, (1,) if what == "labels" else (3, 4))
                guard.images(shape[0])
                if what == "labels":
                    self._labels[split] = np.frombuffer(exactly(stream, shape[0], member.name), np.uint8)
                else:
                    shapes[split] = shape
        found = Survey()
        for split, shape in shapes.items():
            labels = self._labels[split]
            if len(labels) != shape[0]:
                raise BadData(
                    f"{self.name}: {shape[0]:,} {split} images, but {len(labels):,} labels; they are not of one data set"
                )
            for label, count in Counter(labels.tolist()).items():
                found.add(split, str(label), (shape[1], shape[2]), shape[3:] == (3,), count)
        return found

    def rows(self, guard: Guard, colour: bool, height: int, width: int) -> Iterator[Row]:
        import numpy as np

        for member in self._tree.members(guard):
            if self._files.get(member.name, ("", ""))[1] != "images":
                continue
            split = self._files[member.name][0]
            labels = self._labels[split]
            with _content(member, guard) as stream:
                count, *size = _head(stream, member.name, (3, 4))
                size = size if len(size) == 3 else [*size, 1]
                one = size[0] * size[1] * size[2]
                for start in range(0, count, ROWS):
                    some = min(ROWS, count - start)
                    block = np.frombuffer(exactly(stream, some * one, member.name), np.uint8).reshape(some, *size)
                    for offset, pixels in enumerate(block):
                        position = start + offset
                        yield Row(split, str(labels[position]), f"{member.name}[{position}]", pixels)


@contextmanager
def _content(member: Member, guard: Guard) -> Iterator[Readable]:
    """A member's content, out of its gzip where it is in one."""
    if member.link:
        raise BadData(f"{member.name} is a link; give the file itself")
    with closing(BufferedReader(cast("RawIOBase", member.open()))) as outer:
        kind = packing(outer.peek(6)[:6])
        yield Counted(unpacked(cast("BinaryIO", outer), kind), guard, member.name) if kind else outer


def _head(stream: Readable, name: str, dimensions: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that an IDX file declares. Raises BadData for anything but bytes in the dimensions wanted."""
    zero, kind, rank = struct.unpack(">HBB", exactly(stream, 4, name))
    if zero != 0 or kind != UBYTE or rank not in dimensions:
        wanted = " or ".join(f"00 00 08 0{rank}" for rank in dimensions)
        got = struct.pack(">HBB", zero, kind, rank).hex(" ")
        raise BadData(f"{name} begins with {got}, an IDX file of bytes begins with {wanted}; is it what its name says?")
    shape = struct.unpack(f">{rank}I", exactly(stream, 4 * rank, name))
    if len(shape) == 4 and shape[3] not in (1, 3):
        raise BadData(f"{name} has {shape[3]} channels, wanted 1 or 3, as the last dimension")
    if rank > 1 and (not all(shape[1:]) or max(shape[1:3]) > 2**15):
        raise BadData(
            f"{name} holds images of {' x '.join(map(str, shape[1:]))}, wanted at least a pixel, and at most 32,768 a side"
        )
    return shape
