"""From the form to the recipe. Fields are named by their dotted path in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

from django.http import QueryDict

from webapp.pages.draft.schemas import (
    Schema,
    budget_schema,
    deep,
    families,
    fields_of,
    optional,
    own_form,
    row_form,
    seed_schema,
    settled,
)

ABSENT: Any = object()
OWN = "own"  # where a name or the thing itself may stand: the thing itself
STAGE = re.compile(r"pipeline\.(\d+)\.kind")


def read_form(sent: QueryDict) -> dict[str, Any]:
    """The recipe that a form describes, as plain data. What equals its default is left out, what cannot be read is kept as text.

    The engine judges it: nothing is refused here.
    """
    made: dict[str, Any] = {"version": 1, "name": text_of(sent, "name")}
    seed = _read(seed_schema(), "seed", sent)
    if seed is not ABSENT and seed != 0:
        made["seed"] = seed
    made["task"] = _component(families()["tasks"], "task", sent)
    made["space"] = _component(families()["spaces"], "space", sent)
    budget = {name: part for name, part in _object(budget_schema(), "budget", sent).items() if part}
    if budget:
        made["budget"] = budget
    places = sorted(int(found[1]) for name in sent if (found := STAGE.fullmatch(name)))
    made["pipeline"] = [_component(families()["stages"], f"pipeline.{place}", sent) for place in places]
    return made


def text_of(sent: QueryDict, name: str) -> str:
    """The one value of a name, without spaces around it; empty where there is none."""
    return str(sent.get(name, "")).strip()


def _component(kinds: Mapping[str, Schema], path: str, sent: QueryDict) -> dict[str, Any]:
    kind = text_of(sent, f"{path}.kind")
    if kind not in kinds:
        return {"kind": kind}
    return {"kind": kind, **_object(kinds[kind], path, sent)}


def _object(schema: Schema, path: str, sent: QueryDict) -> dict[str, Any]:
    """The fields that differ from their defaults."""
    made: dict[str, Any] = {}
    for name, held in fields_of(schema).items():
        value = _read(held, f"{path}.{name}", sent)
        if value is ABSENT or ("default" in held and same(value, held["default"])):
            continue
        made[name] = value
    return made


def _numbers(path: str, sent: QueryDict) -> list[int]:
    """The rows of a table that were sent."""
    place = re.compile(rf"{re.escape(path)}\.(\d{{1,4}})\.")
    return sorted({int(found[1]) for name in sent if (found := place.match(name))})


def same(one: object, other: object) -> bool:
    """Whether two plain values are equal: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _read(schema: Schema, path: str, sent: QueryDict) -> Any:
    if "oneOf" in schema:
        return _component({one["title"]: one for one in schema["oneOf"]}, path, sent)
    own, row, held = own_form(schema), row_form(schema), settled(schema)
    if own is not None and text_of(sent, path) == OWN:
        return _object(own, path, sent)
    if deep(schema):
        return _json(text_of(sent, path))
    if row is not None:
        return [_object(row, f"{path}.{number}", sent) for number in _numbers(path, sent)]
    if "properties" in held and path in sent:
        return text_of(sent, path)  # chosen as a whole: what the choice is called
    if "properties" in held:
        blank = not any(text_of(sent, f"{path}.{name}") for name in fields_of(held))
        return None if blank and optional(schema) else _object(held, path, sent)
    if held.get("type") == "boolean":
        return path in sent
    if held.get("type") == "array":
        return [_scalar(held["items"], str(text)) for text in sent.getlist(path)]
    text = text_of(sent, path)
    if text == "":
        return None if optional(schema) else ABSENT
    return _scalar(held, text)


def _json(text: str) -> Any:
    """What JSON text holds; the text, for the engine to refuse, where it is none; nothing where there is none."""
    try:
        return json.loads(text) if text else ABSENT
    except (ValueError, RecursionError):
        return text


def _scalar(schema: Schema, text: str) -> Any:
    """A number where one is wanted and this is one; otherwise the text, for the engine to refuse."""
    kind = schema.get("type")
    if kind == "integer":
        return _number(text, _whole)
    return _number(text, float) if kind == "number" else text


def _whole(text: str) -> int | float:
    """1e5 is a whole number too."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return int(number) if number.is_integer() else number


def _number(text: str, read: Any) -> Any:
    try:
        found = read(text)
    except (ValueError, OverflowError, RecursionError):
        return text
    return text if isinstance(found, float) and not isfinite(found) else found
