"""A studio of the load benchmark's own: its processes, and how much memory each takes as time goes by."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from tests.webapp.processes import ROOT, free_port, listens

EVERY = 1.0  # seconds between two looks at the memory
CELERY = ["-m", "celery", "-A", "benchmarks.empty_worker", "worker", "-l", "warning", "-c", "1"]
WEB = ["-m", "uvicorn", "benchmarks.empty_web:application", "--lifespan", "off", "--log-level", "warning"]


@dataclass
class Studio:
    """`memory`: for each process and those that it has started, seconds since the beginning and megabytes."""

    folder: Path
    port: int
    token: str = ""
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=60, headers={"Authorization": f"Bearer {self.token}"})

    def start(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        """In a group of its own, so that its children end with it."""
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        return self.processes[name]

    def worker(self, queue: str) -> None:
        self.start(f"worker-{queue}", *CELERY, "-Q", queue, "-n", f"{queue}@load")

    def wrong(self) -> list[str]:
        """Processes that have ended, and what they have said of errors."""
        ended = [f"{name} has ended" for name, process in self.processes.items() if process.poll() is not None]
        for log in sorted(self.folder.glob("*.log")):
            text = log.read_text(errors="replace")
            ended += [f"{log.stem}: {line}" for line in text.splitlines() if line.startswith(("ERROR", "Traceback"))]
        return ended

    def watch_memory(self) -> None:
        while not self._over.wait(EVERY):
            for name, process in [*self.processes.items()]:
                with suppress(psutil.Error):
                    whole = psutil.Process(process.pid)
                    resident = sum(one.memory_info().rss for one in [whole, *whole.children(recursive=True)])
                    self.memory.setdefault(name, []).append((time.monotonic() - self._began, resident / 1e6))

    def end(self) -> None:
        self._over.set()
        for how in (signal.SIGTERM, signal.SIGKILL):
            for process in self.processes.values():
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, how)
            for process in self.processes.values():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(20)


@contextmanager
def studio(folder: Path) -> Iterator[Studio]:
    """Pages, sweeper and the worker that decides; none yet that performs. Before: the environment names database and Redis."""
    made = Studio(folder, free_port())
    memory = threading.Thread(target=made.watch_memory, daemon=True)
    try:
        manage("migrate", "--verbosity", "0")
        made.token = manage("first_login").rpartition("token")[2].strip()
        web = made.start("web", *WEB, "--port", str(made.port))
        made.start("sweeper", "manage.py", "sweep")
        made.worker("short")
        memory.start()
        if not listens(made.port, web):
            raise SystemExit(f"the pages do not answer: {(folder / 'web.log').read_text()[-2000:]}")
        yield made
    finally:
        made.end()


def manage(*arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True, timeout=300).stdout
