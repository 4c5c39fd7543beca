"""Winner against reference: paired bootstrap over training seeds."""

from __future__ import annotations

from collections.abc import Sequence

from nas_engine.chance import Chance
from nas_engine.evidence import FEWEST

RESAMPLES = 10_000


def paired_interval(differences: Sequence[float], seed: int, level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of the mean of paired differences (Efron 1993). With few seeds it is narrow: read it so."""
    chance, count = Chance(seed), len(differences)
    means = sorted(sum(differences[chance.below(count)] for _ in range(count)) / count for _ in range(RESAMPLES))
    tail = (1 - level) / 2
    return means[int(tail * RESAMPLES)], means[int((1 - tail) * RESAMPLES) - 1]


def verdict(low: float, high: float, pairs: int) -> str:
    """One word for an interval of (winner - reference). Fewer than five pairs distinguish nothing."""
    if pairs < FEWEST:
        return "not distinguishable"
    return "better" if low > 0 else "worse" if high < 0 else "not distinguishable"
