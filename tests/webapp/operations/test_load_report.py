"""The load benchmark tells memory that grows from memory that has grown."""

from __future__ import annotations

import pytest

from benchmarks.load_report import growth

SECONDS = range(90)
MEMORY = {
    "steady": [200.0 for _ in SECONDS],
    "large at once, then steady": [min(500.0, 50.0 * second) for second in SECONDS],
    "leaks": [100.0 + 10.0 * second for second in SECONDS],
    "one peak": [200.0 if second != 88 else 900.0 for second in SECONDS],
    "too short to say": [1.0, 2.0, 3.0],
}
GROWN = {"steady": 0.0, "large at once, then steady": 0.0, "leaks": 0.29, "one peak": 0.0, "too short to say": 0.0}


def test_growth_is_that_of_the_last_third() -> None:
    seen = {name: [(float(at), mb) for at, mb in enumerate(values)] for name, values in MEMORY.items()}
    assert growth(seen) == pytest.approx(GROWN, abs=0.01)
