"""The real table of NAS-Bench-201 beside the project; tests that read it are skipped, with the reason, where there is none."""

from __future__ import annotations

import csv
import gzip
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


ZERO_COST = FILE.with_name("nb201_zero_cost_cifar10.csv.gz")


def zero_cost(column: str) -> dict[Architecture, float]:
    """A zero-cost proxy's score of some thousand cells, as published; its rows name cells by the place in the accuracies' table."""
    cells = list(cifar10())  # in the benchmark's order
    if not ZERO_COST.is_file():
        pytest.skip(f"needs {ZERO_COST}, the data folder beside the project")
    with gzip.open(ZERO_COST, "rt") as file:
        return {cells[int(row["index"])]: float(row[column]) for row in csv.DictReader(file)}
