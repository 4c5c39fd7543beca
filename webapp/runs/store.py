"""A run's files on disk."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from nas_engine.run import FileStore, Stored
from webapp.runs.models import Artifact

CHECKPOINT = "-checkpoint.safetensors"  # how the key of a checkpoint ends
STATE = "state-"  # how the key of a run's state begins


def checkpoint_key(work: str, attempt: int) -> str:
    """Of one attempt's own: two never write to one file."""
    return f"{work}-{attempt}{CHECKPOINT}"


def folder_of(run: uuid.UUID) -> Path:
    """Where a run's files are."""
    return Path(settings.FILES) / str(run)


class RunStore:
    """The engine's store, with a row for each file. Content decides a file's name, so two attempts never share a torn one."""

    def __init__(self, run: uuid.UUID) -> None:
        self._run = run
        self._files = FileStore(folder_of(run))

    def put(self, key: str, data: bytes) -> Stored:
        stored = self._files.put(key, data)
        name = str(self._files.path(stored).relative_to(settings.FILES))
        row = {"file": name, "size": len(data)}
        Artifact.objects.get_or_create(run_id=self._run, key=key, sha256=stored.sha256, defaults=row)
        return stored

    def get(self, stored: Stored) -> bytes:
        return self._files.get(stored)

    def held(self, keys: Iterable[str]) -> list[Stored]:
        """The files under these keys, whether anything points to them or not."""
        rows = Artifact.objects.filter(run=self._run, key__in=list(keys))
        return [Stored(key, sha256) for key, sha256 in rows.values_list("key", "sha256")]

    def drop(self, stored: Stored) -> None:
        """Remove a file that nothing points to any more."""
        Artifact.objects.filter(run_id=self._run, key=stored.key, sha256=stored.sha256).delete()
        self._files.drop(stored)
