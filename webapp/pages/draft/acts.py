"""What a button of the form does to the recipe: a stage more, less or elsewhere; another kind; an operator more."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from nas_engine.catalog import skeletons
from webapp.pages.draft.palette import BEGIN, canonical_label
from webapp.pages.draft.schemas import beginning, families, one_of, schema_at, takes_operators

Plain = dict[str, Any]


def acted(recipe: Plain, act: str, sent: dict[str, str]) -> Plain:
    """The recipe after an act: `add`, `remove:2`, `up:2`, `down:2`, `operator`, `own`; any other leaves it as it is.

    On the rows of a table: `row-add:space.skeleton.stages`, `row-remove:space.skeleton.stages.2`, `row-up`, `row-down`.
    Raises NasError for an operator that there is not.
    """
    made = deepcopy(recipe)
    if act.startswith("row-"):
        return _with_rows(made, *act.removeprefix("row-").partition(":")[::2])
    name, _, place = act.partition(":")
    stages: list[Plain] = made["pipeline"]
    number = int(place) if place.isdigit() else -1
    if name == "add" and sent.get("stage") in families()["stages"]:
        stages.append(beginning(families()["stages"][sent["stage"]]))
    elif name == "operator" and sent.get("operator", "").strip():
        label, listed = canonical_label(sent["operator"]), made["space"].setdefault("operators", [])
        made["space"]["operators"] = [*listed, *([] if label in listed else [label])]
    elif name == "own" and isinstance(made["space"].get("skeleton", ""), str):
        made["space"]["skeleton"] = _copied(made["space"].get("skeleton"))
    elif 0 <= number < len(stages):
        _moved(stages, name, number)
    return made


def _copied(name: object) -> Plain:
    """A built-in skeleton, to be changed."""
    known = skeletons()
    return {part: held for part, held in known[name if name in known else "digits"].items() if held is not None}


def _with_rows(made: Plain, name: str, path: str) -> Plain:
    """The recipe with a row more, less or elsewhere. A new row is like the last one in what it must say."""
    listed, _, place = path.rpartition(".") if name != "add" else (path, "", "")
    rows: Any = made
    for part in listed.split("."):
        rows = rows.get(part) if isinstance(rows, dict) else None
    if not isinstance(rows, list) or not listed.startswith("space."):
        return made
    if name == "add":
        schema = schema_at(families()["spaces"][made["space"]["kind"]], listed.removeprefix("space."))["items"]
        last = rows[-1] if rows else {}
        rows.append({field: last.get(field, 1) for field in schema["required"]})
    elif place.isdigit() and int(place) < len(rows):
        _moved(rows, name, int(place))
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
        kept = {name: space[name] for name in ("kind", "skeleton", "operators", "declared") if space.get(name)}
        made["space"] = {"operators": list(BEGIN), **kept} if takes_operators(space["kind"]) else kept
    if isinstance(space.get("skeleton"), dict) and was.get("space.skeleton") in skeletons():
        made["space"]["skeleton"] = _copied(was["space.skeleton"])
    for number, stage in enumerate(made["pipeline"]):
        for name, part in stage.items():
            kind = part.get("kind") if isinstance(part, dict) else None
            if kind is not None and was.get(f"pipeline.{number}.{name}", kind) != kind:
                schema = families()["stages"][stage["kind"]]["properties"][name]
                stage[name] = beginning(one_of(schema, kind))
    return made
