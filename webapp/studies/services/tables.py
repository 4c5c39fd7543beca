"""Tables of known scores that a recipe may name: only those of one folder, since a recipe comes from anybody with a login."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nas_engine.errors import InvalidRecipe
from webapp.environment import environment


def refuse_foreign_tables(recipe: Mapping[str, Any]) -> None:
    """Raises InvalidRecipe where an estimator would open a file outside the folder of tables."""
    for number, stage in enumerate(recipe["pipeline"]):
        path = (stage.get("estimator") or {}).get("path")
        if path is not None and not _is_offered(path):
            raise InvalidRecipe(f"pipeline.{number}.estimator.path", path, _wanted())


def _is_offered(path: str) -> bool:
    return bool(environment.tables_dir) and Path(path).resolve().is_relative_to(Path(environment.tables_dir).resolve())


def _wanted() -> str:
    if environment.tables_dir:
        return f"a table in {environment.tables_dir}"
    return "no table: this studio offers none (setting TABLES_DIR); the command line reads any file of its own machine"
