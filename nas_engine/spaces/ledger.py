"""Ledger: what operators cost at the places of a skeleton, each worked out once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from nas_engine.budget import Cost
from nas_engine.operators import Site, operator
from nas_engine.shapes import TaskShape
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.skeleton import Skeleton


class Ledger:
    """Costs at the places of a skeleton. `stands`: where the operator of each place stands, several times in a repeated cell.

    Places that stand alike share what is known; `fixed` is what is not searched.
    """

    def __init__(self, skeleton: Skeleton | CellSkeleton, shape: TaskShape) -> None:
        self.fixed = skeleton.fixed_cost(shape)
        self.stands = tuple(skeleton.stands(shape, place) for place in range(len(skeleton.groups)))
        known: dict[tuple[Site, ...], dict[str, Cost]] = {sites: {} for sites in self.stands}
        self._known = tuple(known[sites] for sites in self.stands)

    def at(self, place: int, label: str) -> Cost:
        """What an operator costs at a place, everywhere that it stands."""
        known = self._known[place]
        if label not in known:
            known[label] = sum((operator(label).cost(site) for site in self.stands[place]), Cost())
        return known[label]

    def network(self, genes: Sequence[str]) -> Cost:
        """What the network with these operators costs."""
        params, madds = self.fixed.params, self.fixed.madds
        for place, label in enumerate(genes):
            cost = self._known[place].get(label) or self.at(place, label)
            params, madds = params + cost.params, madds + cost.madds
        return Cost(params, madds)


@lru_cache(maxsize=8)  # of the open cell space one holds some tens of thousands of figures
def ledger(skeleton: Skeleton | CellSkeleton, shape: TaskShape) -> Ledger:
    """The ledger of a skeleton for images of this shape."""
    return Ledger(skeleton, shape)
