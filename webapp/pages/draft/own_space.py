"""Saved spaces in the form: chosen as a whole, and put into the recipe as a whole."""

from __future__ import annotations

import json
from typing import Any

from nas_engine.saved import begun_with
from nas_engine.wire import canonical, digest
from webapp.accounts.models import User
from webapp.pages.draft.fields import Field, Option
from webapp.pages.draft.form import Form
from webapp.pages.draft.outlook import in_short
from webapp.pages.draft.state import Draft
from webapp.spaces.models import SavedSpace
from webapp.spaces.selectors import spaces_of
from webapp.studies.names import name_after
from webapp.studies.selectors import DEFAULT_TEMPLATE, templates

PATH = "space.document"
NOT_SAVED = "a space that your teams have not saved"
NONE_YET = "none is saved yet: the Study page of a run that evolved or shrank a space saves it"
MOST = 200  # the newest, to choose from


def take_space(user: User, draft: Draft) -> None:
    """The document of the space that was chosen, in place of its name; where none was, that of the newest."""
    space = draft.recipe.get("space")
    if draft.text is not None or not isinstance(space, dict) or space.get("kind") != "saved":
        return
    given = space.get("document")
    if isinstance(given, str) and given.startswith("{"):
        try:
            space["document"] = json.loads(given)
        except ValueError:  # for the engine to refuse
            return
    elif given is None or isinstance(given, str):
        listed = list(spaces_of(user)[:MOST])
        chosen = next((one for one in listed if given in (None, str(one.pk))), None)
        if chosen is not None:
            space["document"] = chosen.document


def offer_spaces(form: Form, recipe: dict[str, Any], user: User) -> None:
    """In place of the document's fields a choice among what the user's teams have saved."""
    if form.space_kind != "saved":
        return
    form.space.groups = [one for one in form.space.groups if one.path != PATH]
    space = recipe.get("space")
    held = space.get("document") if isinstance(space, dict) else None
    field = Field(PATH, "Saved space", "choice", help="evolved or shrunk by an earlier run")
    known = _digest(held) if isinstance(held, dict) else ""
    for one in spaces_of(user)[:MOST]:
        chosen = one.digest == known and not any(option.chosen for option in field.options)
        field.options.append(Option(str(one.pk), _label(one), chosen))
        if chosen:
            field.help = facts(one)
    if isinstance(held, dict) and not any(option.chosen for option in field.options):
        field.options.append(Option(canonical(held), NOT_SAVED, True))
    if not field.options:
        field.options, field.help = [Option("", "none", True)], NONE_YET
    form.space.front.append(field)


def _digest(document: dict[str, Any]) -> str:
    """As it was saved: a recipe writes out that there are no members."""
    return digest({name: value for name, value in document.items() if value != []})


def _label(saved: SavedSpace) -> str:
    return f"{saved.name}, version {saved.version} ({in_short(int(saved.figures['size']))} networks)"


def facts(saved: SavedSpace) -> str:
    """A saved space in words."""
    least, most = options(saved)
    each = str(least) if least == most else f"{least} to {most}"
    made = "shrunk" if saved.figures["shrunk"] else "evolved"
    source = "" if saved.run is None else f", by study {saved.run.study.name}"
    return f"{made}{source}: {each} option{'s' if most > 1 else ''} at each of {saved.figures['places']} places"


def options(saved: SavedSpace) -> tuple[int, int]:
    """The fewest and the most options of a layer group."""
    counts = saved.figures["options"].values()
    return min(counts), max(counts)


def begun_with_space(saved: SavedSpace) -> dict[str, Any]:
    """The recipe of the run that made a space, without the stages that made it; where it is gone, of the default template."""
    if saved.run is None:
        plan, stage = templates()[DEFAULT_TEMPLATE].recipe, None
    else:
        plan, stage = saved.run.recipe, saved.stage
    name = name_after(f"{saved.name}, version {saved.version}")
    return {**begun_with(plan, saved.document, stage), "name": name}
