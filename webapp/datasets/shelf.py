"""The shelf: packed content under its checksum, in `FILES/data`, shared by all versions that hold it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from nas_engine.data import Packed, Shelf
from webapp.datasets.models import DatasetVersion

MOST_CLASSES, MOST_SAMPLES = 24, 96  # that a page shows


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


def picture(version: DatasetVersion, split: str, position: int, side: int | None = None) -> bytes | None:
    """One image as a PNG, made no larger than `side`; None where there is none: built-in data has no files here."""
    count = version.facts.get("splits", {}).get(split, 0)
    if not 0 <= position < count:
        return None
    found = packed(version)
    smaller = side is not None and side < max(found.index.height, found.index.width)
    return found.picture(split, position, side if smaller else None)


def samples(version: DatasetVersion, split: str) -> list[tuple[str, list[int]]]:
    """A few images of each class, for a page: class name -> positions, evenly through the split.

    At most 24 classes are shown. Raises BadData where the content is not there.
    """
    import numpy as np

    found = packed(version)
    labels = np.asarray(found.labels(split))
    shown = found.index.classes[:MOST_CLASSES]
    each = max(2, min(10, MOST_SAMPLES // len(shown)))
    chosen = []
    for label, name in enumerate(shown):
        places = (labels == label).nonzero()[0]
        step = max(1, len(places) // each)
        chosen.append((name, [int(place) for place in places[::step][:each]]))
    return chosen
