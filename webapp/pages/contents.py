"""What is in a version of data, as its page shows it: classes by split, samples, what failed, what leaks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nas_engine.errors import NasError
from webapp.datasets.models import DatasetVersion
from webapp.datasets.shelf import samples

SPLITS = ("train", "validation", "test")
WIDTH = 100.0  # of a bar, in its own units


@dataclass(frozen=True)
class Count:
    """Images of a class in one split, with the length of its bar."""

    split: str
    count: int
    width: float


@dataclass(frozen=True)
class ClassRow:
    """One class."""

    name: str
    counts: tuple[Count, ...]


@dataclass(frozen=True)
class Contents:
    """The whole page. `samples`: class name -> positions in the split that they are of; `lost`: why there are none."""

    splits: tuple[tuple[str, int], ...]
    classes: tuple[ClassRow, ...]
    failed: tuple[tuple[str, int], ...]
    leaked: tuple[tuple[str, str, int], ...]
    samples: tuple[tuple[str, list[int]], ...]
    split: str
    lost: str = ""


def contents(version: DatasetVersion, asked: str = "") -> Contents:
    """Of a version; `asked` is the split that samples are wanted of."""
    report = version.report
    held: dict[str, list[int]] = report.get("counts", {})
    counts = {split: held[split] for split in SPLITS if split in held}  # PostgreSQL keeps an order of its own
    split = asked if asked in counts else next(iter(counts), "")
    found, lost = _samples(version, split)
    return Contents(
        tuple((name, sum(own)) for name, own in counts.items()),
        _classes(report, counts),
        tuple(sorted(report.get("failed", {}).items())),
        tuple((*pair.split("/"), count) for pair, count in report.get("leaked", {}).items()),
        found,
        split,
        lost,
    )


def _classes(report: dict[str, Any], counts: dict[str, list[int]]) -> tuple[ClassRow, ...]:
    most = {split: max(own, default=0) or 1 for split, own in counts.items()}
    return tuple(
        ClassRow(
            name, tuple(Count(split, own[place], WIDTH * own[place] / most[split]) for split, own in counts.items())
        )
        for place, name in enumerate(report.get("classes", ()))
    )


def _samples(version: DatasetVersion, split: str) -> tuple[tuple[tuple[str, list[int]], ...], str]:
    if not split:
        return (), ""
    try:
        return tuple(samples(version, split)), ""
    except NasError as error:
        return (), str(error)
