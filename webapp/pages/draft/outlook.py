"""What is known of a recipe before anything is spent: its space, what networks in it cost, what of it is within the budget."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nas_engine.preview import Preview, evaluations, feasibility, preview, recipe
from nas_engine.run import Recipe
from nas_engine.wire import canonical
from webapp.pages.draft.bars import Bars, bars

ANY_PIPELINE = [{"kind": "search", "strategy": {"kind": "random"}, "estimator": {"kind": "from_scratch"}}]


@dataclass(frozen=True)
class Range:
    """Of one measure in the space: exact bounds, the reference network, the limit."""

    name: str
    label: str
    least: int
    largest: int
    reference: int
    limit: int | None
    bars: Bars


@dataclass(frozen=True)
class Outlook:
    """What the panel beside the form says."""

    size: str
    ranges: tuple[Range, ...]
    share: float
    limited: bool
    evaluations: int | None
    seconds: float | None
    warnings: tuple[str, ...]

    @property
    def percent(self) -> str:
        if self.share == 0:
            return "none of 2,000 drawn"
        if self.share < 0.001:
            return "below 0.1 %"
        return f"{self.share:.1%}".replace("%", "\u202f%")


@lru_cache(maxsize=32)
def _of_space(sketch: str) -> Preview:
    """Samples of a space without limits: they are the same whatever the budget and the pipeline are."""
    return preview(recipe(json.loads(sketch)))


def sketch(task: object, space: object, seed: int = 0) -> dict[str, Any]:
    """The least recipe with this task and space."""
    return {"version": 1, "name": "space", "task": task, "space": space, "seed": seed, "pipeline": ANY_PIPELINE}


def outlook(plan: Recipe) -> Outlook:
    """What is known of a recipe."""
    found = _of_space(canonical(sketch(plan.plain["task"], plan.plain["space"])))
    limits = plan.budget.network
    share = sum(limits.allow(cost) for cost in found.sampled) / len(found.sampled)
    ranges = tuple(
        Range(
            name,
            label,
            getattr(found.feasibility.least, name),
            getattr(found.feasibility.largest, name),
            getattr(found.reference, name),
            getattr(limits, name),
            bars([getattr(cost, name) for cost in found.sampled], getattr(limits, name)),
        )
        for name, label in (("params", "Params"), ("madds", "MAdds"))
    )
    most = evaluations(plan)
    return Outlook(
        in_short(found.size),
        ranges,
        share,
        limits.params is not None or limits.madds is not None,
        most,
        plan.budget.search.device_seconds,
        tuple(_warnings(plan, share, most)),
    )


def _warnings(plan: Recipe, share: float, most: int | None) -> list[str]:
    said = []
    if share == 0:
        found = feasibility(plan)
        said += [] if found.verdict == "impossible" else [found.text]  # that is an error, said beside the limit
    elif share < 0.005:
        said.append(
            "Few networks are within the budget: drawing them takes long, and a search has little to choose from."
        )
    spends = plan.budget.search.device_seconds
    if spends is None:
        said.append("No limit of device seconds: each stage goes on until its own counts are reached.")
    if most is None and spends is None:
        said.append("Nothing limits the search: set evaluations or device seconds.")
    return said


def in_short(size: int) -> str:
    """How many there are: exact up to a million, then 9.8e17."""
    if size < 1_000_000:
        return f"{size:,}"
    digits = len(str(size)) - 1
    lead = size / 10**digits
    return f"{lead:.1f}e{digits}" if round(lead, 1) < 10 else f"1.0e{digits + 1}"
