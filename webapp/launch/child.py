"""One process that is kept alive."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO

from webapp.launch.log import Log
from webapp.launch.parentage import die_with

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a process that died is started again; doubled each time
STEADY = 30.0  # seconds that a process has to live for the pause to be short again


@dataclass
class Child:
    """A command, and the process that it is at the moment. In a session of its own: Ctrl-C reaches the launcher only."""

    name: str
    command: Sequence[str]
    variables: Mapping[str, str]
    log: Log
    folder: Path
    grace: float
    process: subprocess.Popen[bytes] | None = None
    output: IO[bytes] = field(default_factory=BytesIO)  # of the process
    started: float = 0.0
    _again: float = 0.0  # when to start
    _pause: float = SHORTEST_PAUSE
    _deadline: float | None = None  # when to kill

    def start(self) -> None:
        """Raises OSError for a command that cannot be run. To be called from the main thread: its end is the child's."""
        self.process = process = subprocess.Popen(
            list(self.command),
            env={**os.environ, "PYTHONUNBUFFERED": "1", **self.variables},
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=partial(die_with, os.getpid()),
        )
        assert process.stdout is not None
        self.output = process.stdout
        self.started, self._deadline = time.monotonic(), None

    def start_if_due(self) -> bool:
        """Whether it was started just now."""
        if self.process is not None or time.monotonic() < self._again:
            return False
        try:
            self.start()
        except OSError as error:  # out of memory or of processes: it passes, or the log says it again and again
            self.log.write(f"could not be started: {error}")
            self._wait()
        return self.process is not None

    @property
    def up(self) -> bool:
        """Whether it runs, and is to."""
        return self.process is not None and self._deadline is None

    def end(self) -> None:
        """Ask it to stop. After: over, or killed once its grace has passed."""
        if self.process is not None and self._deadline is None:
            self._deadline = time.monotonic() + self.grace
            os.kill(self.process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it and all that it started, now."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def look(self) -> bool:
        """Whether it has ended since the last look. One whose grace has passed is killed."""
        if self.process is None:
            return False
        # The end is seen without reaping first: as long as its number is taken, the group is surely ours to clear.
        if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            if self._deadline is not None and time.monotonic() > self._deadline:
                self.kill()
            return False
        self.kill()
        self.process.wait()
        return True

    def ended(self) -> str:
        """Note an end; how it ended, and when it starts again."""
        assert self.process is not None
        code = self.process.returncode
        how = f"exit code {code}" if code >= 0 else signal.Signals(-code).name
        if time.monotonic() - self.started > STEADY:
            self._pause = SHORTEST_PAUSE
        self.process = None
        return f"{self.name} ended ({how}); it starts again in {self._wait():g} s"

    def _wait(self) -> float:
        pause, self._pause = self._pause, min(LONGEST_PAUSE, self._pause * 2)
        self._again = time.monotonic() + pause
        return pause
