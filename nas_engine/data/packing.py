"""Packing: a source's images as arrays on disk, in one pass of bounded memory; whole, or not there at all."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import median_low
from typing import TYPE_CHECKING

from nas_engine.data.index import SHOWN, SPLITS, Failed, Index
from nas_engine.data.limits import Guard, Limits
from nas_engine.data.rows import INDEX, RowFile
from nas_engine.data.source import Row, Source, Survey
from nas_engine.data.sources import opened
from nas_engine.data.twins import Twins
from nas_engine.errors import BadData, StorageFailed
from nas_engine.wire import canonical, plain, write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

COMMON_SIDE = 224  # images of different sizes are made no larger
NAME = 120  # characters of what data are called
TOLD = 100  # images between two words of progress

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Report:
    """What came of packing; `remarks` are sentences for a person."""

    folder: Path
    index: Index
    remarks: tuple[str, ...]


def pack(
    source: Path,
    folder: Path,
    *,
    test: Path | None = None,
    limits: Limits | None = None,
    side: int | None = None,
    name: str = "",
    progress: Progress | None = None,
    check: Callable[[], None] | None = None,
) -> Report:
    """Pack the images of `source`, and those of `test` as the test split, into a folder that does not exist yet.

    `side`: pixels of a side; unless given, images that all have one size keep it, others become squares of the median of their
    shorter sides. `progress` is told the images written and how many there are (None while they are counted). What `check`
    raises ends it. Raises BadData for what cannot be learned from, StorageFailed for a full disk; nothing is left behind.
    """
    limits = limits or Limits()
    if folder.exists():
        raise BadData(f"{folder} is there already; choose a folder that does not exist")
    if side is not None and not 1 <= side <= limits.side:
        raise BadData(f"side: got {side}, wanted 1 to {limits.side}")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        partial.mkdir(parents=True)
        with ExitStack() as stack:
            parts = [_Part(stack.enter_context(opened(source, limits, check)), None)]
            if test is not None:
                parts.append(_Part(stack.enter_context(opened(test, limits, check)), "test"))
            index = _Packing(parts, partial, limits, side, _spoken(name or source.name), progress, check).index()
        write_atomically(partial / INDEX, canonical(plain(index)).encode())
        partial.replace(folder)
    except OSError as error:
        if isinstance(error, StorageFailed):
            raise
        raise StorageFailed(f"could not write {folder}: {error.strerror or error}; free space") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Report(folder, index, tuple(remarks(index)))


def remarks(index: Index) -> Iterator[str]:
    """What a person should know of packed data, in sentences."""
    if index.resized:
        yield index.resized
    if index.failed:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(index.failed.items()))
        yield f"{_counted(sum(index.failed.values()), 'file')} left out of the images: {reasons}"
    for split, count in index.duplicates.items():
        yield f"{_counted(count, 'image')} of the {split} split with the pixels of another one in it"
    for pair, count in index.leaked.items():
        first, second = pair.split("/")
        yield (
            f"{_counted(count, 'image')} of the {second} split with the pixels of one in the {first} split:"
            " scores on it will flatter"
        )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@dataclass
class _Part:
    """A source, and the split that all of it is to be."""

    source: Source
    to: str | None
    survey: Survey = field(default_factory=Survey)
    names: dict[str, str | None] = field(default_factory=dict)  # its splits -> those of the result; None: left out

    def look(self, guard: Guard, beside: bool) -> None:
        """First reading. `beside`: whether another source gives the test split."""
        self.survey = self.source.survey(guard)
        splits = list(self.survey.counts)
        if self.to is not None:
            kept = "test" if "test" in splits else splits[0] if len(splits) == 1 else None
            if splits and kept is None:
                raise BadData(
                    f"{self.source.name}, given as the test split, holds {', '.join(splits)}; wanted one, or one named test"
                )
            self.names = {split: self.to if split == kept else None for split in splits}
        elif beside and "test" in splits and len(splits) > 1:
            raise BadData(
                f"{self.source.name} has a test split of its own, and another is given beside it; give one of the two"
            )
        elif len(splits) == 1:
            self.names = {splits[0]: "train"}
        else:
            self.names = {split: split for split in splits}
            if splits and "train" not in splits:
                raise BadData(
                    f"{self.source.name} holds {' and '.join(splits)}, but nothing to train on; add a folder 'train'"
                )

    def counts(self) -> Iterator[tuple[str, Counter[str]]]:
        for split, classes in self.survey.counts.items():
            to = self.names[split]
            if to is not None:
                yield to, classes


class _Packing:
    """One packing: what its readings find."""

    def __init__(
        self,
        parts: list[_Part],
        folder: Path,
        limits: Limits,
        side: int | None,
        name: str,
        progress: Progress | None,
        check: Callable[[], None] | None,
    ) -> None:
        self._parts, self._folder, self._limits, self._name = parts, folder, limits, name
        self._progress = progress or _untold
        self._check = check
        self._progress(0, None)
        for part in parts:
            part.look(self._guard(part), beside=len(parts) > 1)
        self._classes = self._named_classes()
        self._colour = any(part.survey.colour for part in parts)
        self._height, self._width, self._resized = self._fitting(side)
        self._refuse_too_large()
        self._failed: Counter[str] = Counter()
        self._failures: list[Failed] = []
        self._twins = Twins()

    def _guard(self, part: _Part) -> Guard:
        return Guard(part.source.name, part.source.size, self._limits, self._check)

    def _named_classes(self) -> tuple[str, ...]:
        """In the order of the labels. Raises BadData for none, one, too many, or one that only the test split has."""
        by_split: dict[str, set[str]] = {}
        for part in self._parts:
            for split, classes in part.counts():
                by_split.setdefault(split, set()).update(classes)
        source = self._parts[0].source.name
        known = by_split.get("train", set())
        if not known:
            raise BadData(
                f"{source} holds no image that can be read{self._why()}; wanted images in folders, one a class"
            )
        if len(known) == 1:
            raise BadData(f"{source} holds the one class {min(known)!r}, wanted two at least: one folder a class")
        if len(known) > self._limits.classes:
            raise BadData(
                f"{source} holds {len(known):,} classes, the limit is {self._limits.classes:,}; is a folder a class?"
            )
        for split, held in by_split.items():
            if strangers := sorted(held - known):
                raise BadData(
                    f"the {split} split holds the class {strangers[0]!r}, which the training split does not;"
                    f" its classes are {', '.join(sorted(known)[:20])}: name the folders alike"
                )
        numbers = all(name.isdecimal() for name in known)
        return tuple(sorted(known, key=lambda name: (int(name) if numbers else 0, name)))

    def _why(self) -> str:
        """What became of the files, where no image was found."""
        part = self._parts[0]
        rows = part.source.rows(self._guard(part), True, 1, 1)
        reasons = Counter(row.reason for row in rows if row.pixels is None)
        told = ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        return f" ({told})" if told else ""

    def _fitting(self, side: int | None) -> tuple[int, int, str]:
        """Height, width, and what that means for the images, in words."""
        sizes: Counter[tuple[int, int]] = sum((part.survey.sizes for part in self._parts), Counter())
        (only, _), *others = sizes.most_common()
        if side is None and not others and max(only) <= self._limits.side:
            return *only, ""
        if side is None:
            shorter = sorted(chain.from_iterable([min(size)] * count for size, count in sizes.items()))
            side = min(median_low(shorter), COMMON_SIDE)
        if not others and only == (side, side):
            return side, side, ""
        found = (
            f"{only[0]} x {only[1]}" if not others else f"of {len(sizes):,} sizes, from {min(sizes)} to {max(sizes)}"
        )
        return side, side, f"images {found} were resized by area to {side} x {side}"

    @property
    def _channels(self) -> int:
        return 3 if self._colour else 1

    def _refuse_too_large(self) -> None:
        total = sum(sum(classes.values()) for part in self._parts for _, classes in part.counts())
        if total > self._limits.images:
            raise BadData(f"{total:,} images, the limit is {self._limits.images:,}; give fewer")
        needed = total * self._height * self._width * self._channels
        if needed > self._limits.packed_bytes:
            raise BadData(
                f"{total:,} images of {self._height} x {self._width} take {needed:,} bytes, the limit is"
                f" {self._limits.packed_bytes:,}; give fewer, or choose a smaller side"
            )
        free = shutil.disk_usage(self._folder).free
        if needed > free:
            raise StorageFailed(
                f"packing needs {needed:,} bytes, {free:,} are free at {self._folder.parent}; free space"
            )
        self._total = total

    # ----------------------------------------------------------------------------------------------- second reading

    def index(self) -> Index:
        """Write every image, and tell what was written."""
        splits = [split for split in SPLITS if any(split == to for part in self._parts for to, _ in part.counts())]
        shape = (self._height, self._width, self._channels)
        with ExitStack() as stack:
            files = {split: stack.enter_context(RowFile(self._folder, split, shape)) for split in splits}
            done = 0
            for split, row in self._rows():
                if self._kept(split, row, files):
                    done += 1
                    if done % TOLD == 0:
                        self._progress(done, self._total)
            checksums = {name: value for file in files.values() for name, value in file.finish().items()}
        self._progress(done, done)
        counts = {split: file.counts(len(self._classes)) for split, file in files.items()}
        self._refuse_bare(counts)
        mean, deviation = files["train"].moments()
        leaked, leaks = self._twins.leaks({split: file.names for split, file in files.items()})
        return Index(
            name=self._name,
            sha256=self._content(checksums, counts),
            classes=self._classes,
            channels=self._channels,
            height=self._height,
            width=self._width,
            counts=counts,
            files=checksums,
            mean=mean,
            deviation=deviation,
            resized=self._resized,
            failed=dict(self._failed),
            failures=tuple(self._failures),
            duplicates=self._twins.duplicates,
            leaked=leaked,
            leaks=leaks,
        )

    def _rows(self) -> Iterator[tuple[str, Row]]:
        for part in self._parts:
            for row in part.source.rows(self._guard(part), self._colour, self._height, self._width):
                split = part.names.get(row.split, "train")
                if split is not None:
                    yield split, row

    def _kept(self, split: str, row: Row, files: dict[str, RowFile]) -> bool:
        """Write an image, or note why there is none."""
        if row.pixels is None:
            self._failed[row.reason] += 1
            if len(self._failures) < SHOWN:
                self._failures.append(Failed(row.name, row.reason, row.text))
            return False
        pixels = self._fitted(row.pixels)
        file = files[split]
        self._twins.note(split, pixels.tobytes(), len(file))
        file.write(pixels, self._classes.index(row.label), row.name)
        return True

    def _fitted(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Pixels in the shape of the result; those of a file have it already."""
        import numpy as np

        from nas_engine.data.pictures import resized

        wanted = (self._height, self._width, self._channels)
        if pixels.shape == wanted:
            return pixels
        if pixels.shape[2] == 1 and self._colour:
            pixels = pixels.repeat(3, axis=2)
        if pixels.shape[:2] != wanted[:2]:
            from PIL import Image

            image = Image.fromarray(np.ascontiguousarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels))
            pixels = np.asarray(resized(image, self._height, self._width)).reshape(wanted)
        return pixels

    def _refuse_bare(self, counts: dict[str, tuple[int, ...]]) -> None:
        """Raise BadData where a class that the files promised has no image that can be read."""
        for label, count in zip(self._classes, counts["train"], strict=True):
            if not count:
                reasons = ", ".join(f"{count:,} {reason}" for reason, count in self._failed.items())
                raise BadData(
                    f"no training image of the class {label!r} can be read ({reasons}); replace the broken files"
                )

    def _content(self, checksums: dict[str, str], counts: dict[str, tuple[int, ...]]) -> str:
        arrays = {name: value for name, value in checksums.items() if name.endswith(".npy")}
        shape = [self._height, self._width, self._channels]
        return hashlib.sha256(
            canonical([list(self._classes), shape, plain_counts(counts), arrays]).encode()
        ).hexdigest()


def _spoken(name: str) -> str:
    """A name that a recipe can hold, of whatever a file is called."""
    return "".join(character if character.isprintable() else " " for character in name)[:NAME].strip()


def _untold(done: int, total: int | None) -> None:
    """Nobody wants to know."""


def plain_counts(counts: dict[str, tuple[int, ...]]) -> dict[str, list[int]]:
    """For JSON."""
    return {split: list(of_split) for split, of_split in counts.items()}
