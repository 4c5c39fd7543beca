"""Feasibility: is there a network of the space within the limits? Asked before anything is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from nas_engine.budget import MEASURES, Cost, NetworkLimits
from nas_engine.chance import Chance, seed_from
from nas_engine.errors import Infeasible
from nas_engine.recipe import Recipe
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace, Within
from nas_engine.spaces.front import cost_front

SAMPLES = 2_000
CURE = "raise the limit, or choose narrower stages or cheaper operators"


@dataclass(frozen=True)
class Feasibility:
    """`least` and `largest`: exact bounds of each measure by itself. `share`: of uniform samples, how many are within the limits."""

    verdict: Literal["feasible", "unlikely", "impossible"]
    least: Cost
    largest: Cost
    share: float
    text: str
    over: tuple[str, ...] = ()  # limits that no network meets, as fields of the recipe

    def refuse(self) -> None:
        """Raise Infeasible where it is certain that no network is within the limits."""
        if self.verdict == "impossible":
            raise Infeasible(self.text, self.over[0], {name: getattr(self.least, name) for name in MEASURES})


def impossible(recipe: Recipe) -> Feasibility | None:
    """The verdict of the exact least costs alone, of each measure and of both together; None where they refuse nothing."""
    limits = recipe.budget.network
    space, shape = recipe.space.space(), recipe.task.shape
    least, largest = space.cost_bounds(shape)
    over = {
        f"budget.network.{measure}": f"is {limit:,}, the cheapest network has {getattr(least, measure):,}"
        for measure in MEASURES
        if (limit := getattr(limits, measure)) is not None and getattr(least, measure) > limit
    }
    if over:
        said = "; ".join(f"{field} {text}" for field, text in over.items())
        return Feasibility("impossible", least, largest, 0.0, f"{said}; {CURE}", tuple(over))
    front = _front(recipe)
    if front and not any(limits.allow(cost) for cost in front):
        return Feasibility("impossible", least, largest, 0.0, f"{_apart(front, limits)}; {CURE}", ("budget.network",))
    return None


def _front(recipe: Recipe) -> tuple[Cost, ...] | None:
    """The least costs under two limits, None where they are too many; one limit by itself is what the bounds have answered."""
    limits = recipe.budget.network
    return () if None in (limits.params, limits.madds) else cost_front(recipe.space.space(), recipe.task.shape)


def _apart(front: Sequence[Cost], limits: NetworkLimits) -> str:
    """Why limits that fit one by one do not fit together: what each alone leaves of the other."""
    madds = min(cost.madds for cost in front if limits.params is None or cost.params <= limits.params)
    params = min(cost.params for cost in front if limits.madds is None or cost.madds <= limits.madds)
    return (
        f"budget.network: no network has at most {limits.params:,} params and {limits.madds:,} MAdds at once: with so few"
        f" params the cheapest has {madds:,} MAdds, with so few MAdds the smallest has {params:,} params"
    )


@lru_cache(maxsize=16)
def sampled_costs(space: SearchSpace, shape: TaskShape, seed: int) -> tuple[Cost, ...]:
    """What 2,000 uniform samples of a space cost; the same ones for a seed."""
    chance = Chance(seed_from(seed, "feasibility"))
    return tuple(space.cost(space.sample(chance), shape) for _ in range(SAMPLES))


def feasibility(recipe: Recipe) -> Feasibility:
    """Exact least costs refuse; otherwise samples find out how likely a network within the limits is."""
    refused = impossible(recipe)
    if refused is not None:
        return refused
    space, limits, shape = recipe.space.space(), recipe.budget.network, recipe.task.shape
    least, largest = space.cost_bounds(shape)
    costs = sampled_costs(space, shape, recipe.seed)
    share = sum(limits.allow(cost) for cost in costs) / SAMPLES
    if share > 0:
        return Feasibility("feasible", least, largest, share, f"{share:.1%} of the space is within the budget")
    if _front(recipe) is not None:
        text = f"none of {SAMPLES:,} samples is within the budget, but the cheapest networks are: they are rare"
    else:
        text = _looked_for(recipe, costs)
    return Feasibility("unlikely", least, largest, 0.0, text)


def _looked_for(recipe: Recipe, costs: Sequence[Cost]) -> str:
    """What a few descents find, for a space of which the least costs are too many to be known."""
    space, limits, shape = recipe.space.space(), recipe.budget.network, recipe.task.shape
    try:
        chance = Chance(seed_from(recipe.seed, "descents"))
        Within(space, limits, shape, draws=3, patience=0).sample(chance)
    except Infeasible as error:
        nearest = min(costs, key=limits.excess)
        seen = f"none of {SAMPLES:,} samples; the nearest has {nearest.params:,} params and {nearest.madds:,} MAdds"
        return f"no network within the budget was found: {seen}. {error}"
    return f"none of {SAMPLES:,} samples is within the budget, but descending from one finds some: they are rare"
