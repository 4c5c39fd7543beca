"""What a recipe says beforehand about a run: how much each stage will do, and what a network may cost."""

from __future__ import annotations

from typing import Any

from nas_engine.preview import recipe as read_recipe
from webapp.runs.models import Run


def planned(run: Run) -> list[dict[str, Any]]:
    """Each stage: its kind, and of what it does most, as `answers` or `models`; None where nobody knows."""
    plan = read_recipe(run.recipe)
    found: list[dict[str, Any]] = []
    for stage, written in zip(plan.pipeline, run.recipe["pipeline"], strict=True):
        strategy, trainer = written.get("strategy"), written.get("trainer") or {}
        seeds = getattr(stage, "seeds", None)
        controlled = any(before["kind"] == "control" for before in run.recipe["pipeline"][: len(found)])
        found.append(
            {
                "kind": written["kind"],
                "does": (strategy or trainer).get("kind", ""),
                "answers": stage.evaluations or None,
                "models": (2 + controlled) * seeds if isinstance(seeds, int) else None,  # the winner and the others
            }
        )
    return found


def limits(recipe: dict[str, Any]) -> dict[str, int]:
    """What a network may cost, where the recipe says."""
    found = (recipe.get("budget") or {}).get("network") or {}
    return {name: limit for name, limit in found.items() if limit is not None}
