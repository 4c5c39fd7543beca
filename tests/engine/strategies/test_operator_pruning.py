from __future__ import annotations

from statistics import mean

import pytest

from nas_engine.budget import NetworkLimits
from nas_engine.candidate import Failure
from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent, Incompatible
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, SearchSpace, Subspace, Within, autospace, skeleton_named
from nas_engine.spaces.shrinkage import INDEX
from nas_engine.strategies import Lissnas, OperatorPruning
from nas_engine.testing import StrategyContract
from nas_engine.testing.landscapes import GENOTYPES, additive, five_pockets, play, touched


class TestOperatorPruning(StrategyContract):
    alternatives = {"sample": 25, "most": 20}

    @pytest.fixture
    def strategy(self) -> OperatorPruning:
        return OperatorPruning(sample=15)


class TestWithinASubspace(StrategyContract):
    @pytest.fixture
    def strategy(self) -> OperatorPruning:
        return OperatorPruning(sample=10, most=10)

    @pytest.fixture
    def space(self) -> SearchSpace:
        chance = Chance(0)
        return Subspace.of(GENOTYPES, {GENOTYPES.sample(chance) for _ in range(200)})


def test_each_round_drops_the_operator_of_a_place_whose_networks_score_worst() -> None:
    run = play(OperatorPruning(sample=80), GENOTYPES, additive, seed=0)
    first, drop = run.samples[0], run.strategy.state.drops[0]
    means = {
        (place, label): mean(additive(a) for a in first if a.genes[place] == label)
        for place, alphabet in enumerate(GENOTYPES.alphabets)
        for label in alphabet.labels
    }
    assert (drop.place, drop.label) == min(means, key=lambda choice: means[choice])
    assert not any(a.genes[drop.place] == drop.label for sample in run.samples[1:] for a in sample)


def test_it_drops_one_operator_a_round_until_few_networks_are_left() -> None:
    run = play(OperatorPruning(), GENOTYPES, five_pockets, seed=1)
    assert isinstance(run.found, ChainSpace)
    assert 1 < run.found.size <= 64
    sizes = [fact.size for fact in run.rounds]
    assert sizes == sorted(set(sizes), reverse=True)
    assert sum(alphabet.size for alphabet in run.found.alphabets) == 6 * 5 - len(sizes)
    assert [fact.mean for fact in run.rounds] == [pytest.approx(mean(map(five_pockets, s))) for s in run.samples]


def test_check_25_on_an_additive_landscape_it_does_at_least_as_well_as_locality() -> None:
    for seed in range(3):
        left = play(OperatorPruning(), GENOTYPES, additive, seed).found
        kept = play(Lissnas(mode="intersect"), GENOTYPES, additive, seed).found
        assert isinstance(left, SearchSpace)
        assert isinstance(kept, SearchSpace)
        assert mean(map(additive, left.members())) >= mean(map(additive, kept.members()))


def test_check_26_a_grid_of_operators_keeps_two_of_five_pockets_at_most() -> None:
    for seed in range(8):
        found = play(OperatorPruning(), GENOTYPES, five_pockets, seed).found
        assert isinstance(found, SearchSpace)
        assert touched(found) <= 2


def test_it_reports_what_was_kept_with_the_index_under_its_own_name() -> None:
    figures = play(OperatorPruning(), GENOTYPES, additive, seed=0).figures
    assert figures["mean after"] > figures["mean before"]
    assert figures[INDEX] == pytest.approx(figures["quality q"] * figures["shrinkage s"])
    assert 0 < figures["diversity share"] < 1


def test_nothing_over_the_limits_is_asked_about() -> None:
    shape = TaskShape(1, 8, 8, 10)
    costs = sorted(GENOTYPES.cost(GENOTYPES.sample(chance), shape).madds for chance in [Chance(0)] for _ in range(200))
    limits = NetworkLimits(madds=costs[40])
    run = play(OperatorPruning(), Within(GENOTYPES, limits, shape), five_pockets, seed=0)
    assert all(limits.allow(GENOTYPES.cost(a, shape)) for sample in run.samples for a in sample)
    assert isinstance(run.found, ChainSpace)
    assert any(limits.allow(GENOTYPES.cost(member, shape)) for member in run.found.members())


def test_a_place_with_too_many_operators_is_refused() -> None:
    with pytest.raises(Incompatible, match="it can judge 64; evolve the space first"):
        OperatorPruning().start(autospace(skeleton_named("tiny")), 0)


def test_where_every_network_failed_no_operator_can_be_dropped() -> None:
    pruning = OperatorPruning(sample=10)
    pruning.start(GENOTYPES, 0)
    pruning.tell([Failure(candidate, "not finite") for candidate in pruning.ask(10)])
    assert pruning.ask(1) == []
    with pytest.raises(BudgetSpent, match="no operator can be dropped"):
        pruning.conclude([])
