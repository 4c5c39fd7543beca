"""Feasibility: exact where it refuses, honest about what it sampled."""

from typing import Any

from nas_engine.feasibility import feasibility
from nas_engine.recipe import Recipe, recipe


def with_limits(**limits: int) -> Recipe:
    plan: dict[str, Any] = {
        "version": 1,
        "name": "feasible?",
        "task": {"kind": "image_classification"},
        "space": {"kind": "chain", "operators": ["mb3_e2", "mb5_e6", "skip"], "skeleton": "tiny"},
        "pipeline": [{"kind": "train", "trainer": {"kind": "uniform_paths"}}],
        "budget": {"network": limits},
    }
    return recipe(plan)


def test_the_bounds_are_those_of_the_cheapest_and_the_dearest_member() -> None:
    plan = with_limits()
    space, shape = plan.space.space(), plan.task.shape
    costs = [space.cost(member, shape) for member in space.members()]
    found = feasibility(plan)
    assert (found.least.params, found.least.madds) == (min(c.params for c in costs), min(c.madds for c in costs))
    assert (found.largest.params, found.largest.madds) == (max(c.params for c in costs), max(c.madds for c in costs))
    assert (found.verdict, found.share) == ("feasible", 1.0)


def test_a_limit_at_the_cheapest_network_is_feasible_and_one_below_is_impossible() -> None:
    least = feasibility(with_limits()).least
    assert feasibility(with_limits(madds=least.madds)).verdict == "feasible"
    below = feasibility(with_limits(madds=least.madds - 1))
    assert below.verdict == "impossible"
    assert f"{least.madds:,}" in below.text
    assert feasibility(with_limits(params=least.params - 1)).verdict == "impossible"


def test_the_share_is_near_the_true_share() -> None:
    plan = with_limits(madds=60_000)
    space, shape = plan.space.space(), plan.task.shape
    costs = [space.cost(member, shape).madds for member in space.members()]
    true = sum(cost <= 60_000 for cost in costs) / len(costs)
    assert 0.1 < true < 0.9
    assert abs(feasibility(plan).share - true) < 0.06
