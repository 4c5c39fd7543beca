"""The queue's workers: they perform tasks, and unpickle nothing but the order to."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.webapp.processes import Broker, Workers
from webapp.celery import app


@pytest.mark.usefixtures("transactional_db")
def test_a_worker_performs_tasks_and_unpickles_nothing_else(broker: Broker, tmp_path: Path) -> None:
    said = tmp_path / "said"
    workers = Workers(broker, tmp_path, app="tests.webapp.pickling", SAID=str(said))
    try:
        worker = workers.start()
        app.send_task("tests.unpickle", ["cposix\nsystem\n(S'true'\ntR."])
        deadline = time.monotonic() + 60  # a guard against hanging
        while not (said.exists() and said.read_text()) and time.monotonic() < deadline:
            assert worker.running(), workers.log.read_text()
            time.sleep(0.1)
        assert "a pickle wants posix.system" in said.read_text()
    finally:
        workers.kill()
