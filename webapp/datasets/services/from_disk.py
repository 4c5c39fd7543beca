"""Data from the server's own disk, by the same way as an upload."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from webapp.accounts.models import Team
from webapp.datasets.models import DatasetVersion, Upload
from webapp.datasets.services.check import check_upload
from webapp.datasets.services.uploads import Announced, Announcement, announce, drop_upload
from webapp.datasets.store import original_folder, size_of
from webapp.refusals import Refused


@dataclass(frozen=True)
class OnDisk:
    """What to bring in: archives or folders, which are copied."""

    team: Team
    name: str
    train: Path
    test: Path | None = None
    side: int | None = None


def import_data(asked: OnDisk) -> DatasetVersion:
    """Copy, check and pack. After: a version, or nothing at all and a Refused that says why."""
    given = {"train": asked.train} | ({} if asked.test is None else {"test": asked.test})
    for path in given.values():
        if not path.exists():
            raise Refused(f"{path} is not there; name an archive or a folder")
    files = [Announced(path.resolve().name, _size(path), split) for split, path in given.items()]
    upload, _ = announce(Announcement(asked.team, asked.name, files, asked.side), None)
    try:
        for split, path in given.items():
            folder = original_folder(upload.pk, split)
            folder.mkdir(parents=True)
            _copy(path.resolve(), folder / path.resolve().name)
        Upload.objects.filter(pk=upload.pk).update(status=Upload.Status.QUEUED)
        check_upload(upload.pk, "import")
    except BaseException:
        _drop(upload)
        raise
    upload.refresh_from_db()
    if upload.version is None:
        _drop(upload)
        raise Refused(upload.failure or f"the import was stopped while it was {upload.status}; nothing is left of it")
    return upload.version


def _size(path: Path) -> int:
    return size_of(path) if path.is_dir() else path.stat().st_size


def _copy(source: Path, target: Path) -> None:
    """Links stay links, which the check refuses: what they point to is not what was named."""
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copyfile(source, target)


def _drop(upload: Upload) -> None:
    with transaction.atomic():
        row = Upload.objects.select_related("dataset").filter(pk=upload.pk).first()
        if row is not None:
            drop_upload(row)
