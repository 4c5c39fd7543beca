"""A worker that stands still for longer than its lease, and then goes on as if nothing had been."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from django.db import connection

from tests.webapp.chaos.harness import is_unharmed, over, picture, until
from tests.webapp.processes import Workers
from webapp.runs.services.control import start_run
from webapp.studies.models import Study

pytestmark = [pytest.mark.timeout(900), pytest.mark.xdist_group("tiny")]

STOPS = [
    "after a checkpoint file, before its pointer",
    pytest.param("before an event flush", marks=pytest.mark.slow),
    pytest.param("after a result, before it is written", marks=pytest.mark.slow),
]


@pytest.mark.usefixtures("sweeper")
@pytest.mark.parametrize("point", STOPS)
def test_a_worker_that_was_stopped_past_its_lease_writes_nothing_when_it_goes_on(
    point: str, tiny: Study, injected: Workers, mark: Path
) -> None:
    stopped = injected.start(CHAOS_POINT=point, CHAOS_DEED="stop")
    run = start_run(tiny)
    until(mark.exists, "the stop", injected.log)
    injected.start()
    until(lambda: over(run), "the end of the run", injected.log)
    is_unharmed(run)
    before = picture(run)
    stopped.signal(signal.SIGCONT)
    until(lambda: "is no longer attempt 1's" in injected.log.read_text(), "the fence", injected.log)
    assert picture(run) == before
    is_unharmed(run)


@pytest.mark.slow
@pytest.mark.usefixtures("sweeper")
def test_a_worker_that_was_stopped_within_a_transaction_keeps_its_rows_no_longer_than_its_lease(
    tiny: Study, injected: Workers, mark: Path
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer, and all others wait for it: a machine whose worker is stopped is stopped")
    stopped = injected.start(CHAOS_POINT="within an event flush", CHAOS_DEED="stop")
    run = start_run(tiny)
    until(mark.exists, "the stop", injected.log)
    injected.start()
    until(lambda: over(run), "the end of the run", injected.log)
    is_unharmed(run)
    before = picture(run)
    stopped.signal(signal.SIGCONT)
    until(lambda: "is left to its lease" in injected.log.read_text(), "the end of its transaction", injected.log)
    assert picture(run) == before
