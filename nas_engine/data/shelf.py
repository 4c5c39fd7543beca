"""A shelf: packed data by content, where a Work finds what its recipe names."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from nas_engine.data.limits import Limits
from nas_engine.data.packed import Packed
from nas_engine.data.packing import Progress, Report, pack
from nas_engine.errors import BadData, StorageFailed

VARIABLE = "DATA_DIR"


class Shelf:
    """`<folder>/<sha256>/`: content that is put there twice is kept once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def place(self, sha256: str) -> Path:
        """Where such data is, or would be."""
        return self.folder / sha256

    def find(self, sha256: str) -> Packed:
        """Raises BadData, with the cure, where it is not there."""
        place = self.place(sha256)
        if not place.is_dir():
            raise BadData(
                f"the data {sha256[:12]} are not in {self.folder}; upload or pack them there again,"
                f" or set {VARIABLE} to the folder that holds them"
            )
        return Packed(place)

    def keep(
        self,
        source: Path,
        *,
        test: Path | None = None,
        limits: Limits | None = None,
        side: int | None = None,
        name: str = "",
        progress: Progress | None = None,
        check: Callable[[], None] | None = None,
    ) -> Report:
        """Pack, and put it in its place. See `pack`."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".packing-", dir=self.folder) as room:
                report = pack(
                    source,
                    Path(room) / "data",
                    test=test,
                    limits=limits,
                    side=side,
                    name=name,
                    progress=progress,
                    check=check,
                )
                place = self.place(report.index.sha256)
                try:
                    report.folder.rename(place)
                except OSError:
                    if not place.is_dir():  # or another process was faster, with the same content
                        raise
                return replace(report, folder=place)
        except OSError as error:
            if isinstance(error, StorageFailed):
                raise
            raise StorageFailed(f"could not write {self.folder}: {error.strerror}; free space") from error


def shelf() -> Shelf:
    """The shelf of this process: the folder that DATA_DIR names, or one among the user's caches."""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Shelf(Path(os.environ.get(VARIABLE) or caches / "spacewright" / "data"))
