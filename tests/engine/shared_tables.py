"""The real table of NAS-Bench-201 beside the project; tests that read it are skipped, with the reason, where there is none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from nas_engine.architecture import Architecture
from nas_engine.estimators import Table
from nas_engine.spaces import nasbench201, read_cell_string

CELLS = nasbench201()
FILE = Path(__file__).parents[3] / "shared" / "data" / "tables" / "nb201_cifar10.csv.gz"


def cifar10(column: str = "cifar10_test_200") -> dict[Architecture, float]:
    """Accuracy of every cell, in percent."""
    if not FILE.is_file():
        pytest.skip(f"needs {FILE}, the data folder beside the project")
    return _read(column)


@lru_cache(maxsize=4)
def _read(column: str) -> dict[Architecture, float]:
    scores = Table(str(FILE), column, percent=False).scores()
    return {read_cell_string(text, CELLS): score for text, score in scores.items()}
