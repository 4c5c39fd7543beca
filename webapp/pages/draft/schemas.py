"""The catalog's JSON schemas, as the form walks them."""

from __future__ import annotations

from functools import cache
from typing import Any

from nas_engine.catalog import catalog, recipe_schema

Schema = dict[str, Any]
PLAIN = {"integer", "number", "boolean", "string"}


@cache
def families() -> dict[str, dict[str, Schema]]:
    """Family -> kind -> schema. Read only."""
    return catalog()


@cache
def budget_schema() -> Schema:
    """Of a recipe's budget, without references."""
    whole = recipe_schema()
    parts = whole["$defs"]
    properties = {name: parts[held["$ref"].rpartition("/")[2]] for name, held in parts["Budget"]["properties"].items()}
    return {**parts["Budget"], "properties": properties}


@cache
def seed_schema() -> Schema:
    found: Schema = recipe_schema()["properties"]["seed"]
    return found


def one_of(schema: Schema, kind: object) -> Schema:
    """The alternative of a field that holds a component: the one of this kind, else the first."""
    found: list[Schema] = schema["oneOf"]
    return next((one for one in found if one["title"] == kind), found[0])


def settled(schema: Schema) -> Schema:
    """What a value that is there has to be: an optional field without its null."""
    if "anyOf" not in schema:
        return schema
    first = next(one for one in schema["anyOf"] if one.get("type") != "null")
    return {**{name: held for name, held in schema.items() if name != "anyOf"}, **first}


def own_form(schema: Schema) -> Schema | None:
    """Of a field that holds a name or, in its place, the thing itself: what the thing itself looks like."""
    ways = schema.get("anyOf", ())
    named = any(one.get("type") == "string" for one in ways)
    return next((one for one in ways if "properties" in one), None) if named else None


def row_form(schema: Schema) -> Schema | None:
    """Of a list of objects that a table can show: what one of them looks like."""
    items: Schema = settled(schema).get("items", {})
    simple = all(settled(one).get("type") in PLAIN for one in fields_of(items).values())
    return items if "properties" in items and simple else None


def deep(schema: Schema) -> bool:
    """Whether a list's objects hold more than a row of a table can show: a page of their own writes them."""
    return "properties" in settled(schema).get("items", {}) and row_form(schema) is None


def takes_operators(space_kind: object) -> bool:
    """Whether a kind of space has a list of operators to choose from."""
    return "operators" in fields_of(families()["spaces"].get(str(space_kind), {}))


def schema_at(schema: Schema, path: str) -> Schema:
    """The schema of a field inside a component's. Raises KeyError for a path that leads nowhere."""
    for name in path.split("."):
        schema = fields_of(own_form(schema) or settled(schema))[name]
    return schema


def optional(schema: Schema) -> bool:
    return any(one.get("type") == "null" for one in schema.get("anyOf", ()))


def fields_of(schema: Schema) -> dict[str, Schema]:
    """A component's fields without its kind."""
    return {name: held for name, held in schema.get("properties", {}).items() if name != "kind"}


def beginning(schema: Schema) -> dict[str, Any]:
    """The least plain data of a component: what it requires, with the first alternative where there are several."""
    made: dict[str, Any] = {}
    if "kind" in schema.get("properties", {}):
        made["kind"] = schema["title"]
    for name, held in fields_of(schema).items():
        if name in schema.get("required", ()):
            made[name] = beginning(held["oneOf"][0]) if "oneOf" in held else []
    return made
