"""An operator that somebody writes, between two requests: everything is in the page, nothing is kept here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from nas_engine.errors import NasError
from nas_engine.preview import declared_label
from webapp.pages.declaring.rows import JOINS, WIDTHS, WIRES, Row, Step, rows
from webapp.pages.draft.reading import same, text_of
from webapp.pages.draft.schemas import families, fields_of
from webapp.pages.draft.state import read_text
from webapp.pages.draft.ways import as_json
from webapp.pages.draft.wrong import Wrong, wrong

BEGIN: list[Step] = [
    {"kind": "depthwise", "kernel": 3, "stride": True},
    {"kind": "norm"},
    {"kind": "pointwise", "width": "out"},
    {"kind": "norm"},
    {"kind": "activation"},
]
ROW = re.compile(r"nodes\.(\d{1,2})\.kind")
MOST = 32  # rows that are read; the engine takes fewer


@dataclass
class Sketch:
    """A name and steps, each with a name of its own. `label` once it can be, `wrong` while it cannot."""

    name: str
    nodes: list[Step] = field(default_factory=list)
    label: str = ""
    wrong: Wrong | None = None
    text: str = ""  # JSON that was sent and is none

    @property
    def declaration(self) -> dict[str, Any]:
        """Without what is as usual, and with names only where a step is called by one."""
        called = {one for node in self.nodes for one in node.get("inputs", ()) if isinstance(one, str)}
        return {"name": self.name, "nodes": [_tidy(node, called) for node in self.nodes]}

    @property
    def json(self) -> str:
        return self.text or as_json(self.declaration)

    @property
    def rows(self) -> list[Row]:
        return rows(self.nodes)

    def look(self) -> None:
        """Ask the engine; what it says is put beside the nearest input."""
        if self.wrong is not None:
            return
        try:
            self.label = declared_label(self.declaration)
        except NasError as error:
            self.wrong = wrong(error).beside(["name", "nodes", *(path for row in self.rows for path in row.paths())])


def begun(name: str = "", nodes: Iterable[Step] = BEGIN) -> Sketch:
    """A sketch of steps as a declaration has them."""
    return Sketch(name, named([dict(node) for node in nodes]))


def sketch_of(sent: QueryDict) -> Sketch:
    """What a page sent, after the act of its button: `add`, `up:2`, `down:2`, `remove:2`, `json`; others change nothing."""
    made = Sketch(text_of(sent, "name")[:60])
    places = sorted(int(found[1]) for key in sent if (found := ROW.fullmatch(key)))[:MOST]
    made.nodes = named([_read(sent, f"nodes.{place}") for place in places])
    name, _, number = text_of(sent, "act").partition(":")
    if name == "json":
        _take_text(made, str(sent.get("json", "")))
    elif name == "add":
        made.nodes = named([*made.nodes, _new(text_of(sent, "new_kind"))])
    elif number.isdecimal() and len(number) < 3 and int(number) < len(made.nodes):
        _move(made.nodes, name, int(number))
    return made


def _new(kind: str) -> Step:
    """A step of a kind, as it is usual."""
    known = families()["primitives"]
    made: Step = {"kind": kind if kind in known else "norm"}
    return {**made, "width": "out"} if "width" in fields_of(known[made["kind"]]) else made


def _take_text(made: Sketch, text: str) -> None:
    """The JSON beside the form in place of its rows. What is no declaration at all stays where it was written."""
    found, made.wrong = read_text(text)
    nodes = found.get("nodes")
    if made.wrong is None and not (isinstance(nodes, list) and all(isinstance(node, dict) for node in nodes)):
        made.wrong = Wrong("json", "wanted an object with a 'name' and 'nodes', a list of objects")
    if made.wrong is not None or not isinstance(nodes, list):
        made.text = text
        return
    made.name = str(found.get("name", made.name))
    made.nodes = named([dict(node) for node in nodes[:MOST]])


def _move(nodes: list[Step], name: str, number: int) -> None:
    if name == "remove":
        nodes.pop(number)
    elif name == "up" and number > 0:
        nodes[number - 1], nodes[number] = nodes[number], nodes[number - 1]
    elif name == "down" and number + 1 < len(nodes):
        nodes[number + 1], nodes[number] = nodes[number], nodes[number + 1]


def named(nodes: list[Step]) -> list[Step]:
    """Every step with a name of its own, so that others can be told to follow it."""
    taken = {str(node.get("name", "")) for node in nodes}
    free = (name for number in range(1, 10_000) if (name := f"s{number}") not in taken)
    return [node if node.get("name") else {**node, "name": next(free)} for node in nodes]


def _read(sent: QueryDict, path: str) -> Step:
    """A step of the form: of its kind's fields those that were sent, the others as they are when it is new."""
    kind = text_of(sent, f"{path}.kind")
    follows = [one for one in sent.getlist(f"{path}.inputs") if one][: 64 if kind in JOINS else 1]
    made: Step = {"kind": kind, "name": text_of(sent, f"{path}.name")}
    if follows and kind != "skip":
        made["inputs"] = follows
    drawn = text_of(sent, f"{path}.was") == kind  # a new kind's switches were not on the page
    for name, schema in fields_of(families()["primitives"].get(kind, {})).items():
        if name in WIRES:
            continue
        if schema.get("type") == "boolean":
            made[name] = f"{path}.{name}" in sent
            continue
        text = text_of(sent, f"{path}.{name}")
        if text and drawn:
            made[name] = int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) and name != "width" else text
        elif name == "width":
            made[name] = text if text in WIDTHS else "out"
    return made


def _tidy(node: Step, called: set[str]) -> Step:
    schema = fields_of(families()["primitives"].get(str(node.get("kind")), {}))
    kept = {
        name: value
        for name, value in node.items()
        if name not in ("name", "kind") and not (name in schema and same(value, schema[name].get("default", ...)))
    }
    name = {"name": node["name"]} if node.get("name") in called or not isinstance(node.get("name"), str) else {}
    return {"kind": node.get("kind"), **kept, **name}
