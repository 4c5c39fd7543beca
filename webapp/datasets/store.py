"""Where data lies on disk.

`FILES/uploads/<upload>` has the files as they came, and what an attempt at checking makes. Packed content is on the shelf.
"""

from __future__ import annotations

import logging
import shutil
import uuid
from pathlib import Path

from django.conf import settings

from webapp.datasets.models import UploadedFile

log = logging.getLogger(__name__)


def upload_folder(upload: uuid.UUID) -> Path:
    """Everything of one upload; the version that it becomes keeps its `original` part."""
    return Path(settings.FILES) / "uploads" / str(upload)


def original_folder(upload: uuid.UUID, split: str) -> Path:
    """The files of one split as they came."""
    return upload_folder(upload) / "original" / split


def original_path(file: UploadedFile) -> Path:
    """A file as it came, or what has arrived of it. Its name was checked to be a plain one."""
    return original_folder(file.upload_id, file.split) / file.name


def attempt_folder(upload: uuid.UUID, attempt: int) -> Path:
    """What one attempt at checking makes."""
    return upload_folder(upload) / f"attempt-{attempt}"


def size_of(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def remove(folder: Path) -> None:
    """After: it is not there. What cannot be removed is said in the log."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("could not remove %s: %s", folder, error)
