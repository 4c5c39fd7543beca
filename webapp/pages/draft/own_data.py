"""Data of one's own in the form: beside what is built in, in the same list."""

from __future__ import annotations

import json
from typing import Any

from webapp.accounts.models import User
from webapp.datasets.models import DatasetVersion
from webapp.datasets.selectors import versions_of
from webapp.pages.draft.fields import Option
from webapp.pages.draft.form import Form

NOT_THERE = "data that your teams do not have"


def offer_data(form: Form, recipe: dict[str, Any], user: User) -> None:
    """Give the form's data field a choice of every version that the user may see, and say what the chosen one is."""
    field = next((one for one in (*form.task.front, *form.task.more) if one.path == "task.data"), None)
    versions = [one for one in versions_of(user) if "recipe" in one.facts]
    if field is None:
        return
    task = recipe.get("task")
    held = task.get("data") if isinstance(task, dict) else None
    chosen = held.get("sha256") if isinstance(held, dict) else None
    form.task.groups = [
        one for one in form.task.groups if one.path != field.path
    ]  # chosen as a whole, not by its fields
    field.control = "choice"
    field.options = [one for one in field.options if not one.value.startswith("{")]
    for version in versions:
        field.options.append(Option(json.dumps(version.facts["recipe"]), _label(version), version.sha256 == chosen))
        if version.sha256 == chosen:
            form.data = _facts(version)
    if chosen is not None and not any(one.chosen for one in field.options):
        field.options.append(Option(json.dumps(held), NOT_THERE, True))
        form.data = NOT_THERE


def with_data(recipe: dict[str, Any]) -> dict[str, Any]:
    """A recipe as the form sent it, with the chosen data as the object that the option's text is."""
    task = recipe.get("task")
    text = task.get("data") if isinstance(task, dict) else None
    if not isinstance(text, str) or not text.startswith("{"):
        return recipe
    try:
        return {**recipe, "task": {**recipe["task"], "data": json.loads(text)}}
    except ValueError:  # for the engine to refuse
        return recipe


def _label(version: DatasetVersion) -> str:
    facts = version.facts
    return f"{version.dataset.name} ({facts['images']:,} images, {facts['height']} × {facts['width']})"


def _facts(version: DatasetVersion) -> str:
    facts = version.facts
    colours = "grey" if facts["channels"] == 1 else f"{facts['channels']} channels"
    return (
        f"{facts['images']:,} images, {facts['height']} × {facts['width']}, {colours}, {facts['classes']} classes;"
        f" of {version.dataset.team}, SHA-256 {version.sha256[:12]}…"
    )


def begun_with(recipe: dict[str, Any], version: DatasetVersion) -> dict[str, Any]:
    """A template's recipe on this data; its limits on a network go, since they were made for other images."""
    data = version.facts.get("recipe", version.dataset.name)
    made = {**recipe, "name": version.dataset.name, "task": {**recipe["task"], "data": data}}
    if isinstance(data, dict) and "budget" in made:
        made["budget"] = {name: part for name, part in made["budget"].items() if name != "network"}
    return made
