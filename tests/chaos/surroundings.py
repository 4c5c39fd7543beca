"""What a seed's studio stands in: a folder, a Redis and a database of its own, at the addresses that the environment names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from tests.chaos.postgres import Postgres, copy_cluster
from tests.webapp.processes import Broker

DATABASE = "spacewright.sqlite"


class Surroundings:
    """Made anew for each seed, from the template of a database: a file of SQLite's, or a cluster."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.postgres: Postgres | None = None
        if template.is_dir():
            cluster = folder / "cluster"
            copy_cluster(template, cluster)
            self.postgres = Postgres(cluster, _port("DATABASE_URL"))
        else:
            shutil.copy(template, folder / DATABASE)
        self.broker = Broker(folder, _port("REDIS_URL"))

    def restore(self) -> None:
        """After: the database is up, whatever was done to it."""
        if self.postgres is not None and not self.postgres.up:
            self.postgres.start()

    def clear(self) -> None:
        self.broker.stop()
        if self.postgres is not None:
            self.postgres.stop()


def _port(variable: str) -> int:
    port = urlsplit(os.environ[variable]).port
    assert port is not None
    return port
