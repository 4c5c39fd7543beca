"""Launchers as processes, on free ports and in folders of their own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webapp.processes import ROOT, Broker, database_url

PATIENCE = 120.0  # seconds; a guard against hanging
OURS = ("DATABASE_URL", "REDIS_URL", "VAR_DIR", "PORT", "HOST", "DEVICES", "DEVICE", "NODE", "DJANGO_SETTINGS_MODULE")


def processes() -> dict[int, tuple[int, str]]:
    """Parent and command of every process that is not a mere remainder, by number."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(maxsplit=3) for line in listed.splitlines()]
    return {int(row[0]): (int(row[1]), row[3]) for row in rows if len(row) == 4 and not row[2].startswith("Z")}


def below(pid: int) -> dict[int, str]:
    """The commands of all that a process has started, and that those have."""
    everyone = processes()
    found: dict[int, str] = {}
    parents = {pid}
    while parents:
        fresh = {child: args for child, (parent, args) in everyone.items() if parent in parents and child not in found}
        found |= fresh
        parents = set(fresh)
    return found


def alive(pid: int) -> bool:
    return pid in processes()


class Launched:
    """A launcher, and what it has said so far."""

    def __init__(self, module: str, **variables: object) -> None:
        env = {name: value for name, value in os.environ.items() if name not in OURS}
        env |= {"DEVICES": "cpu", **{name: str(value) for name, value in variables.items()}}
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=env,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.said: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(self.process.stdout)

    @property
    def output(self) -> str:
        return "".join(self.said)

    def hears(self, pattern: str) -> re.Match[str]:
        """Wait for it to say so."""
        return self.until(lambda: re.search(pattern, self.output, flags=re.MULTILINE), pattern)

    def until(self, found: object, what: str) -> object:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if got := found():
                return got
            if self.process.poll() is not None:
                self._reader.join(10)
                if got := found():
                    return got
                break
            time.sleep(0.1)
        pytest.fail(f"waited for {what}\n{self.output}")

    def pids(self, part: str) -> list[int]:
        """Its processes whose command has this part, oldest first."""
        return sorted(pid for pid, args in below(self.process.pid).items() if part in args)

    def working(self) -> None:
        """Wait until each Celery worker has its child."""
        self.until(lambda: len(self.pids("celery --quiet")) >= 4, "two workers with a child each")

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        self.send(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(10)
        return code

    def clear(self) -> None:
        """After a test: by SIGKILL what still runs."""
        left = [*below(self.process.pid), self.process.pid] if self.process.poll() is None else []
        for pid in reversed(left):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def launched() -> Iterator[type[Launched]]:
    """Starts launchers, and clears up after the test."""
    made: list[Launched] = []

    class Kept(Launched):
        def __init__(self, *arguments: str, **variables: object) -> None:
            super().__init__(*arguments, **variables)
            made.append(self)

    yield Kept
    for one in made:
        one.clear()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A Redis on a free port."""
    server = Broker(tmp_path)
    yield server.url
    server.stop()


@pytest.fixture
def database(transactional_db: None) -> str:  # noqa: ARG001 - it has to be there
    """The address of the test's database, for other processes."""
    return database_url()
