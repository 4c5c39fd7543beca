from __future__ import annotations

import pytest

from nas_engine.chance import Chance
from nas_engine.evidence import superiority


def test_it_is_the_share_of_pairs_that_the_first_wins_ties_counted_half() -> None:
    found = superiority([3, 1, 2], [2, 0], 0)
    assert found.value == pytest.approx((2 + 1 + 1.5) / 6)


def test_what_is_always_better_dominates_and_the_other_way_round() -> None:
    good, bad = [0.8 + i / 100 for i in range(10)], [0.5 + i / 100 for i in range(10)]
    assert (superiority(good, bad, 0).value, superiority(good, bad, 0).verdict) == (1.0, "dominates")
    assert superiority(bad, good, 0).verdict == "is dominated"


def test_alike_ones_are_not_distinguishable_nor_are_fewer_than_five() -> None:
    same = [i / 10 for i in range(10)]
    found = superiority(same, same, 0)
    assert found.value == 0.5
    assert found.low < 0.5 < found.high
    assert found.verdict == "not distinguishable"
    assert superiority([9, 8, 7, 6], [1] * 20, 0).verdict == "not distinguishable"
    assert superiority([9, 8, 7, 6, 5], [1] * 20, 0).verdict == "dominates"


def test_equal_spaces_are_told_apart_about_as_seldom_as_the_level_says() -> None:
    chance = Chance(2)
    told = 0
    for seed in range(200):
        one, other = ([chance.uniform() for _ in range(20)] for _ in range(2))
        told += superiority(one, other, seed).verdict != "not distinguishable"
    assert told <= 22  # 10 expected, a few more for a bootstrap of 20


def test_nothing_is_not_compared() -> None:
    with pytest.raises(ValueError, match="got 0 and 1"):
        superiority([], [1.0], 0)
