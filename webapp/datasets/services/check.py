"""One attempt at checking an upload: its files are read in bounded memory and packed, or refused in a sentence."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from functools import partial
from pathlib import Path

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction

from nas_engine.data import Limits, Report, pack
from nas_engine.errors import BadData, StorageFailed
from nas_engine.wire import plain
from webapp.datasets.heartbeat import Heartbeat, Stopped
from webapp.datasets.models import DatasetVersion, Upload, UploadedFile
from webapp.datasets.services.claim import Fenced, claim, fence, fenced, hand_back
from webapp.datasets.services.refuse import refuse_upload
from webapp.datasets.shelf import shelf_held
from webapp.datasets.store import attempt_folder, original_folder, remove, size_of, upload_folder
from webapp.quotas.limits import What, limit_of
from webapp.quotas.selectors import stored_bytes

log = logging.getLogger(__name__)
AWAY = (OperationalError, InterfaceError, InternalError)  # a database locked, restarted or gone: no fault of the files


def check_upload(upload: str | uuid.UUID, owner: str) -> None:
    """Before: a queued upload, or one that another took: then nothing is done. After: ready, refused, or queued again.

    The outcome is written under the fence. Where the database is away, nothing is written: the lease ends, and the upload is
    taken back.
    """
    row = claim(upload, owner)
    if row is None:
        return
    try:
        with Heartbeat(row) as beat:
            report = _packed(row, beat)
        _keep(row, report)
    except Stopped:
        _hand_back(row)
    except Fenced as error:
        log.warning("%s", error)
        remove(attempt_folder(row.pk, row.attempt))
    except AWAY as error:
        log.warning("the check of upload %s is left to its lease: %s", row.pk, error)
        connection.close()
    except (BadData, StorageFailed) as error:
        _refuse(row, _sentence(row, error))
    except Exception as error:  # what nobody foresaw is told as such, with the trace in the log only
        log.exception("the check of upload %s failed", row.pk)
        _refuse(row, f"an error of ours while the files were checked: {type(error).__name__}; see the worker's log")


def _packed(upload: Upload, beat: Heartbeat) -> Report:
    """What the engine makes of the files. What an earlier attempt left is removed first."""
    for left in upload_folder(upload.pk).iterdir():
        if left.name != "original":
            remove(left)
    source = _source(upload, UploadedFile.Split.TRAIN)
    if source is None:
        raise BadData("the files are no longer on the server's disk; upload them again")
    folder = attempt_folder(upload.pk, upload.attempt) / "packed"
    folder.parent.mkdir()
    return pack(
        source,
        folder,
        test=_source(upload, UploadedFile.Split.TEST),
        limits=_limits(upload),
        side=upload.side,
        name=upload.dataset.name,
        progress=beat.progress,
        check=beat.check,
    )


def _limits(upload: Upload) -> Limits:
    """The engine's own, and no more on disk than the team may have."""
    team = upload.dataset.team
    assert team is not None  # only teams upload
    most = limit_of(team, What.BYTES)
    left = Limits().packed_bytes if most is None else max(0, most - stored_bytes(team))
    return replace(Limits(), packed_bytes=min(Limits().packed_bytes, left))


def _source(upload: Upload, split: str) -> Path | None:
    """The one file of a split, or the folder of several."""
    folder = original_folder(upload.pk, split)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return files[0] if len(files) == 1 else folder if files else None


def _keep(upload: Upload, report: Report) -> None:
    """Put the packed content in its place, then make the version: a death in between leaves an orphan at most."""
    index, folder = report.index, upload_folder(upload.pk)
    attempt = attempt_folder(upload.pk, upload.attempt)
    with shelf_held() as shelf:
        place = shelf.place(index.sha256)
        mine = not place.exists()
        if mine:
            report.folder.rename(place)
        try:
            with transaction.atomic():
                version, made = DatasetVersion.objects.get_or_create(
                    dataset=upload.dataset,
                    sha256=index.sha256,
                    defaults={
                        "facts": _facts(report),
                        "report": _report(upload, report),
                        "folder": f"uploads/{upload.pk}",
                        "size": upload.size + size_of(place),
                    },
                )
                fenced(upload, status=Upload.Status.READY, version=version, heartbeat=None, owner="", progress={})
                transaction.on_commit(partial(remove, attempt if made else folder), robust=True)
        except BaseException:
            if mine and not DatasetVersion.objects.filter(sha256=index.sha256).exists():
                remove(place)
            raise


def _sentence(upload: Upload, error: Exception) -> str:
    """What is wrong, with the name of a file that was uploaded: the engine may speak of one inside it."""
    names = [file.name for file in upload.files.all()]
    return str(error) if any(name in str(error) for name in names) else f"{', '.join(names)}: {error}"


def _facts(report: Report) -> dict[str, object]:
    """What lists and forms show of a version."""
    index = report.index
    return {
        "channels": index.channels,
        "height": index.height,
        "width": index.width,
        "classes": len(index.classes),
        "images": sum(index.images.values()),
        "splits": index.images,
        "recipe": index.recipe(),
    }


def _report(upload: Upload, report: Report) -> dict[str, object]:
    """What the check found, whole."""
    index = plain(report.index)
    kept = ("classes", "counts", "mean", "deviation", "resized", "failed", "failures", "duplicates", "leaked", "leaks")
    files = [{"name": file.name, "split": file.split, "size": file.size} for file in upload.files.all()]
    return {"remarks": list(report.remarks), "files": files, **{name: index[name] for name in kept}}


def _refuse(upload: Upload, failure: str) -> None:
    try:
        with transaction.atomic():
            refuse_upload(fence(upload), upload.pk, failure)
    except AWAY as error:
        log.warning("the refusal of upload %s is left to its lease: %s", upload.pk, error)
        connection.close()


def _hand_back(upload: Upload) -> None:
    remove(attempt_folder(upload.pk, upload.attempt))
    try:
        hand_back(upload)
    except Fenced as error:
        log.warning("%s", error)
