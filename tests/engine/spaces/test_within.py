from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost, NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Infeasible
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, SearchSpace, Subspace, Within, autospace, chain, skeleton_named
from nas_engine.testing import SpaceContract

SHAPE = TaskShape(1, 8, 8, 10)
OPERATORS = chain(skeleton_named("tiny"), ("conv1", "conv3", "conv5", "sep3", "skip"))
COSTS = sorted(OPERATORS.cost(member, SHAPE).madds for member in OPERATORS.members())


def within(share: float, space: SearchSpace = OPERATORS) -> Within:
    """The view that leaves this share of the networks."""
    return Within(space, NetworkLimits(madds=COSTS[int(share * (len(COSTS) - 1))]), SHAPE)


class TestHalfOfTheNetworks(SpaceContract):
    knows_its_size = False

    @pytest.fixture
    def space(self) -> SearchSpace:
        return within(0.5)


class TestNoLimits(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        return Within(OPERATORS, NetworkLimits(), SHAPE)


class TestPartOfASubspace(SpaceContract):
    knows_its_size = False

    @pytest.fixture
    def space(self) -> SearchSpace:
        return within(0.5, Subspace.of(OPERATORS, set(list(OPERATORS.members())[::2])))


class TestCells(SpaceContract):
    knows_its_size = False
    draws = 2

    @pytest.fixture
    def space(self) -> SearchSpace:
        cells = autospace(skeleton_named("tiny"), expansion=2)
        costs = [cells.cost(cells.sample(chance), SHAPE) for chance in [Chance(0)] for _ in range(100)]
        limits = NetworkLimits(
            *(sorted(values)[60] for values in zip(*((c.params, c.madds) for c in costs), strict=True))
        )
        return Within(cells, limits, SHAPE)


@pytest.mark.parametrize("limits", [{"madds": COSTS[40]}, {"params": 3_000}, {"params": 3_000, "madds": COSTS[60]}])
def test_members_are_exactly_the_networks_inside_every_limit(limits: dict[str, int]) -> None:
    view = Within(OPERATORS, NetworkLimits(**limits), SHAPE)
    costs = {member: OPERATORS.cost(member, SHAPE) for member in OPERATORS.members()}
    inside = {
        member for member, cost in costs.items() if all(getattr(cost, name) <= most for name, most in limits.items())
    }
    assert 0 < len(inside) < len(costs)
    assert set(view.members()) == {member for member in costs if member in view} == inside


def test_no_sample_mutant_child_or_neighbour_is_over_the_limit() -> None:
    view, chance = within(0.1), Chance(0)
    for _ in range(60):
        a, b = view.sample(chance), view.sample(chance)
        bred = [a, view.mutate(a, chance), view.crossover(a, b, chance), *view.neighbours(a)]
        assert all(view.limits.allow(OPERATORS.cost(architecture, SHAPE)) for architecture in bred)


def test_neighbours_are_those_of_the_space_that_are_inside() -> None:
    view = within(0.5)
    start = view.sample(Chance(0))
    inside = [other for other in OPERATORS.neighbours(start) if other in view]
    assert list(view.neighbours(start)) == inside
    assert len(inside) < len(list(OPERATORS.neighbours(start)))


def test_samples_take_every_member_inside_equally_often() -> None:
    view, chance = within(0.2), Chance(0)
    members = list(view.members())
    times = Counter(view.sample(chance) for _ in range(200 * len(members)))
    assert set(times) == set(members)
    assert all(abs(number - 200) < 5 * 14.2 for number in times.values()), times  # five deviations


def test_what_is_too_rare_to_be_drawn_is_found_by_descending() -> None:
    cells = autospace(skeleton_named("digits"), expansion=3)
    least, _ = cells.cost_bounds(SHAPE)
    tight = NetworkLimits(madds=round(1.02 * least.madds))
    chance = Chance(0)
    assert not any(tight.allow(cells.cost(cells.sample(chance), SHAPE)) for _ in range(1000))
    view = Within(cells, tight, SHAPE, draws=10, patience=2)
    assert tight.allow(cells.cost(view.sample(Chance(1)), SHAPE))


def test_the_only_network_inside_is_found_and_has_no_mutant() -> None:
    space = chain(skeleton_named("tiny"), ("conv3", "conv5", "conv7"))
    cheapest = space.architecture(["conv3"] * 3)
    only = Within(space, NetworkLimits(params=space.cost(cheapest, SHAPE).params), SHAPE)
    assert list(only.members()) == [cheapest]
    assert only.sample(Chance(0)) == cheapest
    assert only.mutate(cheapest, Chance(0)) == cheapest


def test_limits_that_nothing_meets_end_with_the_nearest_figures() -> None:
    least = OPERATORS.cost_bounds(SHAPE)[0].madds
    view = Within(OPERATORS, NetworkLimits(madds=least - 1), SHAPE, draws=50, patience=10)
    start = time.perf_counter()
    with pytest.raises(Infeasible) as refusal:
        view.sample(Chance(0))
    assert time.perf_counter() - start < 5
    assert f"madds={least - 1}" in str(refusal.value)
    assert "50 draws" in str(refusal.value)
    assert f"{least:,} MAdds" in str(refusal.value)
    assert "raise the limit or choose cheaper operators" in str(refusal.value)


def test_it_gives_up_after_as_many_draws_as_it_says() -> None:
    @dataclass(frozen=True)
    class Counted(ChainSpace):
        def sample(self, chance: Chance) -> Architecture:
            drawn.append(super().sample(chance))
            return drawn[-1]

        def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
            raise AssertionError("it was to draw, not to descend")

    drawn: list[Architecture] = []
    space = Counted(OPERATORS.skeleton, OPERATORS.alphabets, OPERATORS.reference_label)
    with pytest.raises(Infeasible, match="in 37 draws"):
        Within(space, NetworkLimits(params=1), SHAPE, draws=37, patience=37).sample(Chance(0))
    assert len(drawn) == 37


def test_it_speaks_for_the_space_that_it_shows() -> None:
    view = within(0.5)
    member = view.sample(Chance(0))
    assert view.plain() == OPERATORS.plain()
    assert view.root == OPERATORS
    assert view.reference == OPERATORS.reference
    assert view.size == OPERATORS.size
    assert view.cost(member, SHAPE) == OPERATORS.cost(member, SHAPE) != Cost()


def test_where_no_network_meets_the_limits_few_draws_are_improved_before_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    descents = []
    monkeypatch.setattr(Within, "_descended", lambda _, found, excess: descents.append(1) or (found, excess))
    space = autospace(skeleton_named("tiny"), expansion=2)
    with pytest.raises(Infeasible, match="nearest"):
        Within(space, NetworkLimits(madds=1), TaskShape(1, 8, 8, 10)).sample(Chance(1))
    assert len(descents) == 25
