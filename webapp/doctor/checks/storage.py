"""Whether files can be written, and room is left for them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from webapp.doctor.finding import Finding
from webapp.environment import environment
from webapp.launch.checks import LEAST_FREE

LEAST_SHARE = 0.05  # of the disk
PROBE = b"spacewright" * 1_000


def storage() -> Iterator[Finding]:
    """A file can be written where files of studies go, and read back."""
    folder = Path(settings.FILES)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(PROBE)
            file.flush()
            os.fsync(file.fileno())
            if Path(file.name).read_bytes() != PROBE:
                yield Finding(f"{folder} gives back other bytes than were written", "check that disk")
    except OSError as error:
        yield Finding(
            f"files cannot be written to {folder}: {(error.strerror or str(error)).lower()}",
            f"make room there, let the user {os.geteuid()} write to it, or name another folder in VAR_DIR",
        )


def disk() -> Iterator[Finding]:
    """No disk that we write to is nearly full."""
    seen = set()
    for folder in (Path(environment.var_dir), Path(settings.FILES)):
        there = next((path for path in (folder, *folder.parents) if path.exists()), Path("/"))
        device = there.stat().st_dev
        if device in seen:
            continue
        seen.add(device)
        room = shutil.disk_usage(there)
        if room.free < max(LEAST_FREE, LEAST_SHARE * room.total):
            yield Finding(
                f"the disk of {folder} is nearly full: {room.free / 1e9:.1f} GB of {room.total / 1e9:.1f} GB are free",
                "delete studies that nobody needs (the Studies page says what each takes), or move VAR_DIR to a larger disk",
            )
