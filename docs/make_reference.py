"""Writes docs/reference.md from the catalog, so that it says what the engine does.

python docs/make_reference.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from nas_engine.budget import Budget
from nas_engine.catalog import FAMILIES, catalog, recipe_schema, skeletons
from nas_engine.operators import Declaration
from nas_engine.shapes import TaskShape
from nas_engine.spaces import Skeleton, SpaceDocument
from nas_engine.tasks import GivenNormalisation, StoredData

PAGE = Path(__file__).resolve().parent / "reference.md"
Schema = dict[str, Any]
LINE = "\n"
WORDS = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text", "null": "`null`"}

TITLES = {
    "tasks": ("task", "What the networks are for: the recipe's `task`."),
    "augmentations": ("augmentation", "The `augmentation` of a task: how its training images are varied."),
    "spaces": ("space", "Where to search: the recipe's `space`."),
    "stages": ("stage", "Steps of the recipe's `pipeline`."),
    "trainers": ("trainer", "The `trainer` of a `train` stage."),
    "strategies": ("strategy", "The `strategy` of a `search` stage."),
    "estimators": ("estimator", "The `estimator` of a stage that searches or measures."),
    "exporters": ("exporter", "Names in the `exporters` of an `export` stage."),
    "operators": ("operator", "What may stand at a place, named by its label: see [architecture.md](architecture.md)."),
    "primitives": (
        "primitive",
        "Steps of an [operator of your own](operators.md): what its `nodes` list.",
    ),
}
HEAD = """# Reference

Every component, its fields, their ranges and defaults. This page is written by `docs/make_reference.py` from
`nas_engine.catalog`; do not edit it. `python -m nas_engine catalog` prints the same on a terminal. What the parts mean
together is in [recipe.md](recipe.md).

A field that is not listed is refused.
"""


def page() -> str:
    """The whole page."""
    found, whole = catalog(), recipe_schema()
    parts = [HEAD, "## Recipe\n", *_table(whole, whole)]
    for family, kinds in found.items():
        singular, meaning = TITLES[family]
        parts.append(f"## {family.capitalize()}\n\n{meaning}\n")
        for kind, schema in kinds.items():
            parts.append(f"### {singular} `{kind}`\n\n{schema['description']}\n")
            parts += _labels(schema) if family == "operators" else _table(schema, schema)
    for kind in (StoredData, GivenNormalisation, TaskShape):
        schema = TypeAdapter(kind).json_schema()
        parts.append(f"## {schema['title']}\n\n{schema['description'].partition(LINE)[0]}\n")
        parts += _table(schema, schema, every=True)
    described: set[str] = set()
    for kind in (Budget, Skeleton, SpaceDocument, Declaration):
        schema = TypeAdapter(kind).json_schema()
        for level, inner in (("##", schema), *(("###", inner) for inner in schema.get("$defs", {}).values())):
            if inner["title"] in described:
                continue
            described.add(inner["title"])
            parts.append(f"{level} {inner['title']}\n\n{inner['description'].partition(LINE)[0]}\n")
            parts += _table(inner, schema)
        if kind is Skeleton:
            parts.append("### Built-in skeletons\n")
            parts += [f"`{name}`:\n\n```json\n{_compact(value)}\n```\n" for name, value in skeletons().items()]
    return "\n".join(parts)


def _table(schema: Schema, whole: Schema, every: bool = False) -> list[str]:
    """An object's fields. `whole` holds the definitions that they may refer to; a component's kind is in its heading."""
    rows = [
        f"| `{name}` | {_value(field, whole)} | {_default(name, field, schema)} | {_help(field)} |"
        for name, field in schema["properties"].items()
        if every or name != "kind"
    ]
    if not rows:
        return ["No fields.\n"]
    return ["\n".join(["| field | value | default | meaning |", "|---|---|---|---|", *rows]) + "\n"]


def _labels(schema: Schema) -> list[str]:
    examples = ", ".join(f"`{label}`" for label in schema["examples"])
    return [f"Label: `{schema['label']}`. Such as {examples}.\n"]


def _value(field: Schema, whole: Schema) -> str:
    """What a value may be, in words."""
    if "$ref" in field:
        return _value(whole["$defs"][field["$ref"].rpartition("/")[2]], whole)
    if "oneOf" in field:
        titles = [option["title"] for option in field["oneOf"]]
        family = next(name for name, kinds in FAMILIES.items() if set(titles) <= set(kinds))
        return f"one of the [{family}](#{family})"
    if "anyOf" in field:
        return ", or ".join(_value(option, whole) for option in field["anyOf"])
    if "enum" in field or "const" in field:
        return " or ".join(f"`{json.dumps(value)}`" for value in field.get("enum", [field.get("const")]))
    if field["type"] == "array":
        count, each = _range(field, "minItems", "maxItems"), _value(field["items"], whole)
        return f"list, {count} long, of: {each}" if count else f"list of: {each}"
    if field["type"] == "object":
        if "additionalProperties" in field and "properties" not in field:
            return f"object: each a {_value(field['additionalProperties'], whole)}"
        trainer = field["title"].lower() in FAMILIES["trainers"]
        return f"[{field['title']}](#{'trainer-' if trainer else ''}{field['title'].lower()})"
    return f"{WORDS[field['type']]} {_range(field, 'minimum', 'maximum')}".strip()


def _range(schema: Schema, least: str, most: str) -> str:
    parts = [
        f"from {_figure(schema[least])}" if least in schema else "",
        f"above {_figure(schema['exclusiveMinimum'])}" if "exclusiveMinimum" in schema else "",
        f"to {_figure(schema[most])}" if most in schema else "",
        f"below {_figure(schema['exclusiveMaximum'])}" if "exclusiveMaximum" in schema else "",
    ]
    return ", ".join(part for part in parts if part).replace(", to", " to")


def _figure(value: float) -> str:
    return f"{value:,g}" if value < 1e6 else f"{int(value):,}"


def _default(name: str, field: Schema, schema: Schema) -> str:
    if name in schema.get("required", []):
        return "required"
    return f"`{json.dumps(field['default'])}`" if not isinstance(field.get("default", {}), dict) else "its own"


def _help(field: Schema) -> str:
    return str(field.get("description", "")).replace("|", "\\|")


def _compact(skeleton: Schema) -> str:
    """One line a stage."""
    text = json.dumps(skeleton)
    return text.replace('"stages": [{', '"stages": [\n  {').replace("}, {", "},\n  {").replace("}], ", "}],\n ")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
