"""Streams that cannot be made to swell: counted as they are read, decompressed within a bounded memory."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import TYPE_CHECKING, BinaryIO, Protocol

from nas_engine.errors import BadData

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from nas_engine.data.limits import Guard

CHUNK = 1 << 16
XZ_MEMORY = 256 * 2**20  # a dictionary may ask for gigabytes
MAGIC = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\x00": "xz"}
TORN = (EOFError, OSError, lzma.LZMAError, zlib.error)  # what the decompressors raise for broken bytes


class Readable(Protocol):
    """What is asked of a stream."""

    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class Counted(io.RawIOBase):
    """A stream whose bytes are counted by a guard. Raises BadData for bytes that cannot be read."""

    def __init__(self, inner: Readable, guard: Guard, name: str) -> None:
        self._inner, self._guard, self._name = inner, guard, name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        try:
            if size is None or size < 0:
                return b"".join(iter(lambda: self.read(CHUNK), b""))
            data = self._inner.read(size)
        except TORN as error:
            raise BadData(
                f"{self._name} is broken or cut off ({error}); copy it again from where it came from"
            ) from error
        self._guard.bytes(len(data))
        return data

    def close(self) -> None:
        self._inner.close()
        super().close()


class Xz(io.RawIOBase):
    """An xz stream, of one part or several, decompressed in bounded memory."""

    def __init__(self, inner: Readable) -> None:
        self._inner = inner
        self._part = self._fresh()

    @staticmethod
    def _fresh() -> lzma.LZMADecompressor:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = CHUNK if size is None or size < 0 else size
        while True:
            fed = self._part.unused_data if self._part.eof else b""
            if self._part.eof:
                fed = (fed or self._inner.read(CHUNK)).lstrip(b"\x00")  # padding between parts
                if not fed:
                    return b""
                self._part = self._fresh()
            elif self._part.needs_input:
                fed = self._inner.read(CHUNK)
                if not fed:
                    raise EOFError("the end is missing")
            data = self._part.decompress(fed, wanted)
            if data:
                return data

    def close(self) -> None:
        self._inner.close()
        super().close()


def packing(head: bytes) -> str:
    """What the first bytes of a file say of its compression: 'gz', 'bz2', 'xz' or ''."""
    return next((kind for magic, kind in MAGIC.items() if head.startswith(magic)), "")


def unpacked(stream: BinaryIO, kind: str) -> Readable:
    """A stream's content, decompressed where `kind` says how."""
    if kind == "gz":
        return gzip.GzipFile(fileobj=stream)
    if kind == "bz2":
        return bz2.BZ2File(stream)
    return Xz(stream) if kind == "xz" else stream


def exactly(stream: Readable, count: int, name: str) -> bytes:
    """So many bytes. Raises BadData where the stream ends before."""
    parts, missing = [], count
    while missing:
        data = stream.read(min(missing, 1 << 20))
        if not data:
            raise BadData(f"{name} ends {missing:,} bytes early; copy it again from where it came from")
        parts.append(data)
        missing -= len(data)
    return b"".join(parts)
