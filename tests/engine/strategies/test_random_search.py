from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from nas_engine.budget import Cost, NetworkLimits
from nas_engine.candidate import Candidate, Evaluation
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace, Within, chain, skeleton_named
from nas_engine.strategies import RandomSearch
from nas_engine.testing import StrategyContract

LARGE = chain(skeleton_named("digits"), ("conv1", "conv3", "conv5", "skip"))
SMALL = chain(skeleton_named("tiny"), ("conv3", "skip"))
SHAPE = TaskShape(1, 8, 8, 10)


class TestRandomSearch(StrategyContract):
    alternatives = {"draws": 41}

    @pytest.fixture
    def strategy(self) -> RandomSearch:
        return RandomSearch(draws=40)


class TestRandomSearchInASpaceThatRunsOut(StrategyContract):
    @pytest.fixture
    def strategy(self) -> RandomSearch:
        return RandomSearch(draws=40)

    @pytest.fixture
    def space(self) -> SearchSpace:
        return SMALL


def asked_in_all(search: RandomSearch, space: SearchSpace, seed: int = 0, score: float = 0.0) -> list[Candidate]:
    search.start(space, seed)
    asked: list[Candidate] = []
    while batch := search.ask(7):
        search.tell([Evaluation(candidate, score, Cost()) for candidate in batch])
        asked += batch
    return asked


def test_every_field_is_given_an_alternative() -> None:
    assert set(TestRandomSearch.alternatives) == {field.name for field in fields(RandomSearch)}


def test_it_asks_about_as_many_distinct_networks_as_it_is_told_to() -> None:
    asked = asked_in_all(RandomSearch(draws=100), LARGE)
    assert len(asked) == len({candidate.architecture for candidate in asked}) == 100


def test_what_was_drawn_before_is_drawn_again() -> None:
    asked = asked_in_all(RandomSearch(draws=8), SMALL)
    assert {candidate.architecture for candidate in asked} == set(SMALL.members())


def test_it_ends_where_the_space_holds_no_more() -> None:
    search = RandomSearch(draws=1000)
    assert len(asked_in_all(search, SMALL)) == 8
    assert search.ask(1) == []


def test_in_a_vast_space_its_state_does_not_grow() -> None:
    vast = chain(skeleton_named("mobile"), ("conv1", "conv3", "conv5", "skip"))
    search = RandomSearch(draws=500)
    assert len({candidate.architecture for candidate in asked_in_all(search, vast)}) == 500
    assert search.state.seen == []
    assert search.ask(1) == []


def test_the_answers_change_no_question() -> None:
    assert asked_in_all(RandomSearch(20), LARGE, score=0.0) == asked_in_all(RandomSearch(20), LARGE, score=1.0)


def test_draws_take_every_option_at_every_place_equally_often() -> None:
    asked = [candidate.architecture for seed in range(40) for candidate in asked_in_all(RandomSearch(25), LARGE, seed)]
    for place in range(5):
        times = Counter(architecture.genes[place] for architecture in asked)
        assert all(abs(number - 250) < 5 * 13.7 for number in times.values()), times  # five deviations


def test_it_never_sees_a_network_over_the_limits() -> None:
    costs = sorted(LARGE.cost(member, SHAPE).madds for member in LARGE.members())
    within = Within(LARGE, NetworkLimits(madds=costs[100]), SHAPE)
    for candidate in asked_in_all(RandomSearch(draws=30), within):
        assert LARGE.cost(candidate.architecture, SHAPE).madds <= costs[100]
