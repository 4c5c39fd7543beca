"""A backup is made."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from nas_engine import __version__
from webapp.environment import environment
from webapp.operations.backups import manifest
from webapp.operations.backups.database import snapshot
from webapp.operations.backups.files import Copies, pointed_to
from webapp.operations.backups.manifest import Manifest, measured
from webapp.refusals import Conflict

TRIES = 5  # snapshots; each has to copy only what came since the one before


def make_backup(folder: Path, *, secret_key: bool = False) -> Manifest:
    """Before: a folder that is empty or not there; the studio may run. After: it is a backup, whole as of one moment.

    Raises Conflict for another folder, and for a database whose programs are missing.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} is not empty; name an empty folder, or one that is not there yet")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # it holds digests of passwords, and everybody's data
    copies = Copies(folder / manifest.FILES)
    for _ in range(TRIES):
        with snapshot(folder / manifest.DATABASE):
            applied, paths = MigrationRecorder(connection).applied_migrations(), list(pointed_to())
        if not copies.follow(paths):
            break
    made = Manifest(
        version=__version__,
        made=timezone.now().isoformat(),
        vendor=connection.vendor,
        migrations=tuple(sorted(f"{app}.{name}" for app, name in applied)),
        database=measured(folder / manifest.DATABASE),
        files=dict(sorted(copies.files.items())),
        missing=tuple(sorted(copies.missing)),
        secret_key=secret_key and _keep_secret_key(folder / manifest.SECRET_KEY),
    )
    made.write(folder)
    return made


def _keep_secret_key(target: Path) -> bool:
    """Whether there is one of ours: one that the environment gives is kept where that is."""
    if environment.secret_key:
        return False
    target.touch(mode=0o600)
    shutil.copyfile(environment.var_dir / "secret_key", target)
    return True
