"""`make worker`: devices, names, a soft stop, what a killed worker held."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.launch.conftest import Launched, alive
from tests.webapp.processes import free_port
from webapp.celery import app
from webapp.runs.models import Run, Work
from webapp.runs.services.control import start_run
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study

WORKER = "webapp.launch.worker"
NODE = f"{socket.gethostname()}/cpu"
pytestmark = pytest.mark.xdist_group("launch")


@pytest.fixture
def endless(tiny: Study) -> Study:
    """A study whose first training takes longer than any test."""
    tiny.recipe["pipeline"][0]["trainer"]["generations"] = 5000
    tiny.recipe["budget"]["search"] = {"evaluations": 1_000_000}
    tiny.save()
    return tiny


@pytest.fixture
def variables(broker: str, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """For a worker on the test's rows that leaves its Work of itself neither at a slice's end nor at a lease's."""

    def send(name: str, identity: str) -> None:  # the application itself keeps the connection of an earlier test
        with app.connection_for_write(broker) as connection:
            app.send_task(name, [identity], connection=connection)

    monkeypatch.setattr("webapp.queueing._send", send)
    return {
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "VAR_DIR": tmp_path,
        "CHECKPOINT_SECONDS": 3600,
        "SLICE_SECONDS": 3600,
        "LEASE_SECONDS": 3600,
        "HEARTBEAT_SECONDS": 0.2,
        "GRACE_SECONDS": 3600,
    }


def in_training(worker: Launched, run: Run, attempt: int) -> Work:
    """The training, once that attempt at it is under way. A sweeper is at work, as always: a message may have been lost."""
    training = run.works.filter(status=Work.Status.RUNNING, attempt=attempt, progress__has_key="done")
    found = worker.until(lambda: sweep() and training.first(), f"attempt {attempt} in training")
    assert isinstance(found, Work)
    return found


def holds_torch(pid: int) -> bool:
    return "libtorch" in Path(f"/proc/{pid}/maps").read_text()


def main_and_child(worker: Launched) -> tuple[int, int]:
    main, child = worker.pids("-Q device")
    return main, child


def test_a_worker_that_is_told_to_stop_hands_its_work_back_at_once(
    endless: Study, variables: dict[str, Any], launched: type[Launched]
) -> None:
    """Its lease, slice and grace are long: only the soft stop can end it like this."""
    worker = launched(WORKER, **variables)
    run = start_run(endless)
    work = in_training(worker, run, 1)
    assert work.owner == NODE
    assert work.checkpoint is None
    main, child = main_and_child(worker)
    assert holds_torch(child)
    assert not holds_torch(main)
    assert worker.end(signal.SIGTERM) == 0
    work.refresh_from_db()
    assert (work.status, work.owner, work.deaths, work.attempt) == (Work.Status.QUEUED, "", 0, 1)
    assert work.checkpoint is not None
    assert not alive(main)
    assert not alive(child)
    assert "KILL" not in worker.output


@pytest.mark.slow
def test_the_work_of_a_worker_that_is_killed_is_taken_up_by_its_next_life(
    endless: Study, variables: dict[str, Any], launched: type[Launched]
) -> None:
    """The lease is an hour, nobody sweeps: only the name can give the Work back. First the child dies, then all."""
    worker = launched(WORKER, **variables)
    run = start_run(endless)
    in_training(worker, run, 1)
    main, child = main_and_child(worker)
    os.kill(child, signal.SIGKILL)
    work = in_training(worker, run, 2)
    assert (work.deaths, work.owner) == (1, NODE)
    assert alive(main)
    worker.send(signal.SIGKILL)
    worker.process.wait(60)

    worker = launched(WORKER, **variables)
    work = in_training(worker, run, 3)
    assert (work.deaths, work.owner) == (2, NODE)


@pytest.mark.slow
def test_a_worker_that_takes_nothing_is_started_again(
    endless: Study, variables: dict[str, Any], launched: type[Launched]
) -> None:
    """One that is up and hears nothing is made by stopping its main process."""
    worker = launched(WORKER, **{**variables, "WATCHDOG_SECONDS": 4, "GRACE_SECONDS": 1})
    worker.working()
    main, _ = main_and_child(worker)
    os.kill(main, signal.SIGSTOP)
    run = start_run(endless)
    worker.hears("^worker-cpu takes nothing though there is work: it is started again$")
    worker.hears(r"^worker-cpu ended \(SIGKILL\)")
    in_training(worker, run, 1)
    assert main not in main_and_child(worker)


def test_a_second_launcher_cannot_have_a_worker_of_the_same_name(
    variables: dict[str, Any], launched: type[Launched]
) -> None:
    first = launched(WORKER, **variables)
    first.hears("^Workers: ")
    second = launched(WORKER, **variables)
    assert second.process.wait(60) == 1
    second.hears(rf"^A worker {socket.gethostname()}/\w+ already runs on this VAR_DIR \(process {first.process.pid}\)")


def test_a_worker_without_tables_or_redis_says_so(
    variables: dict[str, Any], launched: type[Launched], tmp_path: Path
) -> None:
    without = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite'}",
        "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
    }
    for name, word in (("DATABASE_URL", "migrate"), ("REDIS_URL", "does not answer")):
        made = launched(WORKER, **{**variables, name: without[name]})
        assert made.process.wait(60) == 1
        made.hears(word)
        assert made.output.count("\n") == 1
