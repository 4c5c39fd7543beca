"""What happens inside a process of the web half: once, where the driver has armed it. The product knows nothing of it.

A driver arms a deed by a file of its name in VAR_DIR/armed; of the processes that come to its place the first takes the file,
and does it. Two things hold for all of a process's life, and are told by its variables: a clock that is wrong, slow commits.
"""

from __future__ import annotations

import importlib
import mmap
import os
import resource
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from errno import EROFS
from pathlib import Path
from typing import Any

from celery.signals import worker_process_init

from tests.webapp.chaos.injected import DEEDS, POINTS

RECLAIM = "after a reclaim, before its messages"
KILLS = {f"{deed}, {point}": (point, deed) for point in POINTS for deed in DEEDS}
SWEEPER = f"kill sweeper, {RECLAIM}"
SMALL = 2000  # bytes of a file, on a disk that is full
Call = Callable[[], object]


def armed(folder: Path) -> Path:
    """Where deeds are armed."""
    return folder / "armed"


def _taken(name: str) -> bool:
    """Whether a deed is armed, and this process is the one that does it."""
    file = armed(Path(os.environ["VAR_DIR"])) / name
    try:
        file.rename(file.with_name(f"{name} taken by {os.getpid()}"))
    except OSError:
        return False
    return True


def _full_disk(call: Call) -> object:
    """No file grows beyond a small size: the kernel says no, as it would on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SMALL, before[1]))
    try:
        return call()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _read_only_disk(call: Call) -> object:
    opened = Path.open

    def refused(self: Path, mode: str = "r", *rest: Any, **options: Any) -> Any:
        if "w" in mode:
            raise OSError(EROFS, os.strerror(EROFS), str(self))
        return opened(self, mode, *rest, **options)

    Path.open = refused  # type: ignore[method-assign]
    try:
        return call()
    finally:
        Path.open = opened  # type: ignore[method-assign]


def _out_of_memory(_call: Call) -> object:
    import torch

    return torch.empty(2**52)  # more than any machine has: the allocator itself says no


def _not_a_number(call: Call) -> object:
    call()
    return {"loss": float("nan")}


def _broken_device(_call: Call) -> object:
    raise RuntimeError("CUDA error: an illegal memory access was encountered")


STEPS = ("nas_engine.trainers.gradient_descent:GradientDescent.step", "nas_engine.trainers.autospace:AutoSpace.step")
PUT = ("webapp.runs.store:RunStore.put",)
AROUND: dict[str, tuple[tuple[str, ...], Callable[[Call], object]]] = {  # places, and what happens at one call of them
    "storage full": (PUT, _full_disk),
    "storage read-only": (PUT, _read_only_disk),
    "out of memory": (STEPS, _out_of_memory),
    "loss not a number": (STEPS, _not_a_number),
    "device raises": (STEPS, _broken_device),
}
CURSED = "cursed"  # the file that names it
CURSE = "cursed candidate"  # the first candidate that is trained while it is armed kills every worker that tries it


def _wrap(place: str, around: Callable[[Call], object]) -> None:
    """Replace a function or method: `around` is given the call."""
    module, _, path = place.partition(":")
    owner: object = importlib.import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        owner = getattr(owner, part)
    original = getattr(owner, name)

    def wrapped(*arguments: object, **options: object) -> object:
        return around(lambda: original(*arguments, **options))

    setattr(owner, name, wrapped)


def _once(name: str, deed: Callable[[Call], object]) -> Callable[[Call], object]:
    return lambda call: deed(call) if _taken(name) else call()


def _at(point: str, names: Mapping[str, Callable[[], None]]) -> Callable[[Call], object]:
    """The kills and stops that may be armed at a point."""
    before = not POINTS[point].after

    def look() -> None:
        for name, deed in names.items():
            if _taken(name):
                deed()

    def around(call: Call) -> object:
        if before:
            look()
            return call()
        result = call()
        look()
        return result

    return around


def _curse() -> None:
    """A candidate whose training ends its worker, whenever it is tried."""
    from nas_engine.estimators import FromScratch

    original = FromScratch._answer
    cursed = armed(Path(os.environ["VAR_DIR"])) / CURSED

    def answer(self: Any, candidate: Any, *rest: Any) -> Any:
        if _taken(CURSE):
            cursed.write_text(f"{rest[2].work.key} {candidate.key}")
        with suppress(OSError):
            if cursed.read_text() == f"{rest[2].work.key} {candidate.key}":
                os.kill(os.getpid(), signal.SIGKILL)
        return original(self, candidate, *rest)

    FromScratch._answer = answer  # type: ignore[method-assign]


def _inject(**_: object) -> None:
    """In a worker's child, after its fork."""
    for name, (places, deed) in AROUND.items():
        for place in places:
            _wrap(place, _once(name, deed))
    for point in POINTS:
        names = {name: DEEDS[deed] for name, (at, deed) in KILLS.items() if at == point}
        _wrap(POINTS[point].place, _at(point, names))
    _curse()


def _inject_sweeper() -> None:
    _wrap(POINTS[RECLAIM].place, _at(RECLAIM, {SWEEPER: DEEDS["kill child"]}))


def _wrong_clock(seconds: float) -> None:
    """This process's machine is ahead by so much; the kernel, and so every file's time, is right."""
    import django.utils.timezone as clock

    now, wall = clock.now, time.time
    time.time = lambda: wall() + seconds

    def wrong() -> datetime:
        return now() + timedelta(seconds=seconds)

    clock.now = wrong


def _slow_commits(seconds: float) -> None:
    """A commit takes a while, as on a disk that has much to do."""
    from django.db.backends.base.base import BaseDatabaseWrapper

    def slowly(call: Call) -> object:
        time.sleep(seconds)
        return call()

    _wrap(f"{BaseDatabaseWrapper.__module__}:BaseDatabaseWrapper._commit", slowly)


def begin(variables: Mapping[str, str]) -> None:
    """Make a process that was forked the one that its variables describe."""
    from django.db import connections

    from webapp.environment import environment
    from webapp.runs import stopping

    stopping._told = mmap.mmap(-1, 1)  # of this worker and its child alone
    environment.node = variables.get("NODE", "")
    options = connections["default"].settings_dict.setdefault("OPTIONS", {})
    if connections["default"].vendor == "postgresql":
        options["application_name"] = variables["CHAOS_NAME"]
    if "CHAOS_CLOCK" in variables:
        _wrong_clock(float(variables["CHAOS_CLOCK"]))
    if "CHAOS_COMMIT" in variables:
        _slow_commits(float(variables["CHAOS_COMMIT"]))
    if variables.get("CHAOS_MUTATION"):
        from tests.chaos.mutations import MUTATIONS

        MUTATIONS[variables["CHAOS_MUTATION"]]()
    if "NODE" in variables:
        worker_process_init.connect(_inject, weak=False)
    else:
        _inject_sweeper()
