"""The studio under fire: real processes that are started again when they die, as the launcher would, and what is due later."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from django.db import Error, connection

from tests.chaos.forked import Forked, as_sweeper, as_web, as_worker, members
from tests.chaos.mischief import CURSED, armed
from tests.webapp.processes import LEASE, free_port
from webapp.launch.watchdog import SHORT as DECIDES
from webapp.launch.watchdog import Watchdog
from webapp.runs.models import Work

if TYPE_CHECKING:
    from tests.chaos.schedule import Schedule
    from tests.chaos.surroundings import Surroundings

T = TypeVar("T")
PAUSE = 0.5  # seconds before a process that died is started again
PATIENCE = 30.0  # seconds of the watchdog: longer than a start takes on a machine that has much else to do
LONGEST_FREEZE = 30.0  # seconds after it is due
TURN = 0.1
GRACE = 60.0  # seconds in which all have to end once they are asked


@dataclass
class Kept:
    """A process that is kept alive."""

    start: Callable[[], Forked]
    process: Forked = field(init=False)
    began: float = field(init=False)
    _died: float | None = None

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self.process, self.began, self._died = self.start(), time.monotonic(), None

    def look(self) -> None:
        """What its main process left goes with it, then it is started again."""
        if self.process.running():
            return
        if self._died is None:
            self.process.kill()
            self._died = time.monotonic()
        elif time.monotonic() - self._died >= PAUSE:
            self._begin()


class Studio:
    """Web, workers, sweepers, Redis, and PostgreSQL where the schedule says so, in one folder."""

    def __init__(self, plan: Schedule, ground: Surroundings) -> None:
        self.plan, self.folder, self.broker, self.postgres = plan, ground.folder, ground.broker, ground.postgres
        self.messages = 0  # that were intercepted
        self.restarted = 0  # workers, by the watchdog
        self._due: list[tuple[float, Callable[[], object]]] = []
        self._frozen: dict[int, float] = {}  # group -> when it is due
        self._seen: set[str] = set()  # deeds that froze one
        self._watchdog, self._watched = Watchdog(PATIENCE), 0.0
        armed(self.folder).mkdir()
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        clocks = [*plan.clocks, *[0.0] * (plan.workers + plan.sweepers - len(plan.clocks))]
        self.web = self._kept("web", as_web, str(port), 0.0)
        self.workers = [
            self._kept(f"chaos/{number}", as_worker, f"chaos/{number}", clocks[number], NODE=f"chaos/{number}")
            for number in range(plan.workers)
        ]
        self.sweepers = [
            self._kept(f"sweeper {number}", as_sweeper, "1", clocks[plan.workers + number])
            for number in range(plan.sweepers)
        ]

    def _kept(self, name: str, deed: Callable[[str], None], word: str, clock: float, **more: str) -> Kept:
        variables = {"CHAOS_NAME": name, "CHAOS_MUTATION": self.plan.mutation, **more}
        if clock:
            variables["CHAOS_CLOCK"] = str(clock)
        if self.plan.commit:
            variables["CHAOS_COMMIT"] = str(self.plan.commit)
        return Kept(lambda: Forked(deed, word, variables, self.folder / "processes.log"))

    @property
    def kept(self) -> list[Kept]:
        return [self.web, *self.workers, *self.sweepers]

    def arm(self, deed: str, fault: str) -> None:
        """Let it happen at the next call of its place."""
        (armed(self.folder) / deed).write_text(fault)

    def still_armed(self) -> list[str]:
        """Faults that are armed, and that nobody has come to."""
        files = [file for file in armed(self.folder).iterdir() if " taken by " not in file.name and file.name != CURSED]
        return [file.read_text() for file in files]

    def later(self, seconds: float, deed: Callable[[], object]) -> None:
        self._due.append((time.monotonic() + seconds, deed))

    @property
    def quiet(self) -> bool:
        """Whether nothing that has begun is still to end."""
        return not self._due and not self._frozen

    def turn(self) -> None:
        """Look after everything once."""
        now = time.monotonic()
        for one in [one for one in self._due if one[0] <= now]:
            self._due.remove(one)
            one[1]()
        for kept in self.kept:
            kept.look()
        self._thaw()
        if now - self._watched > 1.0:
            self._watched = now
            self._watch()
        time.sleep(TURN)

    def thaw_later(self, group: int, seconds: float) -> None:
        """Let a frozen worker go on after so long, and not before its Work was taken from it."""
        self._frozen[group] = time.monotonic() + seconds

    def _thaw(self) -> None:
        for file in armed(self.folder).glob("stop, * taken by *"):  # an armed deed froze it
            if file.name not in self._seen:
                self._seen.add(file.name)
                with suppress(ProcessLookupError):
                    self.thaw_later(os.getpgid(int(file.name.rpartition(" ")[2])), LEASE * 1.2)
        now = time.monotonic()
        for group, due in list(self._frozen.items()):
            # One that was frozen within a transaction of SQLite's holds everybody up: nobody can take its Work.
            if now >= due + LONGEST_FREEZE or (now >= due and not self.asked(lambda group=group: self._holds(group))):  # type: ignore[misc]
                del self._frozen[group]
                with suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGCONT)

    def _holds(self, group: int) -> bool:
        """Whether the worker of a group has Work that nobody has taken from it."""
        names = [f"chaos/{number}" for number, kept in enumerate(self.workers) if kept.process.pid == group]
        return Work.objects.filter(owner__in=names, status=Work.Status.RUNNING).exists()

    def _watch(self) -> None:
        """The product's own watchdog; each worker here both decides and performs."""
        began = {f"chaos/{number}": kept.began for number, kept in enumerate(self.workers)}
        up = began | {f"{name}/{DECIDES}": at for name, at in began.items()}
        try:
            found = {name.removesuffix(f"/{DECIDES}") for name in self._watchdog.stuck(up, time.monotonic())}
        except Error:
            connection.close()
            return
        for name in found:
            self.restarted += 1
            self.workers[int(name.rpartition("/")[2])].process.kill()

    def asked(self, question: Callable[[], T]) -> T | None:
        """The database's answer; None where it is away."""
        try:
            return question()
        except Error:
            connection.close()
            return None

    def stop(self) -> set[int]:
        """Ask all to end. After: nothing runs; which processes did not end by themselves."""
        processes = [kept.process for kept in self.kept]
        for process in processes:
            process.signal(signal.SIGCONT)
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
        groups = [process.pid for process in processes]
        deadline = time.monotonic() + GRACE
        while (left := members(groups)) and time.monotonic() < deadline:
            time.sleep(TURN)
        for process in processes:
            process.kill()
        return left
