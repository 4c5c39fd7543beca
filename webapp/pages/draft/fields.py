"""From the recipe to the form: its fields, drawn from the catalog's schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from webapp.pages.draft.reading import OWN, same
from webapp.pages.draft.schemas import Schema, deep, fields_of, one_of, optional, own_form, row_form, settled

FRONT = 4  # fields of a component that are shown at once; the others where they were changed
BEHIND = {
    "seed",
    "name",
    "share",
    "validation",
    "test",
    "split_seed",
    "reference",
    "mixing",
}  # shown at once only where changed
WORDS = {"madds": "MAdds", "params": "Params", "first": "First block"}
FAR = 10**9  # a bound beyond it is no help
RANGES = (
    ("minimum", "from {}"),
    ("exclusiveMinimum", "above {}"),
    ("maximum", "to {}"),
    ("exclusiveMaximum", "below {}"),
)


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    chosen: bool = False


@dataclass
class Field:
    """One input. `path` is its place in the recipe, and its name in the form."""

    path: str
    label: str
    control: Literal["number", "text", "choice", "switch", "toggles"]
    value: str = ""
    options: list[Option] = field(default_factory=list)
    on: bool = False
    help: str = ""
    low: str = ""
    high: str = ""
    step: str = ""
    default: str = ""
    changed: bool = False
    redraws: bool = False  # another value needs other fields

    @property
    def shown(self) -> str:
        """The value in a sentence."""
        if self.control == "switch":
            return "on" if self.on else "off"
        return ", ".join(one.label for one in self.options if one.chosen) if self.control == "toggles" else self.value


@dataclass(frozen=True)
class Row:
    """An object of a list. `number` counts from 1."""

    path: str
    number: int
    fields: list[Field]


@dataclass
class Rows:
    """A list of objects, one a row. `columns`: its fields without values; `least` and `most`: how many rows there may be."""

    path: str
    label: str
    columns: list[Field]
    rows: list[Row]
    least: int = 0
    most: int = FAR
    help: str = ""

    @property
    def fixed(self) -> bool:
        """No row may be taken away."""
        return len(self.rows) <= self.least

    @property
    def full(self) -> bool:
        return len(self.rows) >= self.most


@dataclass
class Group:
    """A component: which kind, its fields, and the components in it. `front` is shown at once, `more` on demand."""

    path: str
    label: str
    kind: Field | None = None
    front: list[Field] = field(default_factory=list)
    more: list[Field] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    help: str = ""
    absent: bool = False  # optional, and not there

    @property
    def brief(self) -> str:
        """What is set in it, in a line: the kinds of its components, and what differs from its default."""
        named = self.kind.value.replace("_", " ") if self.kind else ""
        own = ", ".join(
            f"{one.label.lower()} {one.shown}"
            for one in (*self.front, *self.more)
            if one.changed and one.path.rpartition(".")[2] not in ("name", "share")
        )
        parts = [": ".join(part for part in (named, own) if part), *(one.brief for one in self.groups)]
        return " · ".join(part for part in parts if part)

    def paths(self) -> Iterator[str]:
        """Every place at which an error can be shown."""
        yield self.path
        yield from ([self.kind.path] if self.kind else [])
        yield from (one.path for one in (*self.front, *self.more))
        for table in self.rows:
            yield table.path
            yield from (one.path for row in table.rows for one in row.fields)
        for group in self.groups:
            yield from group.paths()


def group(schema: Schema, path: str, label: str, value: object, offered: dict[str, list[str]] | None = None) -> Group:
    """A component's fields, with the values that plain data gives them. `offered`: what lists may hold, by name."""
    held = value if isinstance(value, dict) else {}
    made = Group(path, label, help=schema.get("description", "").partition("\n")[0])
    for name, one in fields_of(schema).items():
        inner = f"{path}.{name}"
        if deep(one):
            continue
        if "oneOf" in one:
            made.groups.append(choice_of_component(one, inner, held.get(name)))
        elif "properties" in settled(one):
            part = group(settled(one), inner, words(name), held.get(name))
            part.absent = optional(one) and held.get(name) is None
            made.groups.append(part)
        elif (row := row_form(one)) is not None:
            made.rows.append(_rows(one, row, inner, words(name), held.get(name)))
        else:
            made.front.append(input_of(one, inner, name, held, (offered or {}).get(name, [])))
            own = own_form(one)
            if own is not None and isinstance(held.get(name), dict):
                made.groups.append(group(own, inner, f"Your own {words(name).lower()}", held[name]))
    ordered = sorted(made.front, key=lambda one: one.path.rpartition(".")[2] in BEHIND)
    made.front = [one for place, one in enumerate(ordered) if one.changed or _at_once(place, one)]
    made.more = [one for one in ordered if one not in made.front]
    return made


def _at_once(place: int, one: Field) -> bool:
    return place < FRONT and one.path.rpartition(".")[2] not in BEHIND


def _rows(schema: Schema, row: Schema, path: str, label: str, value: object) -> Rows:
    """A list of objects as a table of inputs."""
    held = [one if isinstance(one, dict) else {} for one in value] if isinstance(value, list) else []
    return Rows(
        path,
        label,
        _row(row, path, {}),
        [Row(f"{path}.{n}", n + 1, _row(row, f"{path}.{n}", one)) for n, one in enumerate(held)],
        settled(schema).get("minItems", 0),
        settled(schema).get("maxItems", FAR),
        settled(schema).get("description", ""),
    )


def _row(schema: Schema, path: str, values: dict[str, Any]) -> list[Field]:
    return [input_of(one, f"{path}.{name}", name, values, []) for name, one in fields_of(schema).items()]


def choice_of_component(schema: Schema, path: str, value: object) -> Group:
    """A field that holds one of several components."""
    kind = value.get("kind") if isinstance(value, dict) else None
    chosen = one_of(schema, kind)
    made = group(chosen, path, words(path.rpartition(".")[2]), value)
    made.kind = kind_field(path, [one["title"] for one in schema["oneOf"]], str(chosen["title"]), made.label)
    return made


def kind_field(path: str, kinds: list[str], chosen: str, label: str) -> Field:
    options = [Option(kind, words(kind), kind == chosen) for kind in kinds]
    return Field(f"{path}.kind", label, "choice", chosen, options, redraws=True)


def input_of(schema: Schema, path: str, name: str, values: dict[str, Any], offered: list[str]) -> Field:
    """The control that fits a field's schema."""
    default, held = schema.get("default"), settled(schema)
    value = values.get(name, default)
    made = Field(path, words(name), "text", written(value), help=held.get("description", ""), default=written(default))
    made.changed = name in values and not same(value, default)
    if own_form(schema) is not None:
        chosen = OWN if isinstance(value, dict) else made.value
        made.control, made.redraws, made.value, made.changed = "choice", True, chosen, False
        names = [*offered, *([] if chosen in (*offered, OWN) else [chosen]), OWN]
        made.options = [Option(one, "your own" if one == OWN else one, one == chosen) for one in names]
    elif held.get("type") == "boolean":
        made.control, made.on, made.default = "switch", value is True, "on" if default else "off"
    elif held.get("type") == "array":
        made.control, made.value, made.default = "toggles", "", ""
        made.options = _toggles([written(one) for one in value] if isinstance(value, list) else [], offered)
    elif "enum" in held or "const" in held:
        made.control = "choice"
        known = [str(one) for one in held.get("enum", [held.get("const")])]
        made.options = [Option(one, one, one == made.value) for one in known]
        if made.value not in known:
            made.options.append(Option(made.value, made.value, True))
    elif held.get("type") in ("integer", "number"):
        made.control, made.step = "number", "1" if held["type"] == "integer" else "any"
        made.low, made.high = written(held.get("minimum")), written(held.get("maximum"))
        made.help = ", ".join([made.help, *_range(held)]) if made.help else ", ".join(_range(held))
    if optional(schema):
        made.default = ""
    return made


def _toggles(chosen: list[str], offered: list[str]) -> list[Option]:
    """What is offered, in its order where the chosen ones are in that order too; otherwise the chosen ones first."""
    if [one for one in offered if one in chosen] == chosen:
        return [Option(one, one, one in chosen) for one in offered]
    return [Option(one, one, one in chosen) for one in (*chosen, *(one for one in offered if one not in chosen))]


def _range(schema: Schema) -> list[str]:
    said = [text.format(f"{schema[name]:,}") for name, text in RANGES if name in schema and schema[name] < FAR]
    return [", ".join(said).replace(", to ", " to ")] if said else []


def written(value: object) -> str:
    """A plain value as a form holds it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < FAR:
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)


def words(name: str) -> str:
    """A field's name as a label."""
    return WORDS.get(name) or (name[:1].upper() + name[1:]).replace("_", " ")
