"""The shelf: packed content under its checksum, in `FILES/data`, shared by all versions that hold it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from nas_engine.data import Packed, Shelf
from webapp.datasets.models import DatasetVersion


@contextmanager
def shelf_held() -> Iterator[Shelf]:
    """The shelf, to put content on it or take it off: one process at a time, so that no row is made for what just went."""
    folder = Path(settings.FILES) / "data"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Shelf(folder)


def packed(version: DatasetVersion) -> Packed:
    """The content of a version. Raises BadData where it is not there."""
    return Shelf(Path(settings.FILES) / "data").find(version.sha256)


def picture(version: DatasetVersion, split: str, position: int) -> bytes | None:
    """One image as a PNG; None where there is none: built-in data has no files here."""
    count = version.facts.get("splits", {}).get(split, 0)
    if not 0 <= position < count:
        return None
    return packed(version).picture(split, position)
