"""The most probable members of a product of choices inside network limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from math import exp, log

from nas_engine.architecture import Architecture
from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.products import Ranked, Ranking
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, Within

MOST_LOOKS = 20_000  # members looked at in order of probability
LEAST = 1e-300  # of a probability: its logarithm is finite


def most_probable(
    space: ChainSpace,
    limits: NetworkLimits,
    shape: TaskShape,
    probabilities: Sequence[Sequence[float]],
    count: int,
    chance: Chance,
) -> Ranking:
    """At most `count` members inside the limits, best first, each with the geometric mean of its options' probabilities as score.

    Members are looked at in order of probability, so what is found is exact; where fewer than `count` of the first 20,000 are inside
    the limits, as many climbs follow, each from a random member inside to its best neighbour inside until none is better.
    Raises Infeasible where no member is found inside.
    """
    logs = [
        {label: log(max(share, LEAST)) for label, share in zip(alphabet.labels, row, strict=True)}
        for alphabet, row in zip(space.alphabets, probabilities, strict=True)
    ]

    def likelihood(architecture: Architecture) -> float:
        return sum(place[label] for place, label in zip(logs, architecture.genes, strict=True))

    view, found = Within(space, limits, shape), set[Architecture]()
    looks = 0
    for genes in _in_order(logs):
        architecture = space.architecture(genes)
        if architecture in view:
            found.add(architecture)
        looks += 1
        if len(found) == count or looks == MOST_LOOKS:
            break
    if (len(found) < count and looks == MOST_LOOKS) or not found:
        for _ in range(count):
            here = view.sample(chance)
            while (best := max([here, *view.neighbours(here)], key=likelihood)) != here:
                here = best
            found.add(here)
    best_first = sorted(found, key=lambda member: (-likelihood(member), member.key))[:count]
    score = {member: exp(likelihood(member) / len(logs)) for member in best_first}
    return Ranking(tuple(Ranked(member, score[member], space.cost(member, shape)) for member in best_first))


def _in_order(logs: Sequence[dict[str, float]]) -> Iterator[tuple[str, ...]]:
    """Every combination of labels once, the most probable first. `logs`: the logarithm of a label's probability, a place.

    A combination follows from the one in which its last place that is not the best is one better: so each has one predecessor,
    which comes before it.
    """
    ranked = [sorted(place, key=lambda label: -place[label]) for place in logs]
    drops = [[place[best[0]] - place[label] for label in best] for place, best in zip(logs, ranked, strict=True)]
    heap: list[tuple[float, tuple[int, ...], int]] = [(0.0, (0,) * len(logs), 0)]
    while heap:
        lost, at, last = heappop(heap)
        yield tuple(best[rank] for best, rank in zip(ranked, at, strict=True))
        for place in range(last, len(at)):
            rank = at[place] + 1
            if rank < len(ranked[place]):
                step = drops[place][rank] - drops[place][rank - 1]
                heappush(heap, (lost + step, (*at[:place], rank, *at[place + 1 :]), place))
