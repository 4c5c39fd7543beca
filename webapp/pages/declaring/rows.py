"""The steps of a declaration as rows of a form, drawn from the catalog's schemas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from webapp.pages.draft.fields import Option
from webapp.pages.draft.reading import same
from webapp.pages.draft.schemas import Schema, families, fields_of

Step = dict[str, Any]
WIDTHS = tuple(
    f"{side}{times}" for side in ("in", "out") for times in ("/8", "/4", "/2", "", "*2", "*3", "*4", "*6", "*8")
)
JOINS = frozenset(("add", "multiply", "concat"))
WIRES = ("name", "inputs")
WORDS = {"leave_out": "left out", "project": "projected", "hard_swish": "hard swish"}


@dataclass(frozen=True)
class Input:
    """One field of a step. `control`: choice, number or switch."""

    path: str
    label: str
    control: str
    value: str = ""
    options: tuple[Option, ...] = ()
    on: bool = False
    low: int | None = None
    high: int | None = None
    help: str = ""


@dataclass(frozen=True)
class Row:
    """A step. `sources`: what it may follow; several where it `joins`, none where it `starts` at the input."""

    path: str
    number: int
    name: str
    kind: str
    kinds: tuple[Option, ...]
    sources: tuple[Option, ...]
    joins: bool
    starts: bool
    inputs: list[Input] = field(default_factory=list)

    def paths(self) -> Iterator[str]:
        """Every place at which an error can be shown."""
        yield from (self.path, f"{self.path}.kind", f"{self.path}.inputs")
        yield from (one.path for one in self.inputs)


def rows(nodes: list[Step]) -> list[Row]:
    """The rows of steps, each of which has a name."""
    return [_row(number, nodes) for number in range(len(nodes))]


def _row(number: int, nodes: list[Step]) -> Row:
    node, path = nodes[number], f"nodes.{number}"
    kinds = families()["primitives"]
    kind = str(node.get("kind"))
    follows = [str(one) for one in node["inputs"]] if isinstance(node.get("inputs"), list) else []
    inputs = [
        _input(f"{path}.{name}", name, schema, node)
        for name, schema in fields_of(kinds.get(kind, {})).items()
        if name not in WIRES
    ]
    options = tuple(Option(one, one, one == kind) for one in kinds)
    sources = tuple(_sources(number, nodes, follows, kind in JOINS))
    return Row(
        path, number + 1, str(node.get("name", "")), kind, options, sources, kind in JOINS, kind == "skip", inputs
    )


def _sources(number: int, nodes: list[Step], follows: list[str], joins: bool) -> Iterator[Option]:
    """What a step may follow: for one that joins any of those before, for another one of them, the one before unless said."""
    if not joins:
        yield Option("", "the step before" if number else "the input", not follows)
    yield Option("x", "x, the input", "x" in follows)
    known = {"x", ""}
    for place, node in enumerate(nodes[:number], start=1):
        name = str(node.get("name", ""))
        known.add(name)
        yield Option(name, f"{place} {node.get('kind')}", name in follows)
    for name in follows:
        if name not in known:
            yield Option(name, f"{name}, which is not before it", True)


def _input(path: str, name: str, schema: Schema, node: Step) -> Input:
    value = node.get(name, schema.get("default"))
    label, said = name, str(schema.get("description", ""))
    if schema.get("type") == "boolean":
        return Input(path, label, "switch", on=value is True, help=said)
    offered = schema.get("enum") or (WIDTHS if name == "width" else None)
    if offered is not None:
        held = [*offered, *([] if any(same(value, one) for one in offered) else [value])]
        options = tuple(Option(str(one), WORDS.get(str(one), str(one)), same(one, value)) for one in held)
        return Input(path, label, "choice", str(value), options, help=said)
    return Input(path, label, "number", str(value), low=schema.get("minimum"), high=schema.get("maximum"), help=said)
