"""Processes of the web half, forked from one that has everything imported: a start costs little, so a seed may hold many.

They are the product's own: Celery's worker with its child, uvicorn, the sweeper. Each is in a session of its own. What is
injected into them is in `mischief`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.chaos.imported"])


def as_worker(name: str) -> None:
    """One main process and one child, which take from both queues."""
    from webapp.celery import app

    options = ["--without-gossip", "--without-mingle", "-l", "warning"]
    app.worker_main(["worker", "-n", f"{name.replace('/', '-')}@chaos", "-Q", "short,device", "-c", "1", *options])


def as_web(port: str) -> None:
    import uvicorn

    uvicorn.run("webapp.asgi:application", port=int(port), lifespan="off", log_level="warning")


def as_sweeper(every: str) -> None:
    from django.core.management import call_command

    call_command("sweep", every=float(every))


def _begin(deed: Callable[[str], None], word: str, variables: Mapping[str, str], log: str) -> None:
    """What a process of its own would have had: session, output, settings; then the deed."""
    from webapp.launch.parentage import die_with

    os.setsid()
    die_with(os.getppid())
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.environ.update(variables)
    from tests.chaos.mischief import begin

    begin(variables)
    deed(word)


class Forked:
    """One process and its children. The same face as `tests.webapp.processes.Process`."""

    def __init__(self, deed: Callable[[str], None], word: str, variables: Mapping[str, str], log: Path) -> None:
        self._process = FORKS.Process(target=_begin, args=(deed, word, dict(variables), str(log)))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def signal(self, number: int) -> None:
        """To all of its group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def running(self) -> bool:
        return self._process.is_alive()

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self._process.join(10)


def children_of(pid: int) -> list[int]:
    """Of a process that lives, by the kernel's word."""
    return [child for child, stat in _stats() if int(stat[1]) == pid]


def members(sessions: Collection[int]) -> set[int]:
    """Every process of these sessions that has not ended."""
    return {pid for pid, stat in _stats() if int(stat[3]) in sessions and stat[0] != "Z"}


def _stats() -> Iterator[tuple[int, list[str]]]:
    """Each process, and what stands behind its name in /proc: state, parent, group, session."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(stat.parent.name), stat.read_text().rpartition(")")[2].split()
