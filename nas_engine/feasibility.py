"""Feasibility: is there a network of the space within the limits? Asked before anything is spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nas_engine.budget import MEASURES, Cost
from nas_engine.chance import Chance, seed_from
from nas_engine.errors import Infeasible
from nas_engine.recipe import Recipe
from nas_engine.spaces import Within

SAMPLES = 2_000


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
    """The verdict of the exact lower bounds alone; None where they refuse nothing."""
    limits = recipe.budget.network
    least, largest = recipe.space.space().cost_bounds(recipe.task.shape)
    over = {
        f"budget.network.{measure}": f"is {limit:,}, the cheapest network has {getattr(least, measure):,}"
        for measure in MEASURES
        if (limit := getattr(limits, measure)) is not None and getattr(least, measure) > limit
    }
    if over:
        said = "; ".join(f"{field} {text}" for field, text in over.items())
        cure = "raise the limit, or choose narrower stages or cheaper operators"
        return Feasibility("impossible", least, largest, 0.0, f"{said}; {cure}", tuple(over))
    return None


def feasibility(recipe: Recipe) -> Feasibility:
    """An exact lower bound refuses; otherwise samples, and local descent where no sample fits, find out how likely it is."""
    refused = impossible(recipe)
    if refused is not None:
        return refused
    space, limits, shape = recipe.space.space(), recipe.budget.network, recipe.task.shape
    least, largest = space.cost_bounds(shape)
    chance = Chance(seed_from(recipe.seed, "feasibility"))
    costs = [space.cost(space.sample(chance), shape) for _ in range(SAMPLES)]
    share = sum(limits.allow(cost) for cost in costs) / SAMPLES
    if share > 0:
        return Feasibility("feasible", least, largest, share, f"{share:.1%} of the space is within the budget")
    try:
        Within(space, limits, shape, draws=20, patience=0).sample(chance)
    except Infeasible as error:
        nearest = min(costs, key=limits.excess)
        seen = f"none of {SAMPLES:,} samples; the nearest has {nearest.params:,} params and {nearest.madds:,} MAdds"
        return Feasibility("unlikely", least, largest, 0.0, f"no network within the budget was found: {seen}. {error}")
    text = f"none of {SAMPLES:,} samples is within the budget, but descending from one finds some: they are rare"
    return Feasibility("unlikely", least, largest, 0.0, text)
