"""Files by key, whole and verified."""

from __future__ import annotations

from pathlib import Path

from nas_engine.errors import StorageFailed
from nas_engine.wire import sha256, write_atomically
from nas_engine.work import Stored


class FileStore:
    """A folder of files. A file's name is its key and the digest of its content, so two attempts never share a torn one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> Stored:
        """The file's name is the key and the digest of its content: writing it again changes nothing.

        Raises StorageFailed where what is on the disk is not what was meant: nothing may point to it.
        """
        stored = Stored(key, sha256(data))
        write_atomically(self.path(stored), data)
        self.get(stored)
        return stored

    def get(self, stored: Stored) -> bytes:
        """Raises StorageFailed for a file that is missing or not what was written."""
        try:
            data = self.path(stored).read_bytes()
        except OSError as error:
            raise StorageFailed(f"file {stored.key} is missing or unreadable ({error.strerror})") from error
        if sha256(data) != stored.sha256:
            raise StorageFailed(
                f"file {stored.key} is not what was written: its checksum differs; restore it from a backup"
            )
        return data

    def drop(self, stored: Stored) -> None:
        self.path(stored).unlink(missing_ok=True)

    def path(self, stored: Stored) -> Path:
        stem, dot, ending = stored.key.rpartition(".")
        name = f"{stem}.{stored.sha256[:12]}.{ending}" if dot else f"{stored.key}.{stored.sha256[:12]}"
        return self._folder / name
