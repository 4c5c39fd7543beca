"""What seeds stand on: databases with their tables made, to be copied, and what each study finds undisturbed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from nas_engine.wire import plain
from tests.chaos.postgres import Postgres, address, make_cluster
from tests.chaos.recipes import STUDIES, Undisturbed, undisturbed
from tests.chaos.schedule import Schedule
from tests.chaos.surroundings import DATABASE
from tests.webapp.processes import ROOT, SHORT, free_port


class Ground:
    """A folder with a template of either database and a process that plays on it, both made when a seed first asks for them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(0o755)  # PostgreSQL's user looks into it
        self._found: dict[str, Undisturbed] = {}
        self._players: dict[str, Player] = {}

    def __enter__(self) -> Ground:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for player in self._players.values():
            player.end()

    @cached_property
    def _sqlite(self) -> Path:
        file = self._folder / "template.sqlite"
        _migrate(f"sqlite:///{file}", self._folder / "template")
        return file

    @cached_property
    def _postgresql(self) -> Path:
        cluster = self._folder / "template-cluster"
        make_cluster(cluster)
        server = Postgres(cluster, free_port())
        _migrate(server.url, self._folder / "template")
        server.stop()
        return cluster

    def _undisturbed(self, name: str) -> Undisturbed:
        """What a study finds, computed once."""
        if name not in self._found:
            self._found[name] = undisturbed(STUDIES[name])
        return self._found[name]

    def play(self, plan: Schedule) -> dict[str, Any]:
        """One schedule, on fresh surroundings; its row. What cannot even be played is wrong."""
        template = self._sqlite if plan.database == "sqlite" else self._postgresql
        asked = {
            "schedule": plain(plan),
            "template": str(template),
            "undisturbed": {name: asdict(self._undisturbed(name)) for name in plan.studies},
        }
        if plan.database not in self._players:
            self._players[plan.database] = Player(self._folder / plan.database, plan.database)
        player = self._players[plan.database]
        answer = player.asked(json.dumps(asked))
        if answer is not None:
            return {**answer, "schedule": plain(plan)}
        del self._players[plan.database]
        said = player.log.read_text()[-2000:]
        failed = {"kind": "unended", "text": f"the seed could not be played: {said}"}
        return {"seed": plan.seed, "database": plan.database, "schedule": plain(plan), "wrong": [failed]}


class Player:
    """The process that plays the seeds of one database, in one folder and on ports of its own."""

    def __init__(self, folder: Path, database: str) -> None:
        folder.mkdir(exist_ok=True)
        self.log = folder.with_suffix(".log")
        own = {
            "DATABASE_URL": f"sqlite:///{folder / DATABASE}" if database == "sqlite" else address(free_port()),
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
            "VAR_DIR": str(folder),
            "SECRET_KEY": "of a studio that lives for a minute",
            "OMP_NUM_THREADS": "1",
        }
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.player"],
                cwd=ROOT,
                env={**os.environ, **SHORT, **own},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def asked(self, question: str) -> dict[str, Any] | None:
        """The row; None where the process ended without one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{question}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        return json.loads(line) if line else None

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)


def _migrate(url: str, folder: Path) -> None:
    env = {**os.environ, "DATABASE_URL": url, "VAR_DIR": str(folder)}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=env, check=True, timeout=600)
