"""A PostgreSQL of the suite's own, on a free port, to be stopped in every way."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from functools import partial
from pathlib import Path

import psycopg

from tests.webapp.processes import listens
from webapp.launch.parentage import die_with

# Nothing outlives the seed, so nothing has to reach the disk; a server that is killed still recovers from its log.
SETTINGS = {"fsync": "off", "listen_addresses": "127.0.0.1", "max_connections": "60", "shared_buffers": "16MB"}


def binaries() -> Path | None:
    """The folder of PostgreSQL's programs, newest version first; None where there are none."""
    known = [Path(found).parent for found in (shutil.which("initdb"),) if found]
    known += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in known if (folder / "postgres").exists()), None)


def _user() -> dict[str, object]:
    """It refuses to run as root: then as its own user, where there is one."""
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam("postgres")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _own(folder: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def make_cluster(folder: Path) -> None:
    """An empty cluster, whose superuser is `postgres` and asks for no password."""
    programs = binaries()
    assert programs is not None
    folder.mkdir()
    _own(folder)
    command = [programs / "initdb", "-D", folder, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(
        [*command, "--locale=C"],
        cwd="/",
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=300,
        **_user(),  # type: ignore[call-overload]
    )


def copy_cluster(source: Path, target: Path) -> None:
    """Of a cluster that is stopped."""
    subprocess.run(["cp", "-a", source, target], check=True, timeout=300)


def address(port: int) -> str:
    return f"postgres://postgres@127.0.0.1:{port}/postgres"


class Postgres:
    """The server of a cluster. It comes back at the same address."""

    def __init__(self, cluster: Path, port: int) -> None:
        self._cluster, self._port = cluster, port
        self.url = address(port)
        self.start()

    def start(self) -> None:
        programs = binaries()
        assert programs is not None
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [programs / "postgres", "-D", self._cluster, "-p", str(self._port), "-k", self._cluster, *settings]
        with (self._cluster.parent / "postgres.log").open("a") as log:
            self._server = subprocess.Popen(
                command,
                cwd="/",
                stdout=log,
                stderr=log,
                preexec_fn=partial(die_with, os.getpid()),
                **_user(),  # type: ignore[call-overload]
            )
        assert listens(self._port, self._server), "PostgreSQL did not start"
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """It listens before it has recovered; the deadline is a hang guard."""
        deadline = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self.url).close()
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "PostgreSQL did not recover"
                time.sleep(0.1)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT: connections are cut, all is written; SIGQUIT: as if it had crashed."""
        self._server.send_signal(how)
        self._server.wait(60)

    @property
    def up(self) -> bool:
        return self._server.poll() is None

    def cut(self) -> int:
        """End every other connection; how many there were."""
        with psycopg.connect(self.url, autocommit=True) as own:
            ended = own.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
            )
            return len(ended.fetchall())
