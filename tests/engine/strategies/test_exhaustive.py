from __future__ import annotations

import pytest

from nas_engine.budget import Cost, NetworkLimits
from nas_engine.candidate import Candidate, Evaluation
from nas_engine.errors import Incompatible, Infeasible
from nas_engine.recipe import recipe
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace, Subspace, Within, autospace, chain, skeleton_named
from nas_engine.strategies import Exhaustive
from nas_engine.testing import StrategyContract

WHOLE = chain(skeleton_named("tiny"), ("conv1", "conv3", "conv5", "skip"))  # 64 networks
SHAPE = TaskShape(1, 8, 8, 10)


class TestExhaustive(StrategyContract):
    @pytest.fixture
    def strategy(self) -> Exhaustive:
        return Exhaustive(most=343)


class TestExhaustiveInASubspaceWithinLimits(StrategyContract):
    @pytest.fixture
    def strategy(self) -> Exhaustive:
        return Exhaustive()

    @pytest.fixture
    def space(self) -> SearchSpace:
        return within(Subspace.of(WHOLE, set(list(WHOLE.members())[::2])), 20)


def within(space: SearchSpace, how_many: int) -> Within:
    """The cheapest so many, or a few more where costs are equal."""
    costs = sorted(space.cost(member, SHAPE).madds for member in space.members())
    return Within(space, NetworkLimits(madds=costs[how_many - 1]), SHAPE)


def asked_in_all(search: Exhaustive, space: SearchSpace, seed: int = 0) -> list[Candidate]:
    search.start(space, seed)
    asked: list[Candidate] = []
    while batch := search.ask(7):
        search.tell([])
        asked += batch
    return asked


def test_every_member_inside_the_limits_is_asked_about_once() -> None:
    view = within(WHOLE, 30)
    asked = [candidate.architecture for candidate in asked_in_all(Exhaustive(), view)]
    assert len(asked) == len(set(asked))
    assert set(asked) == set(view.members())
    assert 30 <= len(asked) < 64


def test_ended_early_it_has_seen_a_sample_that_is_as_if_drawn() -> None:
    times = dict.fromkeys(WHOLE.members(), 0)
    for seed in range(80):
        for candidate in asked_in_all(Exhaustive(), WHOLE, seed)[:16]:
            times[candidate.architecture] += 1
    assert sum(times.values()) == 80 * 16
    assert all(abs(number - 20) < 5 * 3.9 for number in times.values()), times  # five deviations


def test_members_inside_the_limits_count_and_no_others() -> None:
    view = within(WHOLE, 30)
    inside = len(list(view.members()))
    Exhaustive(most=inside).start(view, 0)
    with pytest.raises(Incompatible, match=rf"has {inside} members, wanted at most {inside - 1} .*shrink it first"):
        Exhaustive(most=inside - 1).start(view, 0)


def test_a_vast_space_is_refused_without_being_walked() -> None:
    vast = Within(autospace(skeleton_named("mobile")), NetworkLimits(madds=1), SHAPE)
    with pytest.raises(Incompatible, match=r"wanted at most 2,000 .*lissnas.*budget\.network.*most.*ageing_evolution"):
        Exhaustive().start(vast, 0)


def test_a_recipe_in_which_it_would_search_a_vast_space_is_refused_when_it_is_read() -> None:
    search = {"kind": "search", "strategy": {"kind": "exhaustive"}, "estimator": {"kind": "synflow"}}
    shrink = search | {"strategy": {"kind": "lissnas"}, "name": "shrink"}
    plan = {"version": 1, "name": "test", "task": {"kind": "image_classification"}, "space": {"kind": "autospace"}}
    with pytest.raises(Incompatible, match=r"pipeline\.0\.strategy': exhaustive"):
        recipe(plan | {"pipeline": [search]})
    recipe(plan | {"pipeline": [shrink, search]})  # how small that space will be is not known yet


def test_where_nothing_is_inside_the_limits_it_says_so() -> None:
    with pytest.raises(Infeasible, match=r"none of the space's 64 members.*raise budget\.network"):
        Exhaustive().start(Within(WHOLE, NetworkLimits(madds=1), SHAPE), 0)


def test_the_summary_tells_how_many_there_were_to_rank() -> None:
    search = Exhaustive()
    asked = asked_in_all(search, WHOLE)
    history = [Evaluation(candidate, 0.5, Cost()) for candidate in asked[:10]]
    assert search.figures(search.conclude(history), history) == {"members": 64.0}
