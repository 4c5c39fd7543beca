"""Interval: a figure of a sample, and between what it may as well be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nas_engine.chance import Chance

LEVEL = 0.95
RESAMPLES = 10_000
FEWEST = 5  # of a sample; fewer distinguish nothing

Samples = NDArray[np.float64]
Statistic = Callable[[Samples], Samples]  # (resamples, count) -> (resamples,)


@dataclass(frozen=True)
class Interval:
    """A figure with the ends of its interval."""

    value: float
    low: float
    high: float


def bootstrap(statistic: Statistic, values: Sequence[float], seed: int, level: float = LEVEL) -> Interval:
    """Percentile bootstrap (Efron 1993): the figure of a sample, and of the sample drawn again from itself.

    `statistic` takes many samples at once, **shapes** (resamples, count) -> (resamples,). With few values the interval is
    too narrow, and that of an extreme cannot reach beyond what was seen: read it so. Raises ValueError without a value.
    """
    if not values:
        raise ValueError("an interval needs at least one value, got none")
    known = np.asarray(values, dtype=float)
    found = statistic(known[resampled(len(known), seed)])
    return Interval(float(statistic(known[None, :])[0]), *percentiles(found, level))


def resampled(count: int, seed: int, resamples: int = RESAMPLES) -> NDArray[np.int64]:
    """Positions drawn with replacement. **Shapes**: (resamples, count)."""
    return Chance(seed).positions(resamples, count)


def times(count: int, seed: int, resamples: int = RESAMPLES) -> Samples:
    """How often each position was drawn, of the same draws as `resampled`. **Shapes**: (resamples, count)."""
    drawn = resampled(count, seed, resamples)
    found = np.zeros((resamples, count))
    np.add.at(found, (np.arange(resamples)[:, None], drawn), 1.0)
    return found


def percentiles(found: Samples, level: float) -> tuple[float, float]:
    """The ends that leave half of what is outside on each side."""
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
