"""An upload is begun, found again, or given up."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from webapp.accounts.models import Role, Team, User
from webapp.accounts.selectors import require
from webapp.datasets.models import Dataset, Upload, UploadedFile
from webapp.datasets.refusals import DiskFull, TooLarge
from webapp.datasets.selectors import UNDER_WAY, require_editor
from webapp.datasets.store import remove, upload_folder
from webapp.environment import environment
from webapp.quotas.limits import What, limit_of
from webapp.quotas.selectors import stored_bytes
from webapp.refusals import Conflict, Refused

MOST_FILES = 8
LONGEST_NAME = 200  # bytes; what file systems take is a little more
SPARE_BYTES = 2**30  # of the disk, that no upload may take


@dataclass(frozen=True)
class Announced:
    """A file that is to come."""

    name: str
    size: int
    split: str = "train"


@dataclass(frozen=True)
class Announcement:
    """What a person wants to bring: data by this name, in these files."""

    team: Team
    name: str
    files: Sequence[Announced]
    side: int | None = None


def begin_upload(user: User, asked: Announcement) -> tuple[Upload, bool]:
    """The upload that takes these files; whether it is new. The same files announced again are the same upload: it goes on.

    After: a data set of that name is there, a new version of it under way. Raises NotAllowed for a viewer, Refused for names
    that are none, Conflict where something else is on its way to the same name, TooLarge and DiskFull.
    """
    require(user, asked.team, Role.EDITOR)
    return announce(asked, user)


def announce(asked: Announcement, user: User | None) -> tuple[Upload, bool]:
    """As `begin_upload`, for whoever may: a person of the team, or nobody where the server's own command brings it."""
    name = asked.name.strip()
    _refuse_names(name, asked.files)
    try:
        with transaction.atomic():
            dataset, _ = Dataset.objects.get_or_create(team=asked.team, name=name)
            under_way = dataset.uploads.filter(status__in=UNDER_WAY).first()
            if under_way is not None:
                return _again(user, under_way, asked), False
            size = sum(file.size for file in asked.files)
            _refuse_size(asked.team, size)
            dataset.uploads.filter(status=Upload.Status.REFUSED).delete()  # this one takes its place
            upload = Upload.objects.create(
                dataset=dataset, created_by=user, size=size, side=asked.side, expires=next_expiry()
            )
            rows = [UploadedFile(upload=upload, split=one.split, name=one.name, size=one.size) for one in asked.files]
            UploadedFile.objects.bulk_create(rows)
            return upload, True
    except IntegrityError as error:  # somebody else began at the same moment
        raise Conflict(f"data named {name!r} is being uploaded by somebody else just now") from error


def next_expiry() -> datetime:
    """When an upload that something arrived for just now is given up."""
    return timezone.now() + timedelta(hours=environment.upload_hours)


def cancel_upload(user: User, upload: Upload) -> None:
    """After: it is gone, with its files and with a data set that has nothing else. A worker on it finds its lease lost.

    Raises NotAllowed for a viewer, Conflict for one that has become a version.
    """
    require_editor(user, upload.dataset)
    with transaction.atomic():
        row = Upload.objects.select_for_update().select_related("dataset").get(pk=upload.pk)
        if row.status == Upload.Status.READY:
            raise Conflict("this upload is ready and has become data; delete the data instead")
        drop_upload(row)


def drop_upload(upload: Upload) -> None:
    """Within a transaction: its rows go, its files once that is committed, and a data set that is left with nothing."""
    folder, dataset = upload_folder(upload.pk), upload.dataset
    upload.delete()
    if dataset.team_id is not None and not dataset.versions.exists() and not dataset.uploads.exists():
        dataset.delete()
    transaction.on_commit(partial(remove, folder), robust=True)


def _refuse_names(name: str, files: Sequence[Announced]) -> None:
    if not name or len(name) > 120 or not name.isprintable():
        raise Refused(f"data needs a name of 1 to 120 printable characters; got {name[:130]!r}")
    for file in files:
        plain = file.name.isprintable() and file.name.strip(" .") == file.name.strip() == file.name
        if not plain or "/" in file.name or "\\" in file.name or not 0 < len(file.name.encode()) <= LONGEST_NAME:
            raise Refused(
                f"{file.name[:250]!r} is no file name that is taken: wanted 1 to {LONGEST_NAME} bytes of printable"
                " characters without a slash, not beginning or ending with a dot or a space; rename the file"
            )
        if file.size < 1:
            raise Refused(f"{file.name!r} is empty; choose a file that holds data")
    if len(files) > MOST_FILES:
        raise Refused(
            f"{len(files)} files are more than {MOST_FILES}; put the images into one archive or choose a folder"
        )
    if not any(file.split == UploadedFile.Split.TRAIN for file in files):
        raise Refused("there is no file to train on; give at least one, and a test split beside it if you have one")
    if len({(file.split, file.name) for file in files}) != len(files):
        raise Refused("two files of one split have the same name; rename one")


def _refuse_size(team: Team, size: int) -> None:
    if size > environment.upload_bytes:
        raise TooLarge(f"{size:,} bytes are more than the {environment.upload_bytes:,} that one upload may hold")
    held, most = stored_bytes(team), limit_of(team, What.BYTES)
    if most is not None and held + size > most:
        raise TooLarge(
            f"the team's data and files take {held:,} of the {most:,} bytes that they may, and this is {size:,} more;"
            " delete studies, or data that no study uses"
        )
    folder = Path(settings.FILES)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size + SPARE_BYTES > free:
        raise DiskFull(f"the server's disk has {free:,} bytes left, too few for {size:,} more; ask who runs it")


def _again(user: User | None, upload: Upload, asked: Announcement) -> Upload:
    """The upload that was begun before, if it is this user's and of the same files, and still waits for them."""
    announced = {(file.split, file.name, file.size) for file in asked.files}
    known = set(upload.files.values_list("split", "name", "size"))
    same = user is not None and upload.created_by_id == user.pk and announced == known and upload.side == asked.side
    if upload.status != Upload.Status.RECEIVING or not same:
        raise Conflict(
            f"an upload to {asked.name.strip()!r} is {upload.status} already; wait for it, cancel it, or choose another name"
        )
    Upload.objects.filter(pk=upload.pk).update(expires=next_expiry())
    return upload
