"""A backup becomes the studio."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from webapp.datasets.models import Upload
from webapp.environment import environment
from webapp.launch.lock import Held
from webapp.operations.backups import manifest
from webapp.operations.backups.database import put_back
from webapp.operations.backups.manifest import Copied, Manifest, measured, read_manifest
from webapp.refusals import Conflict
from webapp.runs.models import Work, Worker


def restore_backup(folder: Path, *, replace: bool = False) -> Manifest:
    """Before: the studio is stopped, and empty unless it is to be replaced. After: it is as the backup says, and up to date.

    Everything is verified before anything is written. Raises Conflict for what is no whole backup, or of another kind of
    database, or of a newer version, and for a studio that is not empty; CannotStart for one that runs.
    """
    held = Held(environment.var_dir, "launch", "The studio runs ({by}); stop it, then restore.")
    try:
        found = read_manifest(folder)
        _refuse_foreign(found)
        _refuse_torn(folder, found)
        if not replace and (what := _holds()):
            raise Conflict(
                f"the studio holds {what}; restore into an empty one, or say --replace to lose what it holds"
            )
        _put_files(folder, found)
        put_back(folder / manifest.DATABASE)
        call_command("migrate", interactive=False, verbosity=0)
        _let_go()
        if found.secret_key:
            _put_secret_key(folder / manifest.SECRET_KEY)
        return found
    finally:
        held.release()


def _refuse_foreign(found: Manifest) -> None:
    if found.vendor != connection.vendor:
        raise Conflict(
            f"the backup is of {found.vendor}, and DATABASE_URL names {connection.vendor}; name one of its kind"
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    newer = sorted(set(found.migrations) - known)
    if newer:
        raise Conflict(f"the backup is of a newer version ({found.version}, with {newer[0]}); install that one first")


def _refuse_torn(folder: Path, found: Manifest) -> None:
    below = (folder / manifest.FILES).resolve()
    wanted = {folder / manifest.DATABASE: found.database}
    for name, copied in found.files.items():
        if not (below / name).resolve().is_relative_to(below):
            raise Conflict(f"the backup names {name!r}, which leads out of it; it was not made by this command")
        wanted[below / name] = copied
    for path, copied in wanted.items():
        if _found(path) != copied:
            raise Conflict(f"{path} is missing or not what was written; take another backup")


def _found(path: Path) -> Copied | None:
    try:
        return measured(path)
    except FileNotFoundError:
        return None


def _holds() -> str:
    """What would be lost; nothing where the studio is empty."""
    if "accounts_user" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from accounts_user")
            (users,) = cursor.fetchone()
        if users:
            return f"{users} users in its database"
    files = Path(settings.FILES)
    return f"files in {files}" if files.exists() and any(files.iterdir()) else ""


def _put_files(folder: Path, found: Manifest) -> None:
    """Beside those that are there, then in their place."""
    files = Path(settings.FILES)
    fresh, old = files.with_name(f"{files.name}.restored"), files.with_name(f"{files.name}.replaced")
    for path in (fresh, old):
        shutil.rmtree(path, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name in found.files:
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / manifest.FILES / name, fresh / name)
    if files.exists():
        files.rename(old)
    fresh.rename(files)
    shutil.rmtree(old, ignore_errors=True)


def _let_go() -> None:
    """Nobody is at anything here: what was being done is queued at its last checkpoint, and counts as no death."""
    again = {"owner": "", "heartbeat": None, "queued": timezone.now()}
    Work.objects.filter(status=Work.Status.RUNNING).update(status=Work.Status.QUEUED, **again)
    Upload.objects.filter(status=Upload.Status.CHECKING).update(status=Upload.Status.QUEUED, **again)
    Worker.objects.all().delete()


def _put_secret_key(source: Path) -> None:
    target = environment.var_dir / "secret_key"
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)
    shutil.copyfile(source, target)
