from __future__ import annotations

from collections import Counter
from unittest.mock import patch

import pytest

from nas_engine.budget import Cost, NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Infeasible
from nas_engine.shapes import TaskShape
from nas_engine.spaces import Band, SearchSpace, Subspace, Within, autospace, band, chain, skeleton_named
from nas_engine.testing import SpaceContract

SHAPE = TaskShape(1, 8, 8, 10)
OPERATORS = chain(skeleton_named("tiny"), ("conv1", "conv3", "conv5", "sep3", "skip"))
COSTS = sorted(OPERATORS.cost(member, SHAPE).madds for member in OPERATORS.members())
CELLS = autospace(skeleton_named("tiny"), expansion=2)
MIDDLE = COSTS[len(COSTS) // 3], COSTS[2 * len(COSTS) // 3]


class TestTheMiddle(SpaceContract):
    knows_its_size = False

    @pytest.fixture
    def space(self) -> SearchSpace:
        return Band(OPERATORS, *MIDDLE, SHAPE)


class TestCells(SpaceContract):
    """Too many to list: draws outside are refused."""

    knows_its_size = False
    draws = 2

    @pytest.fixture
    def space(self) -> SearchSpace:
        costs = sorted(CELLS.cost(CELLS.sample(chance), SHAPE).madds for chance in [Chance(0)] for _ in range(100))
        return Band(CELLS, costs[20], costs[80], SHAPE)


def test_its_members_are_all_between_the_ends_and_both_ends_are_inside() -> None:
    view = Band(OPERATORS, *MIDDLE, SHAPE)
    inside = [cost for cost in COSTS if MIDDLE[0] <= cost <= MIDDLE[1]]
    assert sorted(view.cost(member, SHAPE).madds for member in view.members()) == inside
    assert {inside[0], inside[-1]} == set(MIDDLE)


@pytest.mark.parametrize("listed", [10_000, 0])
def test_samples_are_uniform_over_the_members_inside_listed_or_drawn(listed: int) -> None:
    some = Subspace.of(OPERATORS, set(list(OPERATORS.members())[::6]))
    view, chance = Band(some, *MIDDLE, SHAPE), Chance(0)
    inside = list(view.members())
    with patch.object(band, "MOST_LISTED", listed):
        drawn = Counter(view.sample(chance) for _ in range(200 * len(inside)))
    assert set(drawn) == set(inside)
    assert all(140 < count < 270 for count in drawn.values())


def test_without_an_upper_end_only_the_least_counts() -> None:
    view = Band(OPERATORS, COSTS[-3], None, SHAPE)
    assert len(list(view.members())) >= 3
    assert view.holds(Cost(1, 10**12))
    assert not view.holds(Cost(10**12, COSTS[-3] - 1))


def test_an_empty_band_of_a_listed_space_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(
        Infeasible, match=rf"no network of the 125 has .*the nearest has {COSTS[-1]:,} MAdds and .* params: widen"
    ):
        Band(OPERATORS, COSTS[-1] + 1, None, SHAPE).sample(Chance(0))
    with pytest.raises(Infeasible, match=rf"0 to {COSTS[0] - 1:,} MAdds; the nearest has {COSTS[0]:,} MAdds"):
        Band(OPERATORS, 0, COSTS[0] - 1, SHAPE).sample(Chance(0))


def test_of_a_vast_space_so_many_draws_are_made_and_no_more() -> None:
    with pytest.raises(
        Infeasible, match=r"none of 50 draws has 1 to 2 MAdds; the nearest has [\d,]+ MAdds and [\d,]+ params: widen"
    ):
        Band(CELLS, 1, 2, SHAPE, draws=50).sample(Chance(0))


def test_it_keeps_to_a_limit_of_params_as_well() -> None:
    params = sorted(OPERATORS.cost(member, SHAPE).params for member in OPERATORS.members())[60]
    view = Band(OPERATORS, *MIDDLE, SHAPE, params)
    within = Within(Band(OPERATORS, *MIDDLE, SHAPE), NetworkLimits(params), SHAPE)
    assert 0 < len(list(view.members())) < len(list(Band(OPERATORS, *MIDDLE, SHAPE).members()))
    assert set(view.members()) == set(within.members())
    with pytest.raises(Infeasible, match="and at most 1 params; the nearest"):
        Band(OPERATORS, *MIDDLE, SHAPE, 1).sample(Chance(0))
