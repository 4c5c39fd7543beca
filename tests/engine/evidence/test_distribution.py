from __future__ import annotations

from math import log, sqrt

import pytest

from nas_engine.chance import Chance
from nas_engine.evidence import band, error_distribution, figures


def test_the_curve_steps_by_how_many_have_each_error() -> None:
    found = error_distribution([0.9, 0.7, 0.9, 0.5])
    assert found.errors == pytest.approx((0.1, 0.3, 0.5))
    assert found.shares == (0.5, 0.75, 1.0)
    assert [found.at(error) for error in (0.05, 0.2, 0.3001, 0.9)] == [0.0, 0.5, 0.75, 1.0]


def test_the_band_is_dvoretzky_s_and_stays_among_shares() -> None:
    half = sqrt(log(40) / 8)
    assert band(4) == pytest.approx(half)
    assert [round(band(count), 2) for count in (20, 100)] == [0.30, 0.14]
    found = error_distribution([0.9, 0.7, 0.9, 0.5])
    assert found.low == pytest.approx((0, 0.75 - half, 1 - half))
    assert found.high == pytest.approx((1, 1, 1))


def test_the_whole_curve_lies_in_the_band_at_least_as_often_as_it_says() -> None:
    chance, inside = Chance(0), 0
    for _ in range(300):
        found = error_distribution([1 - chance.uniform() for _ in range(20)], level=0.8)
        ends = zip(found.errors, (0.0, *found.shares), found.shares, strict=False)
        furthest = max(max(abs(error - before), abs(error - after)) for error, before, after in ends)
        inside += furthest <= band(20, 0.8)
    assert inside / 300 >= 0.8


def test_no_score_has_no_distribution() -> None:
    with pytest.raises(ValueError, match="at least one score"):
        error_distribution([])


def test_the_figures_are_mean_median_and_best() -> None:
    found = figures([0.1, 0.2, 0.9], 0)
    assert [one.value for one in (found.mean, found.median, found.best)] == pytest.approx([0.4, 0.2, 0.9])
    for one in (found.mean, found.median, found.best):
        assert 0.1 <= one.low <= one.value <= one.high <= 0.9
