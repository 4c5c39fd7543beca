"""A draft between two requests: everything is in the page, nothing is kept here."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from nas_engine.errors import Infeasible, InvalidRecipe, NasError
from nas_engine.preview import recipe as read_recipe
from nas_engine.preview import refuse_impossible
from nas_engine.wire import canonical
from webapp.pages.draft.acts import acted, settled_kinds
from webapp.pages.draft.outlook import Outlook, outlook
from webapp.pages.draft.own_data import with_data
from webapp.pages.draft.reading import read_form, text_of
from webapp.pages.draft.ways import as_json
from webapp.pages.draft.wrong import Wrong, wrong


@dataclass
class Draft:
    """A recipe that somebody writes. `text`: as JSON, where that is how; it wins over the form. `key`: of the page."""

    recipe: dict[str, Any]
    text: str | None = None
    team: str = ""
    place: int = 0  # of the skeleton, at which operators are costed
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    template: str = ""  # that it began as
    operator_set: str = ""  # the version of a saved one that its operators are taken from
    operator_set_was: str = ""  # when the page was drawn
    wrong: Wrong | None = None
    opened: int | None = None  # the stage whose settings are shown at once

    def look(self) -> Outlook | None:
        """What is known of the recipe; None, and `wrong` says why, for one that cannot be."""
        if self.wrong is not None:
            return None
        try:
            plan = read_recipe(self.recipe)
        except NasError as error:
            self.wrong = wrong(error)
            return None
        try:
            refuse_impossible(plan)
        except Infeasible as error:  # how far off the limit is shows beside it
            self.wrong = wrong(error)
        return outlook(plan)


def draft_of(sent: QueryDict) -> Draft:
    """The draft that a page sent."""
    number = text_of(sent, "place")
    made = Draft(
        {},
        None,
        text_of(sent, "team"),
        int(number) if number.isdecimal() and len(number) < 4 else 0,
        text_of(sent, "key")[:60] or uuid.uuid4().hex,
        text_of(sent, "template")[:60],
        text_of(sent, "operator_set")[:60],
        text_of(sent, "was.operator_set")[:60],
    )
    if "json" in sent:
        made.text = str(sent["json"])
        made.recipe, made.wrong = read_text(made.text)
        return made
    was = {name.removeprefix("was."): text_of(sent, name) for name in sent if name.startswith("was.")}
    made.recipe = with_data(settled_kinds(read_form(sent), was))
    return made


def act(draft: Draft, name: str, sent: QueryDict) -> None:
    """What a button does to a draft: to JSON and back, or one of `acts`. The words for what it cannot do are in `wrong`."""
    if name == "json" and draft.text is None:
        draft.text = as_json(draft.recipe)
    elif name == "form" and draft.text is not None:
        _back_to_the_form(draft)
    elif draft.text is None:
        try:
            before = len(draft.recipe["pipeline"])
            draft.recipe = acted(
                draft.recipe, name, {key: text_of(sent, key) for key in ("stage", "operator") if key in sent}
            )
            draft.opened = before if len(draft.recipe["pipeline"]) > before else None
        except NasError as error:
            draft.wrong = Wrong("space.operators", str(error))


def _back_to_the_form(draft: Draft) -> None:
    """The form shows what a recipe says; of one that is none it would lose something."""
    if draft.wrong is not None:
        return
    try:
        read_recipe(draft.recipe)
    except Infeasible:
        draft.text = None
    except NasError as error:
        draft.wrong = wrong(error)
    else:
        draft.text = None


def read_text(text: str) -> tuple[dict[str, Any], Wrong | None]:
    """The object that JSON text holds, and what is wrong where it holds none."""
    try:
        found = json.loads(text)
        canonical(found).encode()  # JSON has no NaN, and text has no half characters
    except (ValueError, RecursionError) as error:
        where = (
            f"line {error.lineno}, column {error.colno}: {error.msg}"
            if isinstance(error, json.JSONDecodeError)
            else error
        )
        return {}, Wrong("json", f"this is not JSON: {where}")
    if isinstance(found, dict):
        return found, None
    return {}, Wrong("json", str(InvalidRecipe("", found, "a JSON object")))
