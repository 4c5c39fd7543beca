"""Ledger: what operators cost at the places of a skeleton, each worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nas_engine.budget import Cost
from nas_engine.operators import Site, operator
from nas_engine.shapes import TaskShape
from nas_engine.spaces.skeleton import Skeleton


class Ledger:
    """Costs at the places of a skeleton. Places of one site share what is known; `fixed` is stem and head."""

    def __init__(self, skeleton: Skeleton, shape: TaskShape) -> None:
        self.fixed = skeleton.stem_block(shape).cost + skeleton.head_block(shape).cost
        self.sites = skeleton.sites(shape)
        known: dict[Site, dict[str, Cost]] = {site: {} for site in self.sites}
        self._known = tuple(known[site] for site in self.sites)

    def at(self, place: int, label: str) -> Cost:
        """What an operator costs at a place."""
        known = self._known[place]
        if label not in known:
            known[label] = operator(label).cost(self.sites[place])
        return known[label]

    def network(self, genes: Sequence[str]) -> Cost:
        """What the network with these operators costs."""
        params, madds = self.fixed.params, self.fixed.madds
        for place, label in enumerate(genes):
            cost = self._known[place].get(label) or self.at(place, label)
            params, madds = params + cost.params, madds + cost.madds
        return Cost(params, madds)


@lru_cache(maxsize=8)  # of the open cell space one holds some tens of thousands of figures
def ledger(skeleton: Skeleton, shape: TaskShape) -> Ledger:
    """The ledger of a skeleton for images of this shape."""
    return Ledger(skeleton, shape)
