"""Templates as cards: what each does, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.studies.selectors import templates

TIMES = {"quickstart": "less than four minutes on one CPU core", "tiny": "about fifteen seconds on one CPU core"}


@dataclass(frozen=True)
class Start:
    """A recipe to begin with."""

    name: str
    title: str
    stages: tuple[str, ...]
    time: str
    chosen: bool


def starts(chosen: str) -> list[Start]:
    """Every template, the default one first."""
    return [
        Start(one.name, one.title, _stages(one.recipe["pipeline"]), TIMES.get(one.name, ""), one.name == chosen)
        for one in templates().values()
    ]


def _stages(pipeline: list[dict[str, str]]) -> tuple[str, ...]:
    return tuple(stage.get("name") or stage["kind"] for stage in pipeline)
