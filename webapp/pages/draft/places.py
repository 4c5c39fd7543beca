"""The searchable places of a draft's skeleton, at the size of its data."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from nas_engine.preview import recipe
from nas_engine.run import Recipe
from nas_engine.wire import canonical
from webapp.pages.draft.outlook import sketch
from webapp.pages.draft.schemas import families, fields_of, takes_operators


def placed(recipe_data: dict[str, Any]) -> Recipe:
    """A plan with this draft's task and skeleton, and nothing else of it. Raises NasError where they cannot be.

    A space that brings its own skeleton stands in it whole; a cell without its operators.
    """
    found = recipe_data.get("space")
    space = found if isinstance(found, dict) else {}
    declared = {"declared": space["declared"]} if "declared" in space else {}  # the skeleton's first block may be one
    if "skeleton" in fields_of(families()["spaces"].get(str(space.get("kind")), {"properties": {"skeleton": {}}})):
        space = {"kind": "chain", "operators": ["conv3"], "skeleton": space.get("skeleton", "digits"), **declared}
    elif takes_operators(space.get("kind")):
        space = {**space, "operators": ["conv3"], "reference": None}
    return _placed(canonical([recipe_data.get("task"), space]))


@lru_cache(maxsize=32)
def _placed(asked: str) -> Recipe:
    task, space = json.loads(asked)
    return recipe(sketch(task, space))
