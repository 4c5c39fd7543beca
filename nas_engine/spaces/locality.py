"""Locality: how alike networks score that differ by few edits. What LISSNAS lives on (Gopal 2023, IJCAI).

The paper's formula was not to be had. OUR CHOICE is the correlation of scores over all ordered pairs at a distance, the
autocorrelation of the landscape (Weinberger 1990): sampled on any space, exact where every score is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import sqrt

import numpy as np

from nas_engine.architecture import Architecture
from nas_engine.errors import Incompatible
from nas_engine.spaces.alphabet import Listed
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.chain import ChainSpace

FURTHEST = 6  # edits; pairs further apart are not looked at
MOST_LOOKED_AT = 200  # networks whose pairs are looked at
FEWEST_PAIRS = 30  # for a correlation to be believed


@dataclass(frozen=True)
class Correlation:
    """Of the scores of two networks that are `distance` edits apart, over `pairs` of them."""

    distance: int
    pairs: int
    value: float

    @property
    def error(self) -> float:
        """Standard error of a correlation of so many independent pairs; pairs share networks, so it is too small."""
        return (1 - self.value**2) / sqrt(max(self.pairs - 1, 1))


def sampled_locality(space: SearchSpace, scores: Mapping[Architecture, float]) -> tuple[Correlation, ...]:
    """The correlation at each distance that pairs of a uniform sample have, near ones first.

    In a vast space hardly any pair is near, so the curve may lack its beginning or be empty.
    """
    known = list(scores.items())[:MOST_LOOKED_AT]
    values = np.array([score for _, score in known])
    if len(known) < 2 or not values.var():
        return ()
    apart = values - values.mean()
    first, second = np.triu_indices(len(known), 1)
    distances = _distances(space, [architecture for architecture, _ in known], first, second)
    found = []
    for distance in range(1, FURTHEST + 1):
        there = distances == distance
        if there.any():
            found.append(_correlation(distance, apart[first[there]], apart[second[there]]))
    return tuple(found)


def _distances(space: SearchSpace, known: Sequence[Architecture], first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Of each pair: the places that differ, and where options may be more than one edit apart, the edits of near pairs."""
    genes = np.array([architecture.genes for architecture in known])
    differing: np.ndarray = (genes[first] != genes[second]).sum(axis=1)
    if not all(isinstance(alphabet, Listed) for alphabet in space.root.alphabets):
        for pair in np.flatnonzero(differing <= FURTHEST):
            differing[pair] = space.distance(known[first[pair]], known[second[pair]])
    return differing


def _correlation(distance: int, one: np.ndarray, other: np.ndarray) -> Correlation:
    """About the mean of the whole sample; by the variance of these pairs, so that few pairs cannot exceed 1."""
    power = float((one**2 + other**2).mean() / 2)
    return Correlation(distance, len(one), float((one * other).mean()) / power if power else 0.0)


def measured_radius(curve: Sequence[Correlation]) -> int:
    """2 where networks two edits apart correlate by 0.5 or more, beyond a standard error; else 1 (OUR CHOICE)."""
    two = next((at for at in curve if at.distance == 2 and at.pairs >= FEWEST_PAIRS), None)
    return 2 if two is not None and two.value - two.error >= 0.5 else 1


@dataclass(frozen=True)
class ExactLocality:
    """`correlation[d]`: of scores at distance d. `shares[j]`: of the variance, by interactions of j places (0 for j = 0)."""

    correlation: tuple[float, ...]
    shares: tuple[float, ...]


def exact_locality(space: ChainSpace, scores: Mapping[Architecture, float]) -> ExactLocality:
    """From the score of every member, by the variance of each order of interaction and Krawtchouk's polynomials.

    Raises Incompatible where a place's options are not all one edit apart, a score is missing, or all are equal.
    """
    table = _tensor(space, scores)
    options, places = table.shape, range(table.ndim)
    for axis in places:  # an orthonormal change of basis at each place: its mean first, then its differences
        table = np.moveaxis(np.tensordot(_basis(options[axis]), table, axes=(1, axis)), 0, axis)
    power = table**2 / table.size
    by_pattern: dict[tuple[bool, ...], float] = {}
    for pattern in product((False, True), repeat=table.ndim):
        by_pattern[pattern] = float(power[tuple(slice(1, None) if on else 0 for on in pattern)].sum())
    constant = (False,) * table.ndim
    variance = sum(value for pattern, value in by_pattern.items() if pattern != constant)
    if variance <= 1e-18:
        raise Incompatible("every network has the same score: there is nothing to correlate")
    shares, correlation = np.zeros(table.ndim + 1), np.zeros(table.ndim + 1)
    pairs = _eigenvalues(options, constant)
    for pattern, value in by_pattern.items():
        if pattern != constant:
            shares[sum(pattern)] += value / variance
            correlation += value / variance * _eigenvalues(options, pattern) / pairs
    return ExactLocality(tuple(map(float, correlation)), tuple(map(float, shares)))


def local_maxima(space: SearchSpace, scores: Mapping[Architecture, float]) -> list[Architecture]:
    """Networks that no neighbour beats; a tie is allowed."""
    return [a for a, score in scores.items() if all(scores[near] <= score for near in space.neighbours(a))]


def _tensor(space: ChainSpace, scores: Mapping[Architecture, float]) -> np.ndarray:
    if any(
        alphabet.distance(alphabet.labels[0], other) > 1 for alphabet in space.alphabets for other in alphabet.labels
    ):
        raise Incompatible("exact locality needs places whose options are all one edit apart; sample it instead")
    try:
        values = [scores[member] for member in space.members()]
    except KeyError as error:
        raise Incompatible("exact locality needs the score of every member; sample it instead") from error
    return np.array(values, dtype=float).reshape([alphabet.size for alphabet in space.alphabets])


def _basis(options: int) -> np.ndarray:
    """Helmert's: orthonormal rows, the first of them constant."""
    rows = [np.full(options, 1 / sqrt(options))]
    for number in range(1, options):
        row = np.zeros(options)
        row[:number], row[number] = 1.0, -float(number)
        rows.append(row / sqrt(number * (number + 1)))
    return np.array(rows)


def _eigenvalues(options: Sequence[int], pattern: Sequence[bool]) -> np.ndarray:
    """How many ordered pairs at each distance agree with an interaction of these places, less those that do not."""
    found = np.ones(1)
    for size, on in zip(options, pattern, strict=True):
        found = np.convolve(found, [1.0, -1.0 if on else size - 1.0])
    return found
