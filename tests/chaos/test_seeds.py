"""A few seeds of the suite, as `make chaos` plays them: what CI sees of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.chaos.ground import Ground
from tests.chaos.postgres import binaries
from tests.chaos.schedule import schedule

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("chaos")]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    # pytest's own folders are closed to PostgreSQL's user
    with TemporaryDirectory(prefix="chaos-") as folder, Ground(Path(folder)) as made:
        yield made


@pytest.mark.parametrize(
    "seed", [17, pytest.param(10, marks=pytest.mark.slow), pytest.param(35, marks=pytest.mark.slow)]
)
def test_nothing_is_lost_on_sqlite(seed: int, ground: Ground) -> None:
    assert ground.play(schedule(seed, "sqlite"))["wrong"] == []


@pytest.mark.parametrize("seed", [12])
def test_nothing_is_lost_on_postgresql(seed: int, ground: Ground) -> None:
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        pytest.skip("asked for by a DATABASE_URL that names PostgreSQL; `make chaos` starts one of its own")
    if binaries() is None:
        pytest.skip("there is no PostgreSQL to start on this machine")
    assert ground.play(schedule(seed, "postgresql"))["wrong"] == []
