"""A Celery worker's life: what it is called, how it begins, how it stops.

A worker is a main process, which never imports torch, and one child, which performs Work.
"""

from __future__ import annotations

import logging
import os
import socket

from celery.signals import worker_process_init, worker_shutting_down

from webapp.environment import environment
from webapp.runs.services.release import release
from webapp.runs.stopping import stop_soon

log = logging.getLogger(__name__)


def node() -> str:
    """The name that this worker's Work is held under. One from the launcher is the same in the worker's next life."""
    return environment.node or f"{socket.gethostname()}:{os.getppid()}"


@worker_process_init.connect
def begin(**_: object) -> None:
    """A name has one child, and this one is new: what an earlier one held goes back into the queue."""
    if environment.node and (count := release(environment.node)):
        log.warning("work of an earlier life of %s, queued again: %d", environment.node, count)


@worker_shutting_down.connect
def end(**_: object) -> None:
    """Celery waits for the child, which would go on for a slice."""
    stop_soon()
