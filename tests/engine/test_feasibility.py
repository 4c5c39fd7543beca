"""Feasibility: exact where it refuses, honest about what it sampled."""

from collections.abc import Sequence
from itertools import product, starmap
from typing import Any

import pytest

from nas_engine import feasibility as module
from nas_engine.budget import Cost, NetworkLimits
from nas_engine.errors import Infeasible
from nas_engine.feasibility import feasibility, impossible
from nas_engine.preview import preview
from nas_engine.recipe import Recipe, recipe
from nas_engine.spaces import Subspace, space_document

DRAW = [{"kind": "search", "strategy": {"kind": "random"}, "estimator": {"kind": "from_scratch"}}]
OPPOSED = ["conv3", "mb5_e2_se"]  # where the fewest params are, the fewest MAdds are not


def with_limits(operators: Sequence[str] = ("mb3_e2", "mb5_e6", "skip"), **limits: int | None) -> Recipe:
    plan: dict[str, Any] = {
        "version": 1,
        "name": "feasible?",
        "task": {"kind": "image_classification"},
        "space": {"kind": "chain", "operators": list(operators), "skeleton": "tiny"},
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


def test_of_listed_members_bounds_front_and_share_are_those_of_the_members() -> None:
    whole = with_limits(OPPOSED)
    root, shape = whole.space.space().root, whole.task.shape
    by_cost = {root.cost(member, shape): member for member in root.members()}
    few, many = min(by_cost), min(by_cost, key=lambda cost: cost.madds)
    assert few.madds > many.madds
    kept = Subspace.of(root, {by_cost[few], by_cost[many]})

    def saved(**limits: int) -> Recipe:
        document = {"kind": "saved", "document": space_document(kept)}
        return recipe({**whole.plain, "space": document, "pipeline": DRAW, "budget": {"network": limits}})

    found = feasibility(saved())
    assert (found.least, found.largest) == (Cost(few.params, many.madds), Cost(many.params, few.madds))
    between = feasibility(saved(params=few.params))
    assert (between.verdict, 0.4 < between.share < 0.6) == ("feasible", True)
    assert feasibility(saved(params=few.params - 1)).verdict == "impossible"
    apart = impossible(saved(params=few.params, madds=many.madds))
    assert apart is not None
    assert f"with so few params the cheapest has {few.madds:,} MAdds" in apart.text
    shown = preview(saved())
    assert (shown.size, set(shown.sampled)) == (2, {few, many})


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


def test_limits_are_refused_exactly_where_no_network_meets_them_together() -> None:
    plan = with_limits(OPPOSED)
    space, shape = plan.space.space(), plan.task.shape
    costs = {space.cost(member, shape) for member in space.members()}
    few = {name: sorted(getattr(cost, name) + off for cost in costs for off in (-1, 0)) for name in ("params", "madds")}
    together = 0
    for limits in starmap(NetworkLimits, product(few["params"], few["madds"])):
        found = impossible(with_limits(OPPOSED, params=limits.params, madds=limits.madds))
        assert (found is None) == any(limits.allow(cost) for cost in costs)
        together += found is not None and found.over == ("budget.network",)
    assert together > 5  # one by one each of them fits


def test_limits_that_fit_one_by_one_and_never_together_say_what_each_leaves_of_the_other() -> None:
    plan = with_limits(OPPOSED)
    space, shape = plan.space.space(), plan.task.shape
    costs = [space.cost(member, shape) for member in space.members()]
    least = feasibility(plan).least
    found = feasibility(with_limits(OPPOSED, params=least.params, madds=least.madds))
    assert found.verdict == "impossible"
    assert f"the cheapest has {min(c.madds for c in costs if c.params == least.params):,} MAdds" in found.text
    assert f"the smallest has {min(c.params for c in costs if c.madds == least.madds):,} params" in found.text
    with pytest.raises(Infeasible) as error:
        found.refuse()
    assert error.value.field == "budget.network"


def test_where_the_least_costs_are_too_many_to_know_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    least = feasibility(with_limits(OPPOSED)).least
    plan = with_limits(OPPOSED, params=least.params, madds=least.madds)
    monkeypatch.setattr(module, "cost_front", lambda _space, _shape: None)
    assert impossible(plan) is None
    found = feasibility(plan)
    assert found.verdict == "unlikely"
    assert "no network within the budget was found: none of 2,000 samples" in found.text


def test_a_rare_network_is_known_to_be_there_without_looking_for_it() -> None:
    cells = {"kind": "autospace", "skeleton": "mobile"}
    mobile = recipe({**with_limits().plain, "space": cells, "pipeline": DRAW, "budget": {}})
    least, _ = mobile.space.space().cost_bounds(mobile.task.shape)
    tight = {"network": {"params": least.params, "madds": least.madds}}
    found = feasibility(recipe({**mobile.plain, "budget": tight}))
    assert (found.verdict, found.share) == ("unlikely", 0.0)
    assert found.text.startswith("none of 2,000 samples is within the budget, but the cheapest networks are")
