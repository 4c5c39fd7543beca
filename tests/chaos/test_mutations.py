"""Every guard carries its load, under real processes: without it its scenario fails, and with it the same one passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos.aimed import AIMED
from tests.chaos.ground import Ground
from tests.chaos.mutations import MUTATIONS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800), pytest.mark.xdist_group("chaos")]

HARM = {  # what is found to be wrong
    "the fence": "fenced_writes",
    "the claim": "fenced_writes",
    "the atomic rename": "torn",
    "the send on commit": "unended",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with Ground(tmp_path_factory.mktemp("ground")) as made:
        yield made


def test_every_mutation_has_its_scenario() -> None:
    assert set(AIMED) == set(MUTATIONS) == set(HARM)


@pytest.mark.parametrize("guard", AIMED)
def test_a_scenario_passes_with_its_guard(guard: str, ground: Ground) -> None:
    row = ground.play(AIMED[guard])
    assert row["wrong"] == []
    assert row["ends"] == {"finished": 1}


@pytest.mark.parametrize("guard", AIMED)
def test_a_scenario_fails_without_its_guard(guard: str, ground: Ground) -> None:
    row = ground.play(replace(AIMED[guard], mutation=guard))
    assert HARM[guard] in {wrong["kind"] for wrong in row["wrong"]}, row
