"""The searchable places of a draft's skeleton, at the size of its data."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from nas_engine.preview import recipe
from nas_engine.run import Recipe
from nas_engine.wire import canonical
from webapp.pages.draft.outlook import sketch


def placed(recipe_data: dict[str, Any]) -> Recipe:
    """A plan with this draft's task and skeleton, and nothing else of it. Raises NasError where they cannot be."""
    space = recipe_data.get("space")
    skeleton = space.get("skeleton", "digits") if isinstance(space, dict) else "digits"
    return _placed(canonical([recipe_data.get("task"), skeleton]))


@lru_cache(maxsize=32)
def _placed(asked: str) -> Recipe:
    task, skeleton = json.loads(asked)
    return recipe(sketch(task, {"kind": "chain", "operators": ["conv3"], "skeleton": skeleton}))
