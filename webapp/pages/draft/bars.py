"""A histogram, as the rectangles of an SVG that is 100 wide and 40 high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BINS = 40
WIDTH, HEIGHT = 100.0, 40.0


@dataclass(frozen=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    over: bool  # beyond the limit


@dataclass(frozen=True)
class Bars:
    """`limit`: where the line stands, if there is one; `fits`: the share of samples up to it."""

    bars: tuple[Bar, ...]
    low: int
    high: int
    limit: str | None
    fits: float | None

    @property
    def percent(self) -> str:
        if self.fits is None:
            return ""
        return "below 0.1\u202f%" if 0 < self.fits < 0.001 else f"{self.fits:.1%}".replace("%", "\u202f%")


def bars(values: Sequence[int], limit: int | None) -> Bars:
    """Bins of equal width over the samples, and over the limit where it is near them; far off it stands at the edge."""
    low, high = min(values), max(values)
    if limit is not None:
        margin = max(high - low, 1)
        low, high = min(low, max(limit, low - margin)), max(high, min(limit, high + margin))
    span = max(high - low, 1)
    counts = [0] * BINS
    for value in values:
        counts[min(BINS - 1, (value - low) * BINS // span)] += 1
    most, step = max(counts), WIDTH / BINS
    made = tuple(
        Bar(
            f"{place * step:.2f}",
            f"{HEIGHT * (1 - count / most):.2f}",
            f"{step * 0.86:.2f}",
            f"{HEIGHT * count / most:.2f}",
            limit is not None and low + (place + 0.5) * span / BINS > limit,
        )
        for place, count in enumerate(counts)
        if count
    )
    line = None if limit is None else f"{min(1.0, max(0.0, (limit - low) / span)) * WIDTH:.2f}"
    fits = None if limit is None else sum(value <= limit for value in values) / len(values)
    return Bars(made, low, high, line, fits)
