"""The tiny run, started for real processes, and a sweeper that looks often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.processes import Broker, Sweeper, Workers


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """The file that is there once what was injected has happened."""
    return tmp_path / "happened"


@pytest.fixture
def sweeper(broker: Broker, tmp_path: Path) -> Iterator[Sweeper]:
    made = Sweeper(broker, tmp_path)
    yield made
    made.kill()


@pytest.fixture
def injected(broker: Broker, tmp_path: Path, mark: Path) -> Iterator[Workers]:
    """Workers that hold an injection if they are started with CHAOS_POINT and CHAOS_DEED."""
    made = Workers(broker, tmp_path, "tests.webapp.chaos.injected", CHAOS_MARK=str(mark))
    yield made
    made.kill()
