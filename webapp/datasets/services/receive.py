"""Parts of a file arrive."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from webapp.accounts.models import User
from webapp.datasets.checksum import Checksum
from webapp.datasets.models import Upload, UploadedFile
from webapp.datasets.refusals import Busy, DiskFull, Gone, TooLarge
from webapp.datasets.selectors import require_editor
from webapp.datasets.services.uploads import next_expiry
from webapp.datasets.store import original_path
from webapp.queueing import send_on_commit
from webapp.refusals import Conflict

BLOCK = 1 << 20


class Stream(Protocol):
    """What a part is read from."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Part:
    """What a client sends next: so many bytes for an offset, and what they come to, if it says that."""

    offset: int
    stream: Stream
    length: int
    checksum: Checksum | None = None


def receive(user: User, file: UploadedFile, part: Part) -> UploadedFile:
    """Append a part. After: written, and the row says how far it is.

    The row is the truth: bytes that a death left behind it are written over. With the last byte of the last file the upload is
    queued for its check. Raises NotAllowed for a viewer, Conflict for a wrong offset, TooLarge for more than was announced,
    Busy while another part of the file is written, Gone for an upload that no longer takes any, DiskFull, and WrongChecksum
    for bytes that are not what they should be: nothing of such a part is kept, nor of one that broke off and had a checksum.
    """
    offset, length = part.offset, part.length
    require_editor(user, file.upload.dataset)
    refuse_gone(file.upload)
    with _alone(file):
        file.refresh_from_db(fields=["received"])
        if offset != file.received:
            raise Conflict(f"{file.name!r} goes on at byte {file.received:,}; got a part for {offset:,}")
        if offset + length > file.size:
            raise TooLarge(
                f"{file.name!r} was announced with {file.size:,} bytes; the part would make it {offset + length:,}"
            )
        written = _write(file, part)
        _note(file, offset, offset + written)
    return file


def refuse_gone(upload: Upload) -> None:
    """Raises Gone for an upload that takes no more parts."""
    if upload.status != Upload.Status.RECEIVING:
        raise Gone(f"this upload is {upload.status}: all of it has arrived")
    if upload.expires < timezone.now():
        raise Gone("nothing arrived for too long, so this upload was given up; begin it again")


@contextmanager
def _alone(file: UploadedFile) -> Iterator[None]:
    """Nobody else writes the file meanwhile, in this process or another."""
    path = original_path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                f"another part of {file.name!r} is being written; ask where it is and go on from there"
            ) from error
        yield


def _write(file: UploadedFile, part: Part) -> int:
    """Bytes that came: fewer than announced where the connection broke."""
    left, checksum = part.length, part.checksum
    found = None if checksum is None else checksum.begun()
    try:
        with original_path(file).open("r+b") as target:
            target.seek(part.offset)
            while left and (block := part.stream.read(min(BLOCK, left))):
                target.write(block)
                if found is not None:
                    found.update(block)
                left -= len(block)
            target.truncate()
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise DiskFull(
            f"the server's disk is full: {file.name!r} stays at byte {part.offset:,}; ask who runs it"
        ) from error
    if checksum is not None and found is not None:  # the row stays where it was: what was written is written over
        checksum.held_to(file.name, part.offset, found.digest())
    return part.length - left


def _note(file: UploadedFile, before: int, now: int) -> None:
    """Move the row's offset, if nobody gave the upload up meanwhile; queue the upload when this was the last byte."""
    with transaction.atomic():
        still = Upload.objects.filter(pk=file.upload_id, status=Upload.Status.RECEIVING)
        if not still.update(expires=next_expiry()):
            raise Gone("this upload was given up while a part of it arrived")  # the sweeper removes what it wrote
        UploadedFile.objects.filter(pk=file.pk, received=before).update(received=now)
        file.received = now
        if not UploadedFile.objects.filter(upload=file.upload_id, received__lt=F("size")).exists():
            still.update(status=Upload.Status.QUEUED, queued=Now())
            send_on_commit("datasets.check_upload", file.upload_id)
