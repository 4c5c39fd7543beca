"""The one process that starts the others, starts again what dies, and stops them all."""

from __future__ import annotations

import os
import selectors
import signal
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from webapp.launch.child import Child
from webapp.launch.log import say

TURN = 0.25  # seconds
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Supervisor:
    """Children in the order in which they start; they stop in the reverse one, those of a group together."""

    def __init__(self) -> None:
        self._groups: list[list[Child]] = []
        self._pipes = selectors.DefaultSelector()
        self._asked = 0  # signals that came
        self._to_end: SimpleQueue[str] = SimpleQueue()

    def listen(self) -> None:
        """From now on Ctrl-C and SIGTERM stop; a second one kills what has not stopped yet."""
        for number in SIGNALS:
            signal.signal(number, self._ask)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup's wish
            signal.signal(signal.SIGHUP, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self._asked += 1

    @property
    def stopping(self) -> bool:
        return self._asked > 0

    def start(self, children: Sequence[Child]) -> None:
        """Start a group. Raises OSError for a command that cannot be run."""
        group: list[Child] = []
        self._groups.append(group)
        for child in children:
            child.start()
            group.append(child)
            self._attach(child)

    def restart(self, name: str) -> None:
        """Ask for the end of a child, which then starts again. From any thread."""
        self._to_end.put(name)

    def run(self, each_turn: Callable[[], None]) -> None:
        """Until a signal comes."""
        while not self.stopping:
            self.turn()
            each_turn()

    def turn(self, *, again: bool = True) -> None:
        """Pass on what was said, see who has ended, start who is due."""
        for key, _ in self._pipes.select(TURN):
            self._read(key)
        for child in self._children():
            if child.look():
                self._ended(child, again=again)
            elif again and child.start_if_due():
                self._attach(child)
        while True:
            try:
                name = self._to_end.get_nowait()
            except Empty:
                return
            for child in self._children():
                if child.name == name:
                    child.end()

    def stop(self) -> None:
        """After: no process is left that was started here."""
        killed = False
        for group in reversed(self._groups):
            for child in group:
                child.end()
            while any(child.process is not None for child in group):
                if self._asked > 1 and not killed:
                    killed = True
                    for child in self._children():
                        child.kill()
                self.turn(again=False)

    def _children(self) -> list[Child]:
        return [child for group in self._groups for child in group]

    def _attach(self, child: Child) -> None:
        os.set_blocking(child.output.fileno(), False)
        self._pipes.register(child.output, selectors.EVENT_READ, child)

    def _read(self, key: selectors.SelectorKey) -> bool:
        """Whether more may come."""
        child: Child = key.data
        try:
            data = os.read(key.fd, 65536)
        except BlockingIOError:
            return False
        if data:
            child.log.feed(data)
            return True
        self._detach(child)
        return False

    def _detach(self, child: Child) -> None:
        self._pipes.unregister(child.output)
        child.output.close()
        child.log.end()

    def _ended(self, child: Child, *, again: bool) -> None:
        """Its last words first."""
        while not child.output.closed and self._read(self._pipes.get_key(child.output)):
            pass
        if not child.output.closed:
            self._detach(child)
        text = child.ended()
        if again:
            say(text)
