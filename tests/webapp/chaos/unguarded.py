"""The queue with one of its guards taken away: what the tests hold must fail then."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from nas_engine.wire import pack, plain
from webapp.runs import context as contexts
from webapp.runs.context import RowContext
from webapp.runs.models import Work


def without_fence(patch: pytest.MonkeyPatch) -> None:
    def unfenced(work: Work, **fields: object) -> None:
        Work.objects.filter(pk=work.pk).update(**fields)

    for module in ("runs.context", "runs.services.claim", "runs.services.perform"):
        patch.setattr(f"webapp.{module}.fenced", unfenced)


def without_claim(patch: pytest.MonkeyPatch) -> None:
    def taken(work: object, owner: str) -> Work:
        Work.objects.filter(pk=work).update(
            status=Work.Status.RUNNING, attempt=F("attempt") + 1, owner=owner, heartbeat=Now()
        )
        return Work.objects.get(pk=work)

    patch.setattr("webapp.runs.services.claim.claim", taken)


def sent_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("webapp.queueing.transaction.on_commit", lambda send, robust: send())  # noqa: ARG005 - Django's own


def pointer_before_facts(patch: pytest.MonkeyPatch) -> None:
    def checkpoint(self: RowContext, content: Any, tensors: Any) -> None:
        key = f"{self.work.key}-{self.row.attempt}-checkpoint.safetensors"
        stored = plain(self._files.put(key, pack(content, tensors)))
        contexts.fenced(self.row, checkpoint=stored, seconds=self.spent(), deaths=0)
        self.row.checkpoint = stored
        self.flush()

    patch.setattr(RowContext, "checkpoint", checkpoint)


def written_in_place(patch: pytest.MonkeyPatch) -> None:
    """A file grows under its own name, so that whoever looks may see a part of it."""

    def write(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            for part in (data[: len(data) // 2], data[len(data) // 2 :]):
                file.write(part)
                file.flush()
                os.fsync(file.fileno())

    patch.setattr("nas_engine.files.write_atomically", write)
