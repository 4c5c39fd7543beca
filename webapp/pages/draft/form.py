"""The whole form of a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nas_engine.catalog import built_in_data, skeletons
from webapp.pages.draft.fields import Field, Group, group, input_of, kind_field
from webapp.pages.draft.palette import Palette, palette
from webapp.pages.draft.schemas import budget_schema, families, seed_schema, takes_operators
from webapp.pages.draft.skeleton import Drawing, drawing

KERNELS = ["3", "5", "7", "9", "11"]


@dataclass
class StageForm:
    """A stage of the pipeline."""

    number: int
    kind: str
    name: str
    about: str
    group: Group


@dataclass
class Form:
    """Every section of the page."""

    task: Group
    task_kind: str
    data: str
    space_kind: str
    space: Group
    skeleton: Drawing | None
    skeleton_name: str
    own_skeleton: Group | None
    palette: Palette | None
    network: Group
    search: Group
    stages: list[StageForm]

    def paths(self) -> Iterator[str]:
        """Every place at which an error can be shown."""
        yield from ("space", "pipeline")
        if self.palette is not None:
            yield from ("space.operators", "space.declared", "set_name")
        own = [self.own_skeleton] if self.own_skeleton else []
        stages = [stage.group for stage in self.stages]
        for part in (self.task, self.space, *own, self.network, self.search, *stages):
            yield from part.paths()


def form(recipe: dict[str, Any], place: int = 0) -> Form:
    """The form of a recipe; of one that cannot be too, as far as its parts can be told. `place`: what operators are costed at."""
    task, space, budget = (_held(recipe, name) for name in ("task", "space", "budget"))
    task_kind = _kind(task, "tasks")
    space_kind = _kind(space, "spaces")
    offered = {"kernels": KERNELS, "exporters": list(families()["exporters"]), "skeleton": list(skeletons())}
    shape = group(families()["spaces"][space_kind], "space", "Space", space, offered)
    limits = budget_schema()["properties"]
    search = group(limits["search"], "budget.search", "Search", budget.get("search"))
    return Form(
        _with_name(group(families()["tasks"][task_kind], "task", "Data", task), recipe),
        task_kind,
        facts(str(task.get("data", "digits"))),
        space_kind,
        _with_kind(shape, kind_field("space", list(families()["spaces"]), space_kind, "Kind")),
        drawing(recipe),
        _value_at(shape, "space.skeleton"),
        _taken(shape, "space.skeleton"),
        palette(recipe, place) if takes_operators(space_kind) else None,
        group(limits["network"], "budget.network", "Network", budget.get("network")),
        search,
        [_stage(number, stage, offered) for number, stage in enumerate(_stages(recipe))],
    )


def _held(recipe: dict[str, Any], name: str) -> dict[str, Any]:
    found = recipe.get(name)
    return found if isinstance(found, dict) else {}


def _kind(held: dict[str, Any], family: str) -> str:
    kind = held.get("kind")
    return kind if isinstance(kind, str) and kind in families()[family] else next(iter(families()[family]))


def _stages(recipe: dict[str, Any]) -> list[dict[str, Any]]:
    found = recipe.get("pipeline")
    stages = found if isinstance(found, list) else []
    return [one for one in stages if isinstance(one, dict) and one.get("kind") in families()["stages"]]


def _stage(number: int, stage: dict[str, Any], offered: dict[str, list[str]]) -> StageForm:
    kind = str(stage["kind"])
    schema = families()["stages"][kind]
    name = str(stage.get("name", schema["properties"]["name"]["default"]))
    return StageForm(
        number, kind, name, str(schema["description"]), group(schema, f"pipeline.{number}", name, stage, offered)
    )


def _with_name(task: Group, recipe: dict[str, Any]) -> Group:
    """Name and seed beside the data: they are the recipe's own."""
    seed = input_of(seed_schema(), "seed", "seed", recipe, [])
    name = Field("name", "Name", "text", str(recipe.get("name", "")), help="of the study; up to 120 characters")
    task.front = [name, *task.front]
    (task.front if seed.changed else task.more).append(seed)
    return task


def _value_at(held: Group, path: str) -> str:
    return next((one.value for one in (*held.front, *held.more) if one.path == path), "")


def _taken(held: Group, path: str) -> Group | None:
    """A group out of a group: it stands elsewhere on the page."""
    found = next((one for one in held.groups if one.path == path), None)
    held.groups = [one for one in held.groups if one is not found]
    return found


def _with_kind(space: Group, kind: Field) -> Group:
    """Its kind first. Operators have a palette."""
    space.front = [kind, *(one for one in space.front if one.path != "space.operators")]
    return space


def facts(data: str) -> str:
    """A data set in words."""
    found = built_in_data().get(data)
    if found is None:
        return ""
    colours = "grey" if found["channels"] == 1 else f"{found['channels']} channels"
    return (
        f"{found['images']:,} images, {found['height']} × {found['width']}, {colours}, "
        f"{found['classes']} classes; built in, SHA-256 {found['sha256'][:12]}…"
    )
