"""What a bundle tells held against what came out here: equal, or the first thing that is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from nas_engine.bundle.format import Surroundings, Written
from nas_engine.bundle.reading import Bundle
from nas_engine.errors import Incompatible, shown
from nas_engine.run import is_found
from nas_engine.wire import Plain, canonical

ENDED = ("finished", "infeasible")


class Finds(Protocol):
    """What came out here."""

    def events(self) -> Iterator[Written]:
        """All facts, in order."""

    def find(self, key: str) -> Written | None:
        """The fact with this key."""

    def state(self) -> Plain | None:
        """The run's last state."""

    def history_digest(self) -> str:
        """Of all of it."""


@dataclass(frozen=True)
class Difference:
    """The first fact that is not the same. `number`: in the bundle, else here; None for the state that the run ended in.

    `field` is the dotted path within it, empty where the fact is on one side only; `theirs` and `ours` are short texts.
    """

    number: int | None
    key: str
    kind: str
    field: str
    theirs: str
    ours: str

    def __str__(self) -> str:
        what = f"fact {self.number} ({self.kind}, {self.key})" if self.number else "the state that the run ended in"
        where = f", field {self.field}" if self.field else ""
        return f"{what}{where}: {self.theirs} in the bundle, {self.ours} here"


@dataclass(frozen=True)
class Compared:
    """`elsewhere`: in what the environments differ, in words; where it holds something, a difference means nothing."""

    digest: str
    ours: str
    difference: Difference | None
    elsewhere: tuple[str, ...]
    slots: int = 1

    @property
    def equal(self) -> bool:
        return self.digest == self.ours

    def said(self) -> str:
        """The outcome in a sentence or two."""
        if self.equal:
            other = f" ({'; '.join(self.elsewhere)})" if self.elsewhere else ""
            return f"it came out equal: history digest {self.ours}{other}"
        first = f"the first difference is {self.difference}" if self.difference else "no fact of it differs"
        told = f"it came out different: history digest {self.ours} here, {self.digest} in the bundle; {first}"
        if self.elsewhere:
            return f"{told}. The environment is another one, so this says nothing: {'; '.join(self.elsewhere)}"
        if self.slots > 1:
            return f"{told}. It had {self.slots} slots, so the order of arrival may have led elsewhere"
        return told


def refuse_incomparable(bundle: Bundle) -> None:
    """Raises Incompatible where its recipe alone does not lead to what it tells."""
    said = bundle.manifest
    if said.status not in ENDED:
        raise Incompatible(
            f"the run in the bundle is {said.status}, and only one that has ended by itself can be compared;"
            " `run` makes it again"
        )
    if said.concluded:
        raise Incompatible(
            "a person ended the search of the run in the bundle early, which its recipe does not say; `run` makes it again"
        )


def compared(bundle: Bundle, ours: Finds, environments: Sequence[Surroundings]) -> Compared:
    """Hold what came out here against a bundle. Raises Incompatible for one that cannot be compared."""
    refuse_incomparable(bundle)
    digest, own = bundle.manifest.history_digest, ours.history_digest()
    elsewhere = tuple(surroundings(bundle.environments, environments))
    first = None if digest == own else _first(bundle, ours)
    return Compared(digest, own, first, elsewhere, bundle.manifest.slots)


def surroundings(theirs: Sequence[Surroundings], ours: Sequence[Surroundings]) -> list[str]:
    """In what two environments differ, in words; nothing where they are the same."""
    if not theirs or not ours:
        return [f"the environment was not recorded {'in the bundle' if not theirs else 'here'}"]
    names = sorted({name for one in (*theirs, *ours) for name in one})
    found = []
    for name in names:
        there, here = ({one.get(name, "unknown") for one in side} for side in (theirs, ours))
        if there != here:
            found.append(f"{name} is {' and '.join(sorted(there))} there and {' and '.join(sorted(here))} here")
    return found


def _first(bundle: Bundle, ours: Finds) -> Difference | None:
    for one in bundle.events():
        if is_found(one.event):
            other = ours.find(one.event.key)
            if other is None or not is_found(other.event):
                return _alone(one, theirs=True)
            if canonical(one.event.plain()) != canonical(other.event.plain()):
                return _field(one, one.event.plain(), other.event.plain())
    for one in ours.events():
        if is_found(one.event) and one.event.key not in bundle:
            return _alone(one, theirs=False)
    theirs, here = bundle.state or {}, ours.state() or {}
    found = _path({**theirs, "seconds": None}, {**here, "seconds": None})
    return None if found is None else Difference(None, "", "state", *found)


def _alone(one: Written, *, theirs: bool) -> Difference:
    there, here = ("there", "missing") if theirs else ("missing", "there")
    return Difference(one.seq, one.event.key, one.event.fact.kind, "", there, here)


def _field(one: Written, theirs: Plain, ours: Plain) -> Difference:
    found = _path(theirs, ours)
    assert found is not None
    return Difference(one.seq, one.event.key, one.event.fact.kind, *found)


def _path(theirs: object, ours: object, path: str = "") -> tuple[str, str, str] | None:
    """Where two values first differ, and what stands there on either side."""
    if isinstance(theirs, dict) and isinstance(ours, dict):
        pairs = [(str(name), theirs.get(name), ours.get(name)) for name in sorted({*theirs, *ours}, key=str)]
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        pairs = [(str(number), one, other) for number, (one, other) in enumerate(zip(theirs, ours, strict=True))]
    else:
        return None if canonical(theirs) == canonical(ours) else (path, shown(theirs), shown(ours))
    for name, one, other in pairs:
        found = _path(one, other, f"{path}.{name}" if path else name)
        if found is not None:
            return found
    return None
