"""Front: the least costs in a space, exactly. No member is below it in every measure at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from nas_engine.budget import Cost
from nas_engine.shapes import TaskShape
from nas_engine.spaces.chain import ChainSpace
from nas_engine.spaces.ledger import ledger
from nas_engine.spaces.subspace import Subspace

MOST_POINTS = 20_000  # beyond it nothing is claimed


@lru_cache(maxsize=16)
def cost_front(space: ChainSpace | Subspace, shape: TaskShape) -> tuple[Cost, ...] | None:
    """Costs of members that no other member undercuts in both params and MAdds, by rising params.

    A network's cost is a sum over its places, so the front of the first places, summed with the costs at the next one,
    holds the front of them together: it is built place by place, and no network is. None where it grows too long.
    """
    if isinstance(space, Subspace):
        return tuple(undominated(space.costs(shape)))
    held = ledger(space.skeleton, shape)
    front: Sequence[Cost] = (held.fixed,)
    for alphabet, stands in zip(space.alphabets, held.stands, strict=True):
        options = undominated(alphabet.costs(stands))
        if len(front) * len(options) > 10 * MOST_POINTS:
            return None
        front = undominated({before + option for before in front for option in options})
        if len(front) > MOST_POINTS:
            return None
    return tuple(front)


def undominated(costs: Iterable[Cost]) -> list[Cost]:
    """Those that no other one undercuts, by rising params and so by falling MAdds."""
    front: list[Cost] = []
    for cost in sorted(costs):
        if not front or cost.madds < front[-1].madds:
            front.append(cost)
    return front
