"""The files that rows point to, copied while everything runs.

They never change: a checkpoint has a name of its own, and data lie under their checksum. But they are dropped once no row points to
them, so one that a snapshot points to may be gone before it is copied; then the snapshot is taken again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from webapp.bundles.models import Origin
from webapp.bundles.store import below_files
from webapp.datasets.models import DatasetVersion, Upload
from webapp.operations.backups.manifest import Copied, copied
from webapp.runs.models import Artifact

ARRIVED = "original"  # the folder of what has come of an upload; there is none before the first byte
UNDER_WAY = (Upload.Status.RECEIVING, Upload.Status.QUEUED, Upload.Status.CHECKING)


def pointed_to() -> Iterator[Path]:
    """Paths below FILES of the files and whole folders that rows need. Within a snapshot: that its rows do."""
    for file in Artifact.objects.order_by("pk").values_list("file", flat=True).iterator():
        yield Path(file)
    for sha256, folder in DatasetVersion.objects.exclude(folder="").values_list("sha256", "folder"):
        yield Path("data") / sha256
        yield Path(folder)
    for origin in Origin.objects.values_list("pk", flat=True):
        yield below_files(origin)
    for upload in Upload.objects.filter(status__in=UNDER_WAY).values_list("pk", flat=True):
        yield Path("uploads") / str(upload) / ARRIVED


class Copies:
    """What has been copied so far into a backup's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._files = folder, Path(settings.FILES)
        self.files: dict[str, Copied] = {}
        self.missing: frozenset[str] = frozenset()

    def follow(self, paths: Iterable[Path]) -> bool:
        """Copy what a snapshot points to, and leave nothing else; whether anything went since the one before."""
        wanted: set[str] = set()
        gone: set[str] = set()
        for path in paths:
            found = self._below(path)
            if not found and path.name != ARRIVED:
                gone.add(str(path))
            for file in found:
                (wanted if self._copy(file) else gone).add(str(file))
        for name in self.files.keys() - wanted:
            del self.files[name]
            (self._folder / name).unlink()
        before, self.missing = self.missing, frozenset(gone)
        return bool(self.missing - before)

    def _below(self, path: Path) -> list[Path]:
        """The path itself, or the files of the folder that it is; one that was copied counts though it is gone."""
        place = self._files / path
        if place.is_dir():
            try:
                return sorted(file.relative_to(self._files) for file in place.rglob("*") if file.is_file())
            except FileNotFoundError:  # it is just being removed
                return []
        return [path] if place.is_file() or str(path) in self.files else []

    def _copy(self, path: Path) -> bool:
        """Whether it is in the backup. Uploads grow: theirs are copied each time."""
        if str(path) in self.files and path.parts[0] != "uploads":
            return True
        try:
            self.files[str(path)] = copied(self._files / path, self._folder / path)
        except FileNotFoundError:
            return str(path) in self.files
        return True
