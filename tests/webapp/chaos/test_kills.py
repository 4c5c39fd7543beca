"""Real workers killed at exact points: main, child, or both. The run ends as if nothing had happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.webapp.chaos.harness import is_unharmed, over, until
from tests.webapp.processes import Workers
from webapp.runs.services.control import start_run
from webapp.studies.models import Study

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("tiny")]

KILLS = [
    "mid-step",
    "after an event flush",
    "after a checkpoint file, before its pointer",
    "after a result, before it is written",
    "after a result is written, before it is told",
    "after a decision, before its messages",
    "during export",
]
QUICK = {("mid-step", "kill child")}  # mains are killed by the seed of tests/chaos that every test run plays
MATRIX = [
    pytest.param(point, deed, marks=() if (point, deed) in QUICK else pytest.mark.slow, id=f"{deed}, {point}")
    for point in KILLS
    for deed in ("kill main", "kill child", "kill both")
]


@pytest.mark.usefixtures("sweeper")
@pytest.mark.parametrize(("point", "deed"), MATRIX)
def test_a_run_whose_worker_is_killed_ends_as_the_undisturbed_one(
    point: str, deed: str, tiny: Study, injected: Workers, mark: Path
) -> None:
    injected.start(CHAOS_POINT=point, CHAOS_DEED=deed)
    run = start_run(tiny)
    until(mark.exists, "the kill", injected.log)
    if deed != "kill child":  # the main process itself begins another child
        injected.start()
    until(lambda: over(run), "the end of the run", injected.log)
    is_unharmed(run)


@pytest.mark.slow
def test_a_sweeper_that_is_killed_between_a_reclaim_and_its_messages_is_replaced(
    tiny: Study, injected: Workers, mark: Path
) -> None:
    injected.start(CHAOS_POINT="mid-step", CHAOS_DEED="kill both")
    run = start_run(tiny)
    until(mark.exists, "the worker's kill", injected.log)
    mark.unlink()
    doomed = injected.sweeper(CHAOS_POINT="after a reclaim, before its messages", CHAOS_DEED="kill both")
    until(mark.exists, "the sweeper's kill", injected.log)
    until(lambda: not doomed.running(), "the sweeper's end")
    injected.start()
    assert not over(run)
    injected.sweeper()
    until(lambda: over(run), "the end of the run", injected.log)
    is_unharmed(run)
