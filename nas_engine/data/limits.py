"""How much data may be read, so that no file can fill a machine; and the guard that holds a reading to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nas_engine.errors import BadData

FREE = 64 * 2**20  # bytes that may come out before the ratio counts: a small file of equal pixels packs very well


@dataclass(frozen=True)
class Limits:
    """What a source of images may ask for."""

    images: int = 1_000_000  # in all splits together
    classes: int = 1_000
    bytes: int = 16 * 2**30  # unpacked, everything together
    file_bytes: int = 64 * 2**20  # one image file
    ratio: int = 200  # of unpacked to packed bytes
    pixels: int = 50_000_000  # of one image
    side: int = 512  # of a packed image
    name: int = 1024  # characters of a file's path
    packed_bytes: int = 16 * 2**30  # of the result


class Guard:
    """Counts what one pass over a source reads. Raises BadData where it is more than the limits allow."""

    def __init__(self, source: str, size: int, limits: Limits, check: Callable[[], None] | None = None) -> None:
        """`size`: bytes of the source as it lies on disk. `check` is called now and then, and may raise to stop."""
        self.source, self.limits = source, limits
        self._size, self._check = max(size, 1), check
        self._bytes = self._files = 0

    def file(self, name: str) -> None:
        """One more file, of whatever kind."""
        limits = self.limits
        if len(name) > limits.name:
            raise BadData(
                f"{self.source}: the path {name[:60]!r}... is {len(name)} characters long, wanted {limits.name}"
            )
        self._files += 1
        if self._files > limits.images + 1000:  # a few files beside the images do no harm
            raise BadData(
                f"{self.source} holds more than {limits.images:,} files, which is the limit; upload fewer images"
            )
        self.breathe()

    def bytes(self, count: int) -> None:
        """So many more bytes came out."""
        self._bytes += count
        if self._bytes > self.limits.bytes:
            raise BadData(
                f"{self.source} unpacks to more than {self.limits.bytes:,} bytes, which is the limit; give fewer or smaller images"
            )
        if self._bytes > FREE and self._bytes > self.limits.ratio * self._size:
            raise BadData(
                f"{self.source} unpacks to more than {self.limits.ratio} times its size, as no images do;"
                " pack the images themselves"
            )
        self.breathe()

    def packed(self, count: int) -> None:
        """So many bytes more of the source are on disk."""
        self._size += count

    def images(self, count: int) -> None:
        """So many images are in the source."""
        if count > self.limits.images:
            raise BadData(f"{self.source} holds {count:,} images, the limit is {self.limits.images:,}; give fewer")

    def breathe(self) -> None:
        if self._check is not None:
            self._check()
