"""How much room files take."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from webapp.runs.models import Artifact


@dataclass(frozen=True)
class Disk:
    """The disk that files are on, as this machine sees it, in bytes. `ours`: of all studies' files together."""

    ours: int
    used: int
    free: int

    @property
    def share(self) -> float:
        """How full it is, from 0 to 1."""
        return self.used / max(1, self.used + self.free)


def disk() -> Disk | None:
    """None where it cannot be looked at; the doctor says why."""
    files = Path(settings.FILES)
    try:
        usage = shutil.disk_usage(next(path for path in (files, *files.parents) if path.exists()))
    except OSError:
        return None
    ours = Artifact.objects.aggregate(bytes=Sum("size"))["bytes"] or 0
    return Disk(ours, usage.used, usage.free)


def bytes_of(studies: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What the files of each study take; a study without any is left out."""
    files = Artifact.objects.filter(run__study__in=list(studies)).order_by().values_list("run__study")
    return dict(files.annotate(bytes=Sum("size")))
