"""Superiority: how likely a draw from one space scores higher than one from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nas_engine.evidence.interval import FEWEST, LEVEL, percentiles, times

Verdict = Literal["dominates", "not distinguishable", "is dominated"]


@dataclass(frozen=True)
class Superiority:
    """The probability that a draw from one beats a draw from the other, ties counted half; 0.5 where they are alike.

    The verdict is about that probability, and no more: a space may dominate and its best network still be worse.
    """

    value: float
    low: float
    high: float
    verdict: Verdict


def superiority(one: Sequence[float], other: Sequence[float], seed: int, level: float = LEVEL) -> Superiority:
    """Of two independent samples of scores (Mann 1947), with a bootstrap interval over both.

    Fewer than five scores of either distinguish nothing. Raises ValueError where one has none.
    """
    if not one or not other:
        raise ValueError(f"a comparison needs scores of both, got {len(one)} and {len(other)}")
    a, b = np.asarray(one, dtype=float)[:, None], np.asarray(other, dtype=float)[None, :]
    won = (a > b) + 0.5 * (a == b)
    drawn = ((times(len(one), seed) @ won) * times(len(other), seed + 1)).sum(axis=1) / won.size
    low, high = percentiles(drawn, level)
    return Superiority(float(won.mean()), low, high, _verdict(low, high, min(len(one), len(other))))


def _verdict(low: float, high: float, count: int) -> Verdict:
    if count < FEWEST or low <= 0.5 <= high:
        return "not distinguishable"
    return "dominates" if low > 0.5 else "is dominated"
