"""Every command and health check of the images, run here with the environment that the compose file gives it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.docker.recipe import ROOT, example, services, stages
from tests.webapp.processes import Broker, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
LONG_RUNNING = ("web", "sweeper", "worker-short", "worker-cpu")
SIGTERM = -15
PATIENCE = 180.0  # seconds; a guard against hanging


class Service:
    """One service of the compose file, on this machine: its addresses and folders are exchanged, and nothing else."""

    def __init__(self, name: str, folder: Path, redis: str, port: int) -> None:
        secrets = dict.fromkeys(("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"), "a-secret")
        self.name, self._folder, self._port = name, folder, port
        self._service = services({**example(), **secrets})[name]
        self._stage = stages()[self._service["build"]["target"]]
        image = {key: value for key, value in self._stage.env.items() if key != "PATH"}
        here = {"DATABASE_URL": f"sqlite:///{folder}/studio.sqlite", "REDIS_URL": redis, "VAR_DIR": str(folder)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        self.env = {**image, **self._service["environment"], **here, "PORT": str(port), "PATH": path}
        self.grace = float(self._service["stop_grace_period"].removesuffix("s"))
        self.process: subprocess.Popen[bytes] | None = None

    def _here(self, command: list[str]) -> list[str]:
        return [part.replace("/tmp/", f"{self._folder}/").replace("8000", str(self._port)) for part in command]

    @property
    def command(self) -> list[str]:
        return self._here(self._service.get("command") or self._stage.command)

    def start(self) -> None:
        with (self._folder / f"{self.name}.log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def log(self) -> str:
        return (self._folder / f"{self.name}.log").read_text()[-3000:]

    def healthy(self) -> bool:
        test = self._service.get("healthcheck", {}).get("test", ["CMD", *self._stage.health])
        command = ["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]
        done = subprocess.run(
            self._here(command), cwd=ROOT, env=self.env, capture_output=True, timeout=120, check=False
        )
        return done.returncode == 0

    def wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.healthy():
            assert self.process is not None
            assert self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.5)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[dict[str, Service]]:
    """Migrated, and all that stays running started."""
    redis, port = Broker(tmp_path), free_port()
    made = {name: Service(name, tmp_path, redis.url, port) for name in ("migrate", *LONG_RUNNING)}
    first = made.pop("migrate")
    try:
        subprocess.run(first.command, cwd=ROOT, env=first.env, check=True, capture_output=True, timeout=300)
        for service in made.values():
            service.start()
        yield made
    finally:
        for service in made.values():
            if service.process is not None and service.process.poll() is None:
                service.process.kill()
                service.process.wait(10)
        redis.stop()


def test_every_service_becomes_well_says_when_it_is_not_and_stops_softly_within_its_grace(
    started: dict[str, Service], capsys: Any
) -> None:
    for service in started.values():
        service.wait()
    took = {}
    for service in started.values():
        assert service.process is not None
        began = time.monotonic()
        service.process.terminate()
        code = service.process.wait(service.grace)
        took[service.name] = round(time.monotonic() - began, 2)
        assert code in (0, SIGTERM), service.log()
        assert "Traceback" not in service.log()
    assert not started["web"].healthy()
    with capsys.disabled():
        print(f"\nseconds from SIGTERM to the end: {took}")
