"""The web server, as a process on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.webapp.processes import ROOT, database_url, free_port, listens


class Web:
    """uvicorn with the whole application."""

    def __init__(self, redis: str, folder: Path, **variables: str) -> None:
        port = free_port()
        own = {"DATABASE_URL": database_url(), "REDIS_URL": redis, "VAR_DIR": str(folder)}
        self._env = {**os.environ, **own, **variables}
        self._port, self.address = port, f"127.0.0.1:{port}"
        self._log = folder / "web.log"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(self._port)]
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [*command, "--log-level", "warning"], cwd=ROOT, env=self._env, stdout=log, stderr=log
            )
        assert listens(self._port, self._process), self.log()

    def log(self) -> str:
        return self._log.read_text()[-5000:]

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)
