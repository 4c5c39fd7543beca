"""What a person may hand in as a recipe."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from nas_engine.catalog import recipe_schema
from nas_engine.recipe import recipe
from nas_engine.spaces import space, space_document
from tests.engine.operators.declared_samples import declaration
from tests.fuzz.architectures import SMALL_SPACES
from tests.fuzz.hostile import changed
from tests.fuzz.target import Target, taken
from tests.short import SHORT

EXAMPLES = Path(__file__).parents[2] / "examples"
_TINY: Any = json.loads((EXAMPLES / "tiny.json").read_text())
OWN = {
    "kind": "chain",
    "skeleton": "tiny",
    "operators": ["ghost", "by", "conv3"],
    "declared": [declaration("ghost"), declaration("by")],
}
RECIPES: tuple[Any, ...] = (
    _TINY,
    recipe(_TINY).plain,
    SHORT,
    {**SHORT, "space": OWN},
    *({**SHORT, "space": {"kind": "saved", "document": space_document(one)}} for one in SMALL_SPACES),
)


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(recipe_schema())


def _holds(value: Any) -> None:
    plan = taken(lambda: recipe(value))
    if plan is None:
        return
    again = recipe(json.loads(json.dumps(plan.plain)))
    assert again == plan
    assert again.plain == plan.plain
    assert again.digest == plan.digest
    _validator().validate(plan.plain)
    assert space(plan.space.space().plain()) == plan.space.space()


TARGETS = (
    Target(
        "recipes",
        "a recipe is refused with its field, or taken: it fits the published schema and is written and read to the same",
        changed(RECIPES),
        _holds,
    ),
)
