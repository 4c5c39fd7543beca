"""What is promised of the whole studio, with its seconds. Runs in `make acceptance`; prints its figures."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.webapp.launch.conftest import Launched
from tests.webapp.processes import ROOT, free_port
from webapp.environment import environment

pytestmark = pytest.mark.slow
REACH = 5.0  # seconds in which what a person asks reaches the device
TAKEN_UP = 90.0  # seconds from a worker's death until another is at its work

LONG: dict[str, Any] = {  # a training of many minutes, then a search that needs its supernet
    "version": 1,
    "name": "long",
    "seed": 1,
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "skeleton": "tiny", "operators": ["mb3_e2", "mb5_e2", "skip"]},
    "pipeline": [
        {"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 1_000_000, "batch": 31}},
        {
            "kind": "search",
            "strategy": {"kind": "random", "draws": 4},
            "estimator": {"kind": "shared_weights", "calibration": 1},
        },
    ],
}


class Studio:
    """A studio that runs, asked over REST with its first token."""

    def __init__(self, launcher: Launched) -> None:
        self.launcher = launcher
        launcher.hears("^Spacewright is at")
        self.address = launcher.hears(r"address +(http\S+?)/?$")[1]
        self.token = launcher.hears(r"token +(\S+)$")[1]
        headers = {"Authorization": f"Bearer {self.token}"}
        self.api = httpx.Client(base_url=f"{self.address}/api/v1", headers=headers, timeout=60)

    def submit(self, recipe: dict[str, Any]) -> str:
        """The address of the first run."""
        study = self.api.post("/studies/", json={"recipe": recipe}).raise_for_status().json()
        return f"/runs/{study['runs'][0]['id']}"

    def get(self, path: str) -> Any:
        return self.api.get(path).raise_for_status().json()

    def kinds(self, run: str) -> list[str]:
        return [event["kind"] for event in self.get(f"{run}/events/")["events"]]

    def busy(self, run: str) -> bool:
        """Whether a device is at it, and has come some way."""
        return any(gauge.get("done", 0) > 0 for gauge in self.get(f"{run}/snapshot/")["gauges"])


def seconds_until(true: Callable[[], bool], most: float = 120.0) -> float:
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < most, "waited in vain"
        time.sleep(0.05)
    return time.monotonic() - began


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    launcher = Launched("webapp.launch", VAR_DIR=tmp_path / "var", PORT=free_port())
    yield Studio(launcher)
    launcher.clear()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Studio]:
    """A studio with two workers on the CPU."""
    launcher = Launched("webapp.launch", VAR_DIR=tmp_path / "var", PORT=free_port(), DEVICES="cpu,cpu")
    yield Studio(launcher)
    launcher.send(signal.SIGCONT)
    launcher.clear()


class Rows:
    """The one piece of work that is being done, as the database has it: REST says neither attempt nor owner."""

    def __init__(self, var: Path) -> None:
        self._file = var / "spacewright.sqlite"

    def held(self) -> tuple[str, int] | None:
        """By whom, in which attempt; once its worker has come some way."""
        asked = "select owner, attempt, progress from runs_work where status = 'running'"
        with closing(sqlite3.connect(self._file, timeout=60)) as database:
            rows = [(owner, attempt) for owner, attempt, progress in database.execute(asked) if '"done"' in progress]
        return rows[0] if rows else None

    def wait(self, true: Callable[[tuple[str, int]], bool]) -> tuple[tuple[str, int], float]:
        """What is held once it is as wanted, and the seconds until then."""
        seen: list[tuple[str, int]] = []

        def so() -> bool:
            seen[:] = [held] if (held := self.held()) else []
            return bool(seen) and true(seen[0])

        seconds = seconds_until(so, 300.0)
        return seen[0], seconds


def test_the_work_of_a_worker_that_is_killed_is_done_by_another_within_ninety_seconds(
    pair: Studio, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """With the default lease. Its launcher stands still, as if its machine were gone: nobody starts that worker again."""
    assert environment.lease_seconds == 30.0
    rows = Rows(tmp_path / "var")
    pair.submit(LONG)
    (owner, attempt), _ = rows.wait(lambda held: held[1] == 1)
    label = owner.rpartition("/")[2]
    pair.launcher.send(signal.SIGSTOP)
    doomed = pair.launcher.pids(f"-n {label}@")
    assert len(doomed) == 2  # the main process and its child
    for pid in doomed:
        os.kill(pid, signal.SIGKILL)
    (other, again), seconds = rows.wait(lambda held: held[1] > attempt)
    print(f"from a worker's death to its work running again: {seconds:.1f} s")
    record_property("taken up", seconds)
    assert (other != owner, again) == (True, 2)
    assert seconds <= TAKEN_UP


def test_a_worker_that_is_told_to_stop_hands_its_work_back_before_it_is_killed(
    studio: Studio, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """By SIGTERM to the launcher, as at the end of a container: with a checkpoint, and no death."""
    rows = Rows(tmp_path / "var")
    studio.submit(LONG)
    rows.wait(lambda held: held[1] == 1)
    began = time.monotonic()
    assert studio.launcher.end(signal.SIGTERM) == 0
    seconds = time.monotonic() - began
    print(f"from SIGTERM to the end of a studio that was at work: {seconds:.1f} s")
    record_property("drained", seconds)
    with closing(sqlite3.connect(tmp_path / "var" / "spacewright.sqlite")) as database:
        found = database.execute("select status, deaths, owner, checkpoint is not null from runs_work").fetchall()
    assert found == [("queued", 0, "", 1)]
    assert "SIGKILL" not in studio.launcher.output


def test_pause_finish_and_cancel_reach_the_device_within_five_seconds(
    studio: Studio, record_property: Callable[[str, object], None]
) -> None:
    run = studio.submit(LONG)
    seconds_until(lambda: studio.busy(run))
    found: dict[str, float] = {}

    studio.api.post(f"{run}/pause/").raise_for_status()
    found["pause"] = seconds_until(lambda: studio.get(f"{run}/")["shown"] == "paused")
    studio.api.post(f"{run}/resume/").raise_for_status()
    seconds_until(lambda: studio.busy(run))

    studio.api.post(f"{run}/finish/").raise_for_status()
    found["finish"] = seconds_until(lambda: "stage finished" in studio.kinds(run))
    seconds_until(lambda: studio.get(f"{run}/")["status"] == "finished")

    other = studio.submit(LONG)
    seconds_until(lambda: studio.busy(other))
    waiting = studio.submit({**LONG, "seed": 2})  # for the one device
    studio.api.post(f"{other}/cancel/").raise_for_status()
    found["cancel"] = seconds_until(lambda: bool(studio.get(f"{waiting}/snapshot/")["gauges"]))

    print({name: round(value, 2) for name, value in found.items()})
    for name, value in found.items():
        record_property(name, value)
        assert value <= REACH, found


def test_the_rest_example_takes_a_winner_away_and_runs_it(studio: Studio, tmp_path: Path) -> None:
    example = ROOT / "examples" / "rest_quickstart.py"
    assert len(example.read_text().splitlines()) < 25
    env = {**os.environ, "SPACEWRIGHT": studio.address, "SPACEWRIGHT_TOKEN": studio.token}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(example)], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=900, check=False
    )
    print(f"from submit to winner, downloaded and run: {(time.monotonic() - began) / 60:.1f} minutes")
    assert done.returncode == 0, done.stderr[-2000:]
    assert re.search(r"^\('\d', 0\.\d+\)$", done.stdout.splitlines()[-1]), done.stdout[-500:]
    assert (tmp_path / "winner" / "weights.safetensors").stat().st_size > 10_000
