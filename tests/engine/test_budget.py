from __future__ import annotations

import math
from dataclasses import fields

import pytest
from pydantic import ValidationError

from nas_engine.budget import MEASURES, Budget, Cost, NetworkLimits, SearchLimits
from nas_engine.wire import adapter, plain, read


def test_costs_add_measure_by_measure() -> None:
    assert Cost(1, 20) + Cost(3, 40) == Cost(4, 60)
    assert sum([Cost(1, 20), Cost(3, 40)], Cost()) == Cost(4, 60)


def test_every_measure_has_a_cost_and_a_limit() -> None:
    assert tuple(field.name for field in fields(Cost)) == MEASURES
    assert tuple(field.name for field in fields(NetworkLimits)) == MEASURES


def test_without_limits_everything_is_allowed() -> None:
    assert NetworkLimits().allow(Cost(10**12, 10**15))


@pytest.mark.parametrize(
    ("cost", "allowed"),
    [(Cost(100, 1000), True), (Cost(101, 1000), False), (Cost(100, 1001), False), (Cost(0, 0), True)],
)
def test_a_network_may_cost_its_limit_and_not_one_more(cost: Cost, allowed: bool) -> None:
    assert NetworkLimits(params=100, madds=1000).allow(cost) is allowed


def test_what_is_exceeded_comes_with_cost_and_limit() -> None:
    limits = NetworkLimits(params=100, madds=1000)
    assert limits.exceeded(Cost(150, 900)) == {"params": (150, 100)}
    assert limits.exceeded(Cost(150, 2000)) == {"params": (150, 100), "madds": (2000, 1000)}
    assert NetworkLimits(madds=1000).exceeded(Cost(150, 900)) == {}


def test_excess_is_the_sum_of_relative_overshoots_and_zero_within() -> None:
    limits = NetworkLimits(params=100, madds=1000)
    assert limits.excess(Cost(150, 2000)) == pytest.approx(0.5 + 1.0)
    assert limits.excess(Cost(150, 10)) == pytest.approx(0.5)
    assert limits.excess(Cost(100, 1000)) == 0


@pytest.mark.parametrize(
    "budget",
    [
        Budget(),
        Budget(NetworkLimits(params=5), SearchLimits(evaluations=7, device_seconds=60.5, reserve=0.0)),
    ],
)
def test_a_budget_reads_back_from_plain_data(budget: Budget) -> None:
    assert read(Budget, plain(budget)) == budget


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"network": {"params": 0}}, "network.params"),
        ({"network": {"madds": -5}}, "network.madds"),
        ({"network": {"flops": 5}}, "network.flops"),
        ({"search": {"evaluations": 0}}, "search.evaluations"),
        ({"search": {"device_seconds": 0}}, "search.device_seconds"),
        ({"search": {"reserve": 1}}, "search.reserve"),
        ({"search": {"reserve": -0.1}}, "search.reserve"),
        ({"search": {"reserve": math.nan}}, "search.reserve"),
        ({"seconds": 5}, "seconds"),
    ],
)
def test_a_budget_with_a_wrong_field_is_refused_at_that_field(wrong: dict[str, object], where: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        adapter(Budget).validate_python(wrong)
    assert [".".join(map(str, error["loc"])) for error in refusal.value.errors()] == [where]
