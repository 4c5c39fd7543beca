"""What the tiny run finds when nothing happens to it: computed once a process."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe

EXAMPLES = Path(__file__).parents[2] / "examples"
TINY: dict[str, Any] = recipe(json.loads((EXAMPLES / "tiny.json").read_text())).plain


@cache
def undisturbed_digest() -> str:
    """The history digest of the tiny run on the command line, without a checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        run_locally(recipe(TINY), Path(folder), checkpoint_seconds=1e9)
        return Journal(Path(folder)).history_digest()
