from __future__ import annotations

from collections import Counter

import pytest
import torch
from torch import Tensor

from nas_engine.chance import Chance
from nas_engine.supernets import Mixture, Pair
from nas_engine.trainers.fitness import BudgetTerm
from nas_engine.trainers.gates import Gates, drawn
from nas_engine.trainers.precision import MixedPrecision

CPU = torch.device("cpu")
PLAIN = MixedPrecision("off", CPU)
COSTS = [[10, 20, 40], [5], [0, 100]]


def gates(budget: BudgetTerm | None = None, rate: float = 0.1) -> Gates:
    torch.manual_seed(0)
    made = Gates(COSTS, 7, budget, rate, CPU)
    made.rows[0].data = torch.tensor([0.5, -0.3, 0.1])
    return made


class Noted:
    """A loss that is a sum over places and options; remembers what it was asked about."""

    def __init__(self, slopes: list[list[float]]) -> None:
        self.slopes, self.asked = slopes, list[Mixture]()

    def __call__(self, mixture: Mixture) -> Tensor:
        self.asked.append(mixture)
        parts = [
            pair.gates[0] * slopes[pair.on] + pair.gates[1] * slopes[pair.off]
            for pair, slopes in zip(mixture, self.slopes, strict=True)
            if isinstance(pair, Pair)
        ]
        return torch.stack(parts).sum()


SLOPES = [[3.0, 1.0, 2.0], [0.0], [0.5, 4.0]]


def test_parameters_begin_near_zero() -> None:
    torch.manual_seed(0)
    rows = Gates([[1] * 500], 0, None, 0.1, CPU).rows
    assert 0.9e-3 < float(rows[0].detach().std()) < 1.1e-3
    assert abs(float(rows[0].detach().mean())) < 2e-4


@pytest.mark.parametrize("seed", range(6))
def test_the_gradient_is_that_of_the_gates_through_the_softmax_of_the_two(seed: int) -> None:
    held, loss = gates(), Noted(SLOPES)
    before = [row.detach().clone() for row in held.rows]
    held.train(loss, PLAIN, Chance(seed))
    for row, start, entry, slopes in zip(held.rows, before, loss.asked[0], SLOPES, strict=True):
        if not isinstance(entry, Pair):
            assert row.grad is None
            continue
        start.requires_grad_()
        share = start[[entry.on, entry.off]].softmax(dim=0)
        wanted = torch.autograd.grad(share @ torch.tensor([slopes[entry.on], slopes[entry.off]]), start)[0]
        assert row.grad is not None
        torch.testing.assert_close(row.grad, wanted)


@pytest.mark.parametrize("seed", range(6))
def test_the_better_of_two_becomes_more_probable_and_nobody_else(seed: int) -> None:
    held, loss = gates(), Noted(SLOPES)
    before = held.probabilities()
    held.train(loss, PLAIN, Chance(seed))
    pair, after = loss.asked[0][0], held.probabilities()
    assert isinstance(pair, Pair)
    better, worse = sorted((pair.on, pair.off), key=lambda option: SLOPES[0][option])
    third = 3 - better - worse
    assert after[0][better] > before[0][better] + 0.01
    assert after[0][third] == pytest.approx(before[0][third], abs=1e-6)
    assert after[0][better] + after[0][worse] == pytest.approx(before[0][better] + before[0][worse], abs=1e-6)
    assert after[1] == [1.0]


def test_two_paths_are_drawn_by_their_probabilities_and_one_of_them_is_on_by_theirs() -> None:
    held, chance = gates(), Chance(0)
    first, second, third = held.probabilities()[0]
    pairs = [entry for _ in range(4000) for entry in held.pairs(chance)[:1] if isinstance(entry, Pair)]
    drawn_twice = Counter(frozenset((pair.on, pair.off)) for pair in pairs)
    wanted = first * second / (1 - first) + second * first / (1 - second)
    assert drawn_twice[frozenset((0, 1))] / 4000 == pytest.approx(wanted, abs=0.03)
    on = [pair.on == 0 for pair in pairs if {pair.on, pair.off} == {0, 2}]
    assert sum(on) / len(on) == pytest.approx(first / (first + third), abs=0.04)
    assert all(pair.gates.tolist() == [1.0, 0.0] for pair in pairs)


def test_expected_madds_are_those_of_the_two_by_their_probabilities() -> None:
    held = gates()
    pair = Pair(2, 0, torch.tensor([1.0, 0.0]))
    share = torch.tensor([0.1, 0.5]).softmax(dim=0)
    wanted = 7 + float(share @ torch.tensor([40.0, 10.0])) + 5 + 100
    held.rows[2].data = torch.tensor([-99.0, 99.0])
    other = Pair(1, 0, torch.tensor([1.0, 0.0]))
    assert float(held.expected_madds([pair, 0, other]).detach()) == pytest.approx(wanted)


@pytest.mark.parametrize("budget", [BudgetTerm(10, "add#linear", 5.0), BudgetTerm(10, "mul#log", 0.0)])
def test_where_both_are_as_good_the_budget_prefers_the_cheaper(budget: BudgetTerm) -> None:
    held, loss = gates(budget, rate=0.05), Noted([[1.0] * 3, [1.0], [1.0] * 2])
    chance = Chance(0)
    for _ in range(120):
        held.train(loss, PLAIN, chance)
    shares = held.probabilities()
    assert shares[0][0] > 0.9
    assert shares[2][0] > 0.9


def test_where_there_is_nothing_to_choose_nothing_is_trained() -> None:
    only, loss = Gates([[3], [4]], 0, None, 0.1, CPU), Noted([])
    only.train(loss, PLAIN, Chance(0))
    assert loss.asked == []


def test_what_has_no_share_is_never_drawn() -> None:
    chance = Chance(0)
    times = Counter(drawn([0.0, 3.0, 0.0, 1.0, 0.0], chance) for _ in range(2000))
    assert set(times) == {1, 3}
    assert times[1] / 2000 == pytest.approx(0.75, abs=0.05)
