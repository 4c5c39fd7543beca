"""Error distribution: which share of a space's networks is at most so wrong (Radosavovic 2020, https://arxiv.org/abs/2003.13678)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from nas_engine.evidence.interval import LEVEL, Interval, bootstrap


@dataclass(frozen=True)
class ErrorDistribution:
    """Steps of the cumulative curve: `shares[i]` of the networks have an error of `errors[i]` or less.

    `low` and `high` bound the curve of the whole space, everywhere at once.
    """

    errors: tuple[float, ...]  # ascending, each once
    shares: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def at(self, error: float) -> float:
        """The share of networks with this error or less."""
        return max((share for step, share in zip(self.errors, self.shares, strict=True) if step <= error), default=0.0)


def error_distribution(scores: Sequence[float], level: float = LEVEL) -> ErrorDistribution:
    """Of a random sample's scores, which are shares of right answers: an error is 1 - score. Raises ValueError without a score."""
    count, half = len(scores), band(len(scores), level)
    errors = sorted(1 - score for score in scores)
    steps = tuple(sorted(set(errors)))
    shares = tuple(sum(error <= step for error in errors) / count for step in steps)
    low = tuple(max(0.0, share - half) for share in shares)
    return ErrorDistribution(steps, shares, low, tuple(min(1.0, share + half) for share in shares))


def band(count: int, level: float = LEVEL) -> float:
    """By how much the curve of `count` draws may miss that of the whole space at any place (Dvoretzky 1956; Massart 1990).

    It holds for any distribution and any count: 0.30 for 20 networks, 0.14 for 100. Raises ValueError for no draw.
    """
    if count < 1:
        raise ValueError(f"a distribution needs at least one score, got {count}")
    return sqrt(log(2 / (1 - level)) / (2 * count))


@dataclass(frozen=True)
class Figures:
    """Mean, median and best of a random sample's scores, each with its interval."""

    mean: Interval
    median: Interval
    best: Interval


def figures(scores: Sequence[float], seed: int, level: float = LEVEL) -> Figures:
    """Raises ValueError without a score."""
    mean = bootstrap(lambda drawn: drawn.mean(axis=1), scores, seed, level)
    median = bootstrap(lambda drawn: np.median(drawn, axis=1), scores, seed, level)
    return Figures(mean, median, bootstrap(lambda drawn: drawn.max(axis=1), scores, seed, level))
