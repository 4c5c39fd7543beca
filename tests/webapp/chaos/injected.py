"""A worker's or a sweeper's process that dies, or stops, once, at an exact point. The product knows nothing of it.

`celery -A tests.webapp.chaos.injected worker` and `python -m tests.webapp.chaos.injected`, the sweeper, are the product's own with
one method wrapped. CHAOS_POINT names it in POINTS, CHAOS_DEED in DEEDS, CHAOS_MARK the file that says it has happened.
"""

from __future__ import annotations

import importlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from celery.signals import worker_process_init

from webapp.celery import app

__all__ = ["app"]


class Point(NamedTuple):
    """Around a call of a function or method: `place` is module and name."""

    place: str
    call: int
    after: bool


POINTS = {
    "mid-step": Point("nas_engine.trainers.autospace:AutoSpace._begin_generation", 2, after=True),
    "before an event flush": Point("webapp.runs.context:RowContext.flush", 3, after=False),
    "within an event flush": Point("webapp.runs.context:append_events", 3, after=False),
    "after an event flush": Point("webapp.runs.context:RowContext.flush", 3, after=True),
    "after a checkpoint file, before its pointer": Point("webapp.runs.store:RunStore.put", 2, after=True),
    "after a result, before it is written": Point("webapp.runs.services.perform:_finish", 1, after=False),
    "after a result is written, before it is told": Point("webapp.runs.services.advance:_commit", 2, after=False),
    "after a decision, before its messages": Point("webapp.queueing:_send", 1, after=False),
    "while a file is written": Point("os:fsync", 3, after=False),
    "during export": Point("nas_engine.exporters.pytorch_source:PytorchSource.files", 1, after=True),
    "after a reclaim, before its messages": Point("webapp.runs.services.claim:send_on_commit", 1, after=False),
}


def _kill_main() -> None:
    os.kill(os.getppid(), signal.SIGKILL)


def _kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _kill_both() -> None:
    os.killpg(0, signal.SIGKILL)


def _stop_both() -> None:
    os.killpg(0, signal.SIGSTOP)


DEEDS: dict[str, Callable[[], None]] = {
    "kill main": _kill_main,
    "kill child": _kill_self,
    "kill both": _kill_both,
    "stop": _stop_both,
}


def inject(**_: object) -> None:
    """Wrap the point that the environment names."""
    if "CHAOS_POINT" not in os.environ:
        return
    point, deed = POINTS[os.environ["CHAOS_POINT"]], DEEDS[os.environ["CHAOS_DEED"]]
    module, _, path = point.place.partition(":")
    owner: object = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original, calls = getattr(owner, name), 0

    def around(*arguments: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls == point.call and not point.after:
            _once(deed)
        result = original(*arguments, **options)
        if calls == point.call and point.after:
            _once(deed)
        return result

    setattr(owner, name, around)


def _once(deed: Callable[[], None]) -> None:
    try:
        Path(os.environ["CHAOS_MARK"]).touch(exist_ok=False)
    except FileExistsError:
        return
    deed()


worker_process_init.connect(inject, weak=False)  # in the child, after the fork

if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    inject()
    call_command("sweep", every=0.3)
