"""Processes that are killed, or stand still."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from nas_engine.chance import Chance
from tests.chaos.faults.base import Fault
from tests.chaos.forked import children_of
from tests.webapp.processes import LEASE

if TYPE_CHECKING:
    from tests.chaos.studio import Studio


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _kill_main(studio: Studio, chance: Chance) -> None:
    _kill(chance.pick(studio.workers).process.pid)


def _kill_child(studio: Studio, chance: Chance) -> None:
    """Of a worker that has one."""
    children = [child for worker in studio.workers for child in children_of(worker.process.pid)]
    if children:
        _kill(chance.pick(sorted(children)))


def _kill_web(studio: Studio, _chance: Chance) -> None:
    _kill(studio.web.process.pid)


def _kill_sweeper(studio: Studio, chance: Chance) -> None:
    _kill(chance.pick(studio.sweepers).process.pid)


def _freeze(studio: Studio, chance: Chance) -> None:
    """Main and child, for longer than a lease."""
    frozen = chance.pick(studio.workers).process
    frozen.signal(signal.SIGSTOP)
    studio.thaw_later(frozen.pid, LEASE * (1.2 + chance.uniform()))


PROCESSES = (
    Fault("worker main killed", _kill_main),
    Fault("worker child killed", _kill_child),
    Fault("web killed", _kill_web),
    Fault("sweeper killed", _kill_sweeper),
    Fault("worker frozen past its lease", _freeze),
)
