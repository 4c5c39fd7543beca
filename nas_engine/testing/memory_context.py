"""A Work's context in memory: what a component meets while it is tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from nas_engine.errors import Cancelled, StorageFailed
from nas_engine.events import Event, Fact
from nas_engine.wire import Plain, Tensors, pack, sha256, unpack
from nas_engine.work import Store, Stored, Work


@dataclass
class MemoryStore:
    """Files in a dictionary, by key and checksum."""

    files: dict[Stored, bytes] = field(default_factory=dict)

    def put(self, key: str, data: bytes) -> Stored:
        stored = Stored(key, sha256(data))
        self.files[stored] = data
        return stored

    def get(self, stored: Stored) -> bytes:
        """Raises StorageFailed for a file that was never put."""
        if stored not in self.files:
            raise StorageFailed(f"no file {stored.key} with checksum {stored.sha256[:12]} was put")
        return self.files[stored]


@dataclass
class MemoryContext:
    """A context whose files, facts and checkpoint stay in memory. See `work.Context`.

    A checkpoint is due only where `due` says so. `checks` is how often it may be asked to go on before it says that the
    user cancelled; each time, `tick` device seconds pass. A second attempt at the same Work is `again()`.
    """

    work: Work = field(default_factory=lambda: Work("0-test", 0, "test", {}, seed=0))
    device: str = "cpu"
    store: Store = field(default_factory=MemoryStore)
    due: bool = False
    checks: int | None = None
    tick: float = 0.0
    concludes: bool = False  # whether the user asked to conclude

    events: list[Event] = field(default_factory=list)
    gauges: list[tuple[int, int, dict[str, float]]] = field(default_factory=list)
    durable: int = 0  # of the events: those told up to the last checkpoint
    saved: bytes | None = None  # the last checkpoint, as a file
    seconds: float = 0.0

    def emit(self, event: Event) -> None:
        """A fact that was told before is ignored."""
        if event.key not in {known.key for known in self.events}:
            self.events.append(event)

    def gauge(self, done: int, total: int, metrics: Mapping[str, float]) -> None:
        self.gauges.append((done, total, dict(metrics)))

    def check(self) -> None:
        if self.checks is not None:
            if self.checks == 0:
                raise Cancelled("cancelled by the test")
            self.checks -= 1
        self.seconds += self.tick

    def concluding(self) -> bool:
        return self.concludes

    def spent(self) -> float:
        return self.seconds

    def restored(self) -> tuple[Plain, Tensors] | None:
        return None if self.saved is None else unpack(self.saved)

    def checkpoint_due(self) -> bool:
        return self.due

    def checkpoint(self, content: Plain, tensors: Tensors) -> None:
        self.durable, self.saved = len(self.events), pack(content, tensors)

    @property
    def facts(self) -> list[Fact]:
        """What was told, in order."""
        return [event.fact for event in self.events]

    def again(self) -> MemoryContext:
        """The next attempt, after a death: from the last checkpoint on, with the facts that were durable, uncancelled."""
        kept = self.events[: self.durable]
        return replace(self, checks=None, events=kept, gauges=[])
