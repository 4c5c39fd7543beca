"""Twins: images of equal pixels, within a split or, worse, in two of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from itertools import combinations

from nas_engine.data.index import SPLITS

SHOWN = 20  # pairs that are named


class Twins:
    """Remembers a hash of each image's pixels, whatever the order in which the splits are read."""

    def __init__(self) -> None:
        self._first: dict[str, dict[bytes, int]] = {split: {} for split in SPLITS}  # hash -> position
        self._again: dict[str, Counter[bytes]] = {split: Counter() for split in SPLITS}

    def note(self, split: str, pixels: bytes, position: int) -> None:
        found = hashlib.blake2b(pixels, digest_size=16).digest()
        if self._first[split].setdefault(found, position) != position:
            self._again[split][found] += 1

    @property
    def duplicates(self) -> dict[str, int]:
        """Split -> images whose pixels it held before."""
        return {split: again.total() for split, again in self._again.items() if again}

    def leaks(self, names: Mapping[str, Callable[[], list[str]]]) -> tuple[dict[str, int], tuple[tuple[str, str], ...]]:
        """'train/test' -> images of the second that the first holds too; and the first of those pairs, by name."""
        counts: dict[str, int] = {}
        pairs: list[tuple[str, str]] = []
        for one, other in combinations(SPLITS, 2):
            first, second = self._first[one], self._first[other]
            common = [found for found in second if found in first]
            if common:
                counts[f"{one}/{other}"] = sum(1 + self._again[other][found] for found in common)
                of_one, of_other = names[one](), names[other]()
                pairs += [(of_one[first[found]], of_other[second[found]]) for found in common[: SHOWN - len(pairs)]]
        return counts, tuple(pairs)
