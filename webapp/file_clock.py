"""The clock that files get their times from. On a shared folder it is the server's, and need not agree with this machine's."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import TemporaryFile


def file_clock(folder: Path) -> float:
    """Now, by the time of a file that is made in the folder; by this machine's clock where none can be made."""
    try:
        with TemporaryFile(dir=folder) as probe:
            return os.fstat(probe.fileno()).st_mtime
    except OSError:
        return time.time()
