from __future__ import annotations

from collections.abc import Callable
from math import exp

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Answer, Evaluation, Failure
from nas_engine.chance import seed_from
from nas_engine.products import Ranking
from nas_engine.spaces import Skeleton, Stage, chain, skeleton_named
from nas_engine.strategies import LocalSearch
from nas_engine.testing import StrategyContract

LABELS = ("conv1", "conv3", "conv5", "conv7", "skip")
GENOTYPES = chain(Skeleton((Stage(6, 6),), stem=6), LABELS)
NEIGHBOURS = 6 * 4


class TestLocalSearch(StrategyContract):
    alternatives = {"draws": 40, "starts": 1}

    @pytest.fixture
    def strategy(self) -> LocalSearch:
        return LocalSearch(draws=70, starts=5)


class TestTheSimplestForm(StrategyContract):
    @pytest.fixture
    def strategy(self) -> LocalSearch:
        return LocalSearch(draws=30, starts=1)


def additive(architecture: Architecture) -> float:
    return sum(seed_from("term", *place) / 2**63 for place in enumerate(architecture.genes))


def one_peak(architecture: Architecture) -> float:
    return exp(-sum(gene != "conv3" for gene in architecture.genes))


def played(
    search: LocalSearch, score: Callable[[Architecture], float], seed: int = 0
) -> tuple[list[list[Architecture]], Ranking]:
    """Its steps (what it asked at a time) and its ranking."""
    steps, history = [], []
    search.start(GENOTYPES, seed)
    while asked := search.ask(1_000):
        steps.append([candidate.architecture for candidate in asked])
        told = [Evaluation(candidate, score(candidate.architecture), Cost()) for candidate in asked]
        search.tell(told)
        history += told
    return steps, search.conclude(history)


def test_each_step_asks_about_the_unknown_neighbours_of_the_best_so_far() -> None:
    steps, _ = played(LocalSearch(draws=200, starts=8), additive)
    assert len(steps[0]) == 8
    known = set(steps[0])
    here = max(known, key=additive)
    assert set(steps[1]) == set(GENOTYPES.neighbours(here)) - known
    assert len(steps[1]) == NEIGHBOURS
    here = max(steps[1], key=additive)
    assert set(steps[2]) == set(GENOTYPES.neighbours(here)) - known - set(steps[1])


@pytest.mark.parametrize("score", [additive, one_peak])
def test_where_there_is_one_peak_it_climbs_it(score: Callable[[Architecture], float]) -> None:
    top = max(GENOTYPES.members(), key=score)
    for seed in range(5):
        _, ranking = played(LocalSearch(draws=180), score, seed)
        assert ranking.entries[0].architecture == top


def test_on_a_peak_it_begins_again() -> None:
    steps, _ = played(LocalSearch(draws=400, starts=3), additive)
    top = max(GENOTYPES.members(), key=additive)
    arrived = next(number for number, step in enumerate(steps) if top in step)
    fresh = steps[arrived + 2]  # after the peak's own neighbourhood
    assert len(fresh) == 3
    assert not any(GENOTYPES.distance(top, one) == 1 for one in fresh)


def test_no_network_is_asked_about_twice_and_never_more_than_the_draws() -> None:
    steps, _ = played(LocalSearch(draws=300), one_peak)
    asked = [architecture for step in steps for architecture in step]
    assert len(asked) == len(set(asked)) == 300


def test_a_small_space_is_used_up() -> None:
    tiny = chain(skeleton_named("tiny"), ("conv3", "skip"))
    search = LocalSearch(draws=100)
    search.start(tiny, 0)
    asked = []
    while batch := search.ask(3):
        asked += batch
        search.tell([Evaluation(candidate, additive(candidate.architecture), Cost()) for candidate in batch])
    assert len({candidate.architecture for candidate in asked}) == len(asked) == tiny.size


def test_it_walks_on_past_networks_that_fail() -> None:
    search, found = LocalSearch(draws=200), []
    search.start(GENOTYPES, 1)
    while asked := search.ask(50):
        answers: list[Answer] = [
            Failure(c, "out of memory")
            if c.architecture.genes[0] == "skip"
            else Evaluation(c, one_peak(c.architecture), Cost())
            for c in asked
        ]
        search.tell(answers)
        found += [answer for answer in answers if isinstance(answer, Evaluation)]
    assert search.conclude(found).entries[0].score == 1.0


def test_a_candidate_names_the_network_that_it_neighbours() -> None:
    search = LocalSearch(draws=100, starts=2)
    search.start(GENOTYPES, 0)
    first = search.ask(2)
    assert [candidate.parents for candidate in first] == [(), ()]
    search.tell([Evaluation(candidate, additive(candidate.architecture), Cost()) for candidate in first])
    best = max((candidate.architecture for candidate in first), key=additive)
    assert {candidate.parents for candidate in search.ask(10)} == {(best.key,)}
