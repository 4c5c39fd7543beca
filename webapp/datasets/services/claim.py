"""Claims and fences of checks: who may write for an upload."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from nas_engine.errors import Cancelled
from webapp.datasets.models import Upload
from webapp.datasets.services.refuse import refuse_upload
from webapp.environment import environment
from webapp.queueing import send_on_commit

MOST_DEATHS = 3


class Fenced(Cancelled):
    """The upload belongs to another attempt now, or is gone: nothing that this one does counts any more."""


def claim(upload: str | uuid.UUID, owner: str) -> Upload | None:
    """Take a queued upload; None where another was faster or it is no longer there."""
    waiting = Upload.objects.filter(pk=upload, status=Upload.Status.QUEUED)
    taken = waiting.update(status=Upload.Status.CHECKING, attempt=F("attempt") + 1, owner=owner, heartbeat=Now())
    return Upload.objects.select_related("dataset__team").get(pk=upload) if taken else None


def fence(upload: Upload) -> QuerySet[Upload]:
    """The upload, while it is this attempt's."""
    return Upload.objects.filter(pk=upload.pk, attempt=upload.attempt, status=Upload.Status.CHECKING)


def fenced(upload: Upload, **fields: object) -> None:
    """Write to an upload, if it is still this attempt's. Raises Fenced."""
    if not fence(upload).update(**fields):
        raise Fenced(f"upload {upload.pk} is no longer attempt {upload.attempt}'s")


def hand_back(upload: Upload) -> None:
    """Put an upload back into the queue, and send it."""
    with transaction.atomic():
        fenced(upload, status=Upload.Status.QUEUED, owner="", heartbeat=None, progress={}, queued=Now())
        send_on_commit("datasets.check_upload", upload.pk)


def reclaim_stale() -> int:
    """Take checks from workers that have stopped beating, by the database's clock; how many."""
    return take_back(Q(heartbeat__lt=Now() - timedelta(seconds=environment.lease_seconds)))


def take_back(lost: Q) -> int:
    """Take checks from attempts that are lost; how many. The third upload that ends a worker is refused."""
    held = Upload.objects.filter(lost, status=Upload.Status.CHECKING)
    return sum(_take(upload) for upload in held)


def _take(upload: Upload) -> int:
    """One of them, if nobody was faster."""
    with transaction.atomic():
        if upload.deaths + 1 >= MOST_DEATHS:
            reason = f"{MOST_DEATHS} workers were lost while they checked these files; the last was {upload.owner}"
            return refuse_upload(fence(upload), upload.pk, reason)
        taken = fence(upload).update(
            status=Upload.Status.QUEUED, deaths=F("deaths") + 1, owner="", heartbeat=None, progress={}, queued=Now()
        )
        if taken:
            send_on_commit("datasets.check_upload", upload.pk)
        return taken
