from __future__ import annotations

import pytest

from nas_engine.chance import Chance
from nas_engine.evidence import kendall, rank_correlation, spearman


def drawn(seed: int, count: int, levels: int) -> tuple[list[float], list[float]]:
    chance = Chance(seed)
    one = [float(chance.below(levels)) for _ in range(count)]
    return one, [value + chance.below(levels) for value in one]


def test_the_same_order_is_one_and_the_reverse_minus_one() -> None:
    order = [1.0, 2.0, 5.0, 9.0]
    for measure in (kendall, spearman):
        assert measure(order, [value**3 for value in order]) == pytest.approx(1)
        assert measure(order, order[::-1]) == pytest.approx(-1)


def test_a_worked_example() -> None:
    one, other = [1.0, 2.0, 3.0, 4.0, 5.0], [3.0, 4.0, 1.0, 2.0, 5.0]
    assert kendall(one, other) == pytest.approx(0.2)  # 6 pairs agree, 4 do not
    assert spearman(one, other) == pytest.approx(1 - 6 * 16 / 120)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("levels", [3, 1000])
def test_with_and_without_ties_it_is_what_scipy_finds(seed: int, levels: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    one, other = drawn(seed, 25, levels)
    assert kendall(one, other) == pytest.approx(stats.kendalltau(one, other).statistic)
    assert spearman(one, other) == pytest.approx(stats.spearmanr(one, other).statistic)


def test_values_that_are_all_equal_are_in_no_order() -> None:
    assert kendall([1, 1, 1], [1, 2, 3]) is None
    assert spearman([1, 2, 3], [4, 4, 4]) is None
    assert rank_correlation([1, 1, 1], [1, 2, 3], 0) is None


def test_fewer_than_three_pairs_are_no_correlation_and_lists_have_one_length() -> None:
    assert rank_correlation([1, 2], [1, 2], 0) is None
    with pytest.raises(ValueError, match="got 2 values and 3"):
        rank_correlation([1, 2], [1, 2, 3], 0)


def test_the_interval_shrinks_with_more_networks_and_holds_the_value() -> None:
    few, many = (rank_correlation(*drawn(1, count, 1000), 0) for count in (8, 60))
    assert few is not None
    assert many is not None
    for found in (few, many):
        assert found.low <= found.value <= found.high
    assert many.high - many.low < (few.high - few.low) / 2
    assert (few.pairs, many.pairs) == (8, 60)


def test_unrelated_orders_are_seldom_told_from_nothing() -> None:
    chance, told = Chance(5), 0
    for seed in range(60):
        one, other = ([chance.uniform() for _ in range(20)] for _ in range(2))
        found = rank_correlation(one, other, seed)
        assert found is not None
        told += not found.low <= 0 <= found.high
    assert told <= 9  # 3 expected
