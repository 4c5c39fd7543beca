"""A folder, zip or tar as a stream of its files: read one after the other, nothing unpacked, no link followed."""

from __future__ import annotations

import os
import struct
import tarfile
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from nas_engine.data.limits import Guard
from nas_engine.data.pictures import Unreadable
from nas_engine.data.streams import Counted, Readable, packing, unpacked
from nas_engine.errors import BadData, brief

JUNK = ("__MACOSX", "Thumbs.db", "desktop.ini", "ehthumbs.db")
ENCRYPTED = 1  # bit of a zip member's flags
BROKEN = (
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)  # what broken zips lead zipfile to


@dataclass(frozen=True)
class Member:
    """A file of a tree. `open` is good until the next member is asked for."""

    name: str
    size: int
    open: Callable[[], Readable]
    link: bool = False

    def read(self, limit: int) -> bytes:
        """Its bytes. Raises Unreadable for a link, and for more bytes than `limit`."""
        if self.link:
            raise Unreadable("link", "it is a link; give the file itself")
        data = b""
        if self.size <= limit:
            with closing(self.open()) as stream:
                data = stream.read(limit + 1)
        if self.size > limit or len(data) > limit:
            raise Unreadable("too large", f"it has {max(self.size, len(data)):,} bytes, at most {limit:,} are read")
        return data


class Tree(ABC):
    """Files by name, in an order that is always the same."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def size(self) -> int:
        """Bytes on disk, or 1 where they are counted as they are met."""
        return self.path.stat().st_size

    @abstractmethod
    def _all(self, guard: Guard) -> Iterator[Member]: ...

    def members(self, guard: Guard) -> Iterator[Member]:
        """Every file that may matter. Raises BadData for a path that no honest archive has."""
        for member in self._all(guard):
            guard.file(member.name)
            parts = _parts(self.path.name, member.name)
            if not any(part in JUNK or part.startswith(".") for part in parts):
                yield member


def _parts(source: str, name: str) -> list[str]:
    odd = any(ord(character) < 32 or ord(character) == 127 for character in name)
    parts = [part for part in name.replace("\\", "/").split("/") if part != "."]
    absolute = name.startswith(("/", "\\")) or name[1:2] == ":"
    if odd or absolute or ".." in parts or not any(parts):
        wrong = "holds control characters" if odd else "leads out of the archive"
        raise BadData(f"{source}: the path {name[:80]!r} {wrong}; pack the files again from inside their folder")
    return parts


class Folder(Tree):
    """A folder on disk; `only`: names that count, where not all do."""

    def __init__(self, path: Path, only: frozenset[str] | None = None) -> None:
        super().__init__(path)
        self._only = only

    @property
    def size(self) -> int:
        return 1

    def _all(self, guard: Guard) -> Iterator[Member]:
        for folder, folders, files in os.walk(self.path):
            folders.sort()
            for name in sorted(files):
                path = Path(folder) / name
                relative = path.relative_to(self.path).as_posix()
                if self._only is None or relative in self._only:
                    yield self._member(path, relative, guard)

    def _member(self, path: Path, name: str, guard: Guard) -> Member:
        if path.is_symlink() or not path.is_file():
            return Member(name, 0, lambda: path.open("rb"), link=True)
        size = path.stat().st_size
        guard.packed(size)

        def open_() -> Readable:
            try:
                return Counted(path.open("rb"), guard, name)
            except OSError as error:
                raise BadData(f"cannot read {path}: {error.strerror}") from error

        return Member(name, size, open_)


class Zip(Tree):
    """A zip file: stored and deflated members."""

    def _all(self, guard: Guard) -> Iterator[Member]:
        try:
            with zipfile.ZipFile(self.path) as file:
                for entry in file.infolist():
                    if not entry.filename.endswith("/"):  # `is_dir` trips over an empty name
                        yield self._member(file, entry, guard)
        except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
            if isinstance(error, BadData):
                raise
            raise BadData(
                f"{self.path.name} is not a whole zip file ({brief(error)}); pack or copy it again"
            ) from error

    def _member(self, file: zipfile.ZipFile, entry: zipfile.ZipInfo, guard: Guard) -> Member:
        if entry.flag_bits & ENCRYPTED:
            raise BadData(f"{self.path.name}: {entry.filename!r} has a password; pack it without")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadData(
                f"{self.path.name}: {entry.filename!r} is packed by a rare method; pack it as zip usually does"
            )
        link = (entry.external_attr >> 28) == 0o12  # the Unix mode of a symbolic link

        def open_() -> Readable:
            return Counted(ZipMember(file, entry), guard, f"{self.path.name}: {entry.filename}")

        return Member(entry.filename, entry.file_size, open_, link)


class ZipMember:
    """A member of a zip, opened when it is read; whatever is broken in it, its own head too, is an OSError."""

    def __init__(self, file: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        self._file, self._entry = file, entry
        self._inner: Readable | None = None

    def read(self, size: int) -> bytes:
        try:
            if self._inner is None:
                self._inner = self._file.open(self._entry)
            return self._inner.read(size)
        except BROKEN as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        if self._inner is not None:
            self._inner.close()


class Tar(Tree):
    """A tar file, packed or not, read from its beginning to its end."""

    def _all(self, guard: Guard) -> Iterator[Member]:
        with self.path.open("rb") as raw:
            kind = packing(raw.read(6))
            if not kind:
                self._refuse_cut(raw)
            raw.seek(0)
            with closing(Counted(unpacked(raw, kind), guard, self.path.name)) as stream:
                yield from self._read(stream)

    def _refuse_cut(self, raw: BinaryIO) -> None:
        """A tar that was cut off between two files would look whole, but for the zeros that end one."""
        raw.seek(max(0, self.size - 512))
        if any(raw.read()):
            raise BadData(f"{self.path.name} is not a whole tar file (its end is missing); pack or copy it again")

    def _read(self, stream: Counted) -> Iterator[Member]:
        try:
            with tarfile.open(fileobj=stream, mode="r|") as file:
                for entry in file:
                    file.members.clear()  # type: ignore[attr-defined]  # or it would hold every head that it met
                    if entry.isdir():
                        continue
                    plain = entry.isreg() and not entry.issparse()

                    def open_(entry: tarfile.TarInfo = entry) -> Readable:
                        content = file.extractfile(entry)
                        assert content is not None
                        return content

                    yield Member(entry.name, entry.size, open_, link=not plain)
        except (tarfile.TarError, EOFError, OSError, ValueError) as error:
            if isinstance(error, BadData):
                raise
            raise BadData(
                f"{self.path.name} is not a whole tar file ({brief(error)}); pack or copy it again"
            ) from error
