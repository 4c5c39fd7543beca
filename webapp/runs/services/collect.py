"""Files that nothing needs any more: what a kill left behind, and checkpoints that nobody can go on from.

Only what is old is touched (`orphan_seconds`): a file is written before its row, and its row before what points to it. Only
folders of runs that have a row are looked into: another database on the same folder costs nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from nas_engine.run import Checkpoint, Stored
from nas_engine.wire import read
from webapp.environment import environment
from webapp.file_clock import file_clock
from webapp.runs.models import Artifact, DeletedRun, Run, Work
from webapp.runs.services.delete import remove_files
from webapp.runs.state import POINTER
from webapp.runs.store import CHECKPOINT, STATE, RunStore

log = logging.getLogger(__name__)

CHUNK = 200  # runs a query
WELL = (Run.Status.FINISHED, Run.Status.INFEASIBLE)  # nothing of them is tried again


def collect() -> int:
    """Remove what is not needed; how many files. Any number of sweepers may."""
    _finish_deletions()
    now = file_clock(Path(settings.FILES))
    return _loose(now) + sum(_rowless(runs, now) for runs in _folders())


def _finish_deletions() -> None:
    """A row goes once its folder was still gone after a while: a worker that was on the run may have written once more."""
    past = Now() - timedelta(seconds=environment.orphan_seconds)
    for row in DeletedRun.objects.all()[:CHUNK]:
        if remove_files(row.pk):
            DeletedRun.objects.filter(pk=row.pk, deleted__lt=past).delete()


def _loose(now: float) -> int:
    """Checkpoints that no Work points to or whose run has ended well, and states that no run points to."""
    loose = Artifact.objects.filter(Q(key__endswith=CHECKPOINT) | Q(key__startswith=STATE))
    count = 0
    for run in Run.objects.filter(pk__in=loose.values("run")).only("status"):
        if run.status in WELL:
            Work.objects.filter(run=run, checkpoint__isnull=False).update(checkpoint=None)
        files, held = list(loose.filter(run=run)), _pointers(run)
        for row in files:
            stored = Stored(row.key, row.sha256)
            if stored not in held and _old(Path(settings.FILES) / row.file, now):
                count += _dropped(run.pk, stored)
    return count


def _dropped(run: uuid.UUID, stored: Stored) -> int:
    try:
        RunStore(run).drop(stored)
    except OSError as error:  # without its row it is found again
        log.warning("could not remove %s of run %s: %s", stored.key, run, error)
        return 0
    return 1


def _pointers(run: Run) -> set[Stored]:
    """What the run's rows point to, beside results."""
    checkpoints = Work.objects.filter(run=run, checkpoint__isnull=False).values_list("checkpoint", flat=True)
    states: Any = Run.objects.filter(pk=run.pk).values_list(f"state__{POINTER}", flat=True)
    found = {read(Stored, pointer) for pointer in states if pointer is not None}
    return found.union(*(read(Checkpoint, pointer).files for pointer in checkpoints))


def _folders() -> Iterator[dict[str, Path]]:
    """The folders of runs that have a row, by the run's id, some at a time."""
    try:
        entries = iter(sorted(Path(settings.FILES).iterdir()))
    except OSError:
        return  # no run has written yet
    while some := list(islice(entries, CHUNK)):
        ids = {path.name: path for path in some if _is_id(path.name)}
        known = Run.objects.filter(pk__in=ids).values_list("pk", flat=True)
        yield {str(pk): ids[str(pk)] for pk in known}


def _rowless(folders: dict[str, Path], now: float) -> int:
    """Remove files without a row, temporary ones of a writer that was killed among them."""
    old = [file for folder in folders.values() for file in _files(folder) if _old(file, now)]
    if not old:
        return 0
    known = set(Artifact.objects.filter(run__in=list(folders)).values_list("file", flat=True))
    count = 0
    for file in old:
        if str(file.relative_to(settings.FILES)) not in known and _old(file, now):  # a retry may have written it anew
            count += _removed(file)
    return count


def _files(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_file()]
    except OSError:  # deleted meanwhile
        return []


def _old(file: Path, now: float) -> bool:
    """One that is not there counts as old: what points to it is loose too."""
    try:
        return now - file.stat().st_mtime > environment.orphan_seconds
    except OSError:
        return True


def _removed(file: Path) -> int:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("could not remove %s: %s", file, error)
        return 0
    return 1


def _is_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False
