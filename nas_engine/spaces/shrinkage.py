"""What was gained and kept by shrinking a space: shrink index, diversity, entropy of genes, recall.

LISSNAS names a shrink index (Gopal 2023, IJCAI); its formula was not to be had. The one here is OUR CHOICE and says so
wherever it is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log

from nas_engine.architecture import Architecture
from nas_engine.chance import Chance
from nas_engine.spaces.alphabet import Alphabet, Listed
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.subspace import Subspace
from nas_engine.spaces.within import Within

INDEX = "shrink index (our definition)"
DRAWS = 2_000  # pairs of options, where an alphabet is too large to hold every pair


@dataclass(frozen=True)
class Shrink:
    """`quality`: how far the mean went towards the best; `shrinkage`: how far the size went towards one, by logarithm."""

    quality: float
    shrinkage: float

    @property
    def index(self) -> float:
        """0 where nothing shrank or the mean did not move, 1 for the best network alone. It rewards collapse: read it beside recall."""
        return self.quality * self.shrinkage


def shrink(mean_before: float, mean_after: float, best: float, size_before: int, size_after: int) -> Shrink:
    """Of a space of known means and sizes; `best`: the best score before."""
    reach = best - mean_before
    quality = (mean_after - mean_before) / reach if reach > 0 else 0.0
    shrinkage = log(size_before / size_after) / log(size_before) if size_before > 1 else 0.0
    return Shrink(quality, shrinkage)


def diversity(space: SearchSpace) -> float:
    """Mean edit distance of two different members; limits are not heeded, so of a view it is that of the whole."""
    if isinstance(space, Within):
        return diversity(space.space)
    if isinstance(space, Subspace):
        return space.diversity
    if space.size < 2:
        return 0.0
    alike = sum(_mean_distance(alphabet) for alphabet in space.root.alphabets)
    return alike * (space.size / (space.size - 1))


@lru_cache(maxsize=64)
def _mean_distance(alphabet: Alphabet) -> float:
    """Of two options drawn independently."""
    if isinstance(alphabet, Listed):
        return 1 - 1 / alphabet.size
    chance = Chance(0)
    pairs = ((alphabet.sample(chance), alphabet.sample(chance)) for _ in range(DRAWS))
    return sum(alphabet.distance(a, b) for a, b in pairs if a != b) / DRAWS


def gene_entropy(space: Subspace) -> tuple[float, ...]:
    """For each place, how evenly the members use its options: 0 for one option, 1 for all alike."""
    found = []
    for position, alphabet in enumerate(space.root.alphabets):
        counts = Counter(member.genes[position] for member in space.chosen).values()
        bits = -sum(count / space.size * log(count / space.size) for count in counts)
        found.append(bits / log(alphabet.size) if alphabet.size > 1 else 0.0)
    return tuple(found)


def recall(kept: Collection[Architecture], best: Collection[Architecture]) -> float:
    """Share of the best networks that were kept."""
    return sum(architecture in kept for architecture in best) / len(best)


def figures(
    before: SearchSpace, after: SearchSpace, mean_before: float, mean_after: float, best: float
) -> dict[str, float]:
    """A report's figures by name. Means and `best` are estimates, by whatever estimator the search used."""
    if not isinstance(after, Subspace):
        return {}
    entropy: Sequence[float] = gene_entropy(after)
    found = shrink(mean_before, mean_after, best, before.size, after.size)
    whole = diversity(before)
    return {
        "mean before": mean_before,
        "mean after": mean_after,
        "quality q": found.quality,
        "shrinkage s": found.shrinkage,
        INDEX: found.index,
        "diversity share": after.diversity / whole if whole else 0.0,
        "gene entropy": sum(entropy) / len(entropy),
    }
