"""Data that a study is about to use is held, so that nobody deletes it in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nas_engine.errors import InvalidRecipe
from webapp.accounts.models import Team
from webapp.datasets.models import DatasetVersion


def hold_data(team: Team, recipe: Mapping[str, Any]) -> None:
    """Within a transaction that makes a study. Raises InvalidRecipe for stored data that is not the team's, or not as it is."""
    data = recipe["task"].get("data")
    if not isinstance(data, Mapping) or data.get("kind") != "stored":
        return
    own = DatasetVersion.objects.select_for_update().filter(dataset__team=team, sha256=data["sha256"])
    version = own.first()
    if version is None:
        raise InvalidRecipe(
            "task.data.sha256", data["sha256"], "data that the team has uploaded; the Data page lists it"
        )
    for name in ("shape", "images"):
        known = version.facts["recipe"][name]
        if data[name] != known:
            raise InvalidRecipe(f"task.data.{name}", data[name], f"what the data has: {known}")
