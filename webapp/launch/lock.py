"""One of a kind: a name in VAR_DIR that one living process holds."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from webapp.launch.refusal import CannotStart


class Held:
    """A lock of a name, gone when its process is, however it ends."""

    def __init__(self, folder: Path, name: str, taken: str) -> None:
        """Raises CannotStart with the text `taken`, where another process holds the name."""
        (folder / "lock").mkdir(parents=True, exist_ok=True)
        self._file = (folder / "lock" / name.replace("/", "_")).open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise CannotStart(taken.format(by=f"process {holder}")) from None
        except OSError as error:
            raise CannotStart(
                f"VAR_DIR is {folder}, where files cannot be locked ({error.strerror}); name a folder on another disk."
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()
