"""What processes say: on standard output with their name before it, and in VAR_DIR/log."""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from webapp.redaction import clean

WIDTH = 12  # of the names
LARGEST = 10_000_000  # bytes of one file; three older ones are kept
LONGEST = 100_000  # bytes of one line; a longer one is parted


class _File(RotatingFileHandler):
    """A disk that is full loses the line and nothing else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        pass


def say(text: str, name: str = "launcher") -> None:
    """A line of the launcher's own, or of the process of that name. Nobody may be reading any more: that is no reason to stop."""
    with suppress(OSError):
        print(_dressed(text, name), flush=True)


def _dressed(text: str, name: str) -> str:
    """As LOG_FORMAT wants it; what a process has logged as an object goes on as it is."""
    if os.environ.get("LOG_FORMAT", "").lower() == "json":
        stamp = datetime.now(tz=UTC).isoformat()
        return text if text.startswith("{") else json.dumps({"time": stamp, "process": name, "message": text})
    return text if name == "launcher" else f"{name:<{WIDTH}} | {text}"


class Log:
    """One process's lines."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._name = name
        self._file = _File(folder / f"{name}.log", maxBytes=LARGEST, backupCount=3, encoding="utf-8", errors="replace")
        self._file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        self._rest = b""
        self.last = ""

    def feed(self, data: bytes) -> None:
        """Take what came; only whole lines are written."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST:
            lines, self._rest = [*lines, self._rest], b""
        for line in lines:
            self.write(line.decode(errors="replace").rstrip("\r"))

    def end(self) -> None:
        """The process is gone: what it had not ended is a line."""
        if self._rest:
            self.feed(b"\n")

    def write(self, line: str) -> None:
        if not line.strip():
            return
        line = clean(line)  # what a process printed itself, and the trace that it ended with
        self.last = line
        say(line, self._name)
        self._file.emit(logging.makeLogRecord({"msg": line}))
