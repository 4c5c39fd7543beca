"""What the sweeper does for uploads: dead workers, lost messages, uploads that nobody went on with, files without a row."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from webapp.datasets.models import DatasetVersion, Upload
from webapp.datasets.selectors import waiting_checks
from webapp.datasets.services.claim import reclaim_stale
from webapp.datasets.services.uploads import drop_upload
from webapp.datasets.shelf import shelf_held
from webapp.datasets.store import remove
from webapp.environment import environment
from webapp.file_clock import file_clock
from webapp.queueing import send_on_commit

ORPHAN_SECONDS = 3600.0  # a folder without a row is looked at no earlier: one that is just being made has none yet


def sweep_uploads() -> dict[str, int]:
    """The counts."""
    return {"reclaimed": reclaim_stale(), "sent": _send_queued(), "removed": _expire() + _remove_orphans()}


def _send_queued() -> int:
    """A check is sent again `resend_seconds` after it was last sent."""
    long_ago = Now() - timedelta(seconds=environment.resend_seconds)
    with transaction.atomic():
        found = list(waiting_checks().filter(queued__lt=long_ago).values_list("pk", flat=True)[:1000])
        Upload.objects.filter(pk__in=found).update(queued=Now())
        for upload in found:
            send_on_commit("datasets.check_upload", upload)
    return len(found)


def _expire() -> int:
    """Uploads that nothing arrived for."""
    found = list(
        Upload.objects.filter(status=Upload.Status.RECEIVING, expires__lt=Now()).values_list("pk", flat=True)[:100]
    )
    for upload in found:
        with transaction.atomic():
            waiting = Upload.objects.select_for_update().filter(status=Upload.Status.RECEIVING, expires__lt=Now())
            row = waiting.select_related("dataset").filter(pk=upload).first()
            if row is not None:
                drop_upload(row)
    return len(found)


def _remove_orphans() -> int:
    """Folders of uploads without a row, and packed content that no version holds: what a death between file and row left."""
    folders = {path.name: path for path in _old(Path(settings.FILES) / "uploads")}
    known = {str(pk) for pk in Upload.objects.filter(pk__in=filter(_is_identity, folders)).values_list("pk", flat=True)}
    orphans = [path for name, path in folders.items() if name not in known]
    for path in orphans:
        remove(path)
    return len(orphans) + _clear_shelf()


def _clear_shelf() -> int:
    packed = {path.name: path for path in _old(Path(settings.FILES) / "data")}
    if not packed:
        return 0
    with shelf_held():
        known = set(DatasetVersion.objects.filter(sha256__in=packed).values_list("sha256", flat=True))
        orphans = [path for name, path in packed.items() if name not in known]
        for path in orphans:
            remove(path)
    return len(orphans)


def _old(folder: Path) -> list[Path]:
    """Folders in a folder that nothing changed in for a while."""
    if not folder.is_dir():
        return []
    before = file_clock(folder) - ORPHAN_SECONDS
    return [path for path in folder.iterdir() if path.is_dir() and path.stat().st_mtime < before]


def _is_identity(name: str) -> bool:
    try:
        uuid.UUID(name)
    except ValueError:
        return False
    return True
