"""What a run folder tells, as a bundle is written from and held against."""

from __future__ import annotations

from collections.abc import Iterator

from nas_engine.bundle import Written
from nas_engine.local import Journal
from nas_engine.wire import Plain


class RunHere:
    """A run on this machine. See `bundle.Finds`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def events(self) -> Iterator[Written]:
        return (Written(number, event) for number, event in self._journal.events())

    def find(self, key: str) -> Written | None:
        found = self._journal.event(key)
        return None if found is None else Written(*found)

    def state(self) -> Plain | None:
        return self._journal.state()

    def history_digest(self) -> str:
        return self._journal.history_digest()
