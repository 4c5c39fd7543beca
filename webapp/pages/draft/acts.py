"""What a button of the form does to the recipe: a stage more, less or elsewhere; another kind; an operator more."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from webapp.pages.draft.palette import BEGIN, canonical_label
from webapp.pages.draft.schemas import beginning, families, one_of

Plain = dict[str, Any]


def acted(recipe: Plain, act: str, sent: dict[str, str]) -> Plain:
    """The recipe after an act: `add`, `remove:2`, `up:2`, `down:2`, `operator`; any other leaves it as it is.

    Raises NasError for an operator that there is not.
    """
    made = deepcopy(recipe)
    name, _, place = act.partition(":")
    stages: list[Plain] = made["pipeline"]
    number = int(place) if place.isdigit() else -1
    if name == "add" and sent.get("stage") in families()["stages"]:
        stages.append(beginning(families()["stages"][sent["stage"]]))
    elif name == "operator" and sent.get("operator", "").strip():
        label, listed = canonical_label(sent["operator"]), made["space"].setdefault("operators", [])
        made["space"]["operators"] = [*listed, *([] if label in listed else [label])]
    elif 0 <= number < len(stages):
        _moved(stages, name, number)
    return made


def _moved(stages: list[Plain], name: str, number: int) -> None:
    if name == "remove":
        stages.pop(number)
    elif name == "up" and number > 0:
        stages[number - 1], stages[number] = stages[number], stages[number - 1]
    elif name == "down" and number + 1 < len(stages):
        stages[number + 1], stages[number] = stages[number], stages[number + 1]


def settled_kinds(recipe: Plain, was: dict[str, str]) -> Plain:
    """Where a kind was changed, the new one with its own defaults: fields of the same name may mean something else.

    `was`: the kinds that the form was drawn with, by path.
    """
    made = deepcopy(recipe)
    space = made["space"]
    if was.get("space", space["kind"]) != space["kind"]:
        kept = {name: space[name] for name in ("kind", "skeleton") if name in space}
        made["space"] = {**kept, "operators": list(BEGIN)} if space["kind"] == "chain" else kept
    for number, stage in enumerate(made["pipeline"]):
        for name, part in stage.items():
            kind = part.get("kind") if isinstance(part, dict) else None
            if kind is not None and was.get(f"pipeline.{number}.{name}", kind) != kind:
                schema = families()["stages"][stage["kind"]]["properties"][name]
                stage[name] = beginning(one_of(schema, kind))
    return made
