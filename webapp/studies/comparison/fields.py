"""The fields in which recipes differ: each recipe flattened to paths, and only the rows that are not alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 200  # rows; a saved space alone may have thousands of values
LONGEST = 160  # characters of a value


@dataclass(frozen=True)
class Field:
    """A path and its value in each recipe, as JSON text; None where a recipe has no such field."""

    path: str
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class Difference:
    """The differing fields, in the order of the recipes; how many more there are."""

    fields: tuple[Field, ...]
    more: int


def difference(recipes: Sequence[dict[str, Any]]) -> Difference:
    """In which fields these recipes are not all alike."""
    flat = [dict(_leaves("", one)) for one in recipes]
    paths = dict.fromkeys(path for one in flat for path in one)
    found = [Field(path, tuple(one.get(path) for one in flat)) for path in paths]
    differing = [field for field in found if len(set(field.values)) > 1]
    return Difference(
        tuple(Field(field.path, tuple(map(_short, field.values))) for field in differing[:MOST]),
        max(0, len(differing) - MOST),
    )


def _leaves(path: str, value: object) -> Iterator[tuple[str, str]]:
    """Objects and lists of objects are walked; any other list is one value."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else str(name), inner)
    elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        for number, inner in enumerate(value):
            yield from _leaves(f"{path}.{number}", inner)
    else:
        yield path, json.dumps(value, ensure_ascii=False, sort_keys=True)


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
