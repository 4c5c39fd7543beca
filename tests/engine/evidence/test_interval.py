from __future__ import annotations

import numpy as np
import pytest

from nas_engine.chance import Chance
from nas_engine.evidence import bootstrap
from nas_engine.evidence.interval import Samples, percentiles, resampled, times


def mean(drawn: Samples) -> Samples:
    return np.asarray(drawn.mean(axis=1))


def test_the_interval_of_a_mean_is_as_wide_as_its_standard_error_says() -> None:
    values = [i / 99 for i in range(100)]
    error = float(np.std(values)) / 10
    found = bootstrap(mean, values, 0)
    assert found.value == pytest.approx(0.5)
    assert found.low == pytest.approx(0.5 - 1.96 * error, abs=0.05 * error * 2)
    assert found.high == pytest.approx(0.5 + 1.96 * error, abs=0.05 * error * 2)


def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    chance = Chance(1)
    held = 0
    for seed in range(200):
        drawn = [chance.uniform() for _ in range(30)]
        found = bootstrap(mean, drawn, seed, level=0.9)
        held += found.low <= 0.5 <= found.high
    assert 165 <= held <= 193  # 180 expected, a little fewer for so few values


def test_equal_values_leave_no_doubt_and_the_same_seed_the_same_interval() -> None:
    alone = bootstrap(mean, [0.25] * 7, 0)
    assert (alone.value, alone.low, alone.high) == (0.25, 0.25, 0.25)
    values = [i**2 / 101 for i in range(10)]
    assert bootstrap(mean, values, 3) == bootstrap(mean, values, 3) != bootstrap(mean, values, 4)


def test_an_extreme_never_reaches_beyond_what_was_seen() -> None:
    found = bootstrap(lambda drawn: np.asarray(drawn.max(axis=1)), [0.1, 0.5, 0.9], 0)
    assert found.value == found.high == 0.9


def test_nothing_has_no_interval() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        bootstrap(mean, [], 0)


def test_how_often_each_was_drawn_is_of_the_same_draws() -> None:
    drawn, counted = resampled(5, 2, 50), times(5, 2, 50)
    assert counted.sum(axis=1).tolist() == [5.0] * 50
    for row, counts in zip(drawn, counted, strict=True):
        assert np.bincount(row, minlength=5).tolist() == counts.tolist()


def test_percentiles_leave_half_of_the_rest_on_each_side() -> None:
    assert percentiles(np.arange(101.0), 0.8) == pytest.approx((10, 90))
