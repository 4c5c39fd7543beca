"""Rank correlation: whether two measures put the same networks in the same order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nas_engine.evidence.interval import LEVEL, Samples, percentiles, times

RESAMPLES = 2_000
FEWEST_PAIRS = 3


@dataclass(frozen=True)
class RankCorrelation:
    """1 where both orders are the same, 0 where they have nothing to do with each other, -1 where one is the other reversed."""

    value: float
    low: float
    high: float
    pairs: int


def kendall(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Kendall's tau-b (Kendall 1945): ties on either side are taken out of the scale. None where one side is all equal."""
    found = _kendall(_both(one, other), np.ones((1, len(one))))
    return None if np.isnan(found[0]) else float(found[0])


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rho: the correlation of the ranks, equal values sharing theirs. None where one side is all equal."""
    found = _spearman(_both(one, other), np.ones((1, len(one))))
    return None if np.isnan(found[0]) else float(found[0])


def rank_correlation(
    one: Sequence[float], other: Sequence[float], seed: int, level: float = LEVEL
) -> RankCorrelation | None:
    """Kendall's tau-b with a bootstrap interval over the networks.

    None with fewer than three of them, or where one side is all equal. Resamples of one value only are left out.
    """
    both = _both(one, other)
    whole = kendall(one, other)
    if whole is None or len(one) < FEWEST_PAIRS:
        return None
    drawn = _kendall(both, times(len(one), seed, RESAMPLES))
    return RankCorrelation(whole, *percentiles(drawn[~np.isnan(drawn)], level), len(one))


Both = tuple[Samples, Samples]


def _both(one: Sequence[float], other: Sequence[float]) -> Both:
    """Raises ValueError for lists of different length."""
    if len(one) != len(other):
        raise ValueError(f"a rank correlation is of pairs, got {len(one)} values and {len(other)}")
    return np.asarray(one, dtype=float), np.asarray(other, dtype=float)


def _kendall(both: Both, weights: Samples) -> Samples:
    """Tau-b of each resample, given how often it has each network. **Shapes**: (R, N) -> (R,)."""
    a, b = (np.sign(values[:, None] - values[None, :]) for values in both)

    def summed(matrix: Samples) -> Samples:
        found: Samples = ((weights @ matrix) * weights).sum(axis=1)
        return found

    scale = np.sqrt(summed(np.abs(a)) * summed(np.abs(b)))
    return _ratio(summed(a * b), scale)


def _spearman(both: Both, weights: Samples) -> Samples:
    """Rho of each resample. **Shapes**: (R, N) -> (R,)."""
    count = weights.sum(axis=1)
    a, b = (_apart(values, weights) for values in both)

    def mean(values: Samples) -> Samples:
        found: Samples = (weights * values).sum(axis=1) / count
        return found

    scale = np.sqrt(mean(a * a) * mean(b * b))
    return _ratio(mean(a * b), scale)


def _apart(values: Samples, weights: Samples) -> Samples:
    """Each network's mid-rank in each resample, less the mean rank. **Shapes**: (N,), (R, N) -> (R, N)."""
    below = weights @ (values[:, None] < values[None, :])
    above = weights @ (values[:, None] > values[None, :])
    found: Samples = (below - above) / 2
    return found


def _ratio(part: Samples, scale: Samples) -> Samples:
    """Not a number where there is no scale: one side is all equal."""
    found: Samples = np.divide(part, scale, out=np.full(len(scale), np.nan), where=scale > 1e-12)
    return found
