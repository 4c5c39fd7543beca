"""Two versions of an operator set, side by side: what was added, removed, moved, and which fields changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from nas_engine.preview import declared_label
from webapp.operators.models import OperatorSetVersion

Step = dict[str, Any]


@dataclass(frozen=True)
class Changed:
    """A field of a declared operator; a step that is there in one version only has no other side."""

    path: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """An operator of either version. `before` and `after` are its labels, written out; empty where it is not there."""

    name: str
    what: str  # added, removed, changed or same
    before: str = ""
    after: str = ""
    changes: list[Changed] = field(default_factory=list)


def differences(older: OperatorSetVersion, newer: OperatorSetVersion) -> list[Difference]:
    """Every operator of the two: first those of the newer version in its order, then those that are gone."""
    was, now = _declared(older), _declared(newer)
    found = [_difference(name, older, was, now) for name in newer.labels]
    gone = (name for name in older.labels if name not in newer.labels)
    return [*found, *(Difference(name, "removed", before=_written(name, was)) for name in gone)]


def _declared(version: OperatorSetVersion) -> dict[str, Step]:
    return {one["name"]: one for one in version.declared}


def _written(name: str, declared: dict[str, Step]) -> str:
    return declared_label(declared[name]) if name in declared else name


def _difference(name: str, older: OperatorSetVersion, was: dict[str, Step], now: dict[str, Step]) -> Difference:
    after = _written(name, now)
    if name not in older.labels:
        return Difference(name, "added", after=after)
    before = _written(name, was)
    if before == after:
        return Difference(name, "same", before, after)
    steps = [one[name]["nodes"] if name in one else [] for one in (was, now)]
    return Difference(name, "changed", before, after, list(_steps(*steps)))


def _steps(before: list[Step], after: list[Step]) -> Iterator[Changed]:
    """Steps are matched by what they are; those that stand in each other's place are compared field by field."""
    matched = SequenceMatcher(a=[_what(step) for step in before], b=[_what(step) for step in after], autojunk=False)
    for way, a, b, c, d in matched.get_opcodes():
        if way == "equal":
            continue
        pairs = min(b - a, d - c)
        for number in range(pairs):
            yield from _fields(c + number, before[a + number], after[c + number])
        for number in range(a + pairs, b):
            yield Changed(f"nodes.{number}", _brief(before[number]), "")
        for number in range(c + pairs, d):
            yield Changed(f"nodes.{number}", "", _brief(after[number]))


def _what(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in step.items()))


def _fields(number: int, before: Step, after: Step) -> Iterator[Changed]:
    """Of two steps of one kind their fields, of two kinds the steps."""
    if before["kind"] != after["kind"]:
        yield Changed(f"nodes.{number}", _brief(before), _brief(after))
        return
    for name in after:
        if before.get(name) != after[name]:
            yield Changed(f"nodes.{number}.{name}", _said(before.get(name)), _said(after[name]))


def _brief(step: Step) -> str:
    """A step in a few words: its kind, and what is set in it."""
    told = (f"{name} {_said(value)}" for name, value in step.items() if name != "kind" and value not in ("", [], False))
    return ", ".join([str(step["kind"]), *told])


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
