"""The operators that a chain may choose from, as cards: what each is, and what it costs at a place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from nas_engine.catalog import read_labels
from nas_engine.errors import NasError
from nas_engine.preview import cell_graph, declared_label, folded
from webapp.pages.draft.picture import Picture, picture
from webapp.pages.draft.places import placed
from webapp.pages.draft.schemas import families

MORE = ("mb3_e3", "mb5_e3", "mb5_e6", "conv1", "sep3", "avg3")  # beside the catalog's examples
CANNOT_STAND = ("none", "reduce")  # a chain refuses the first, and the second needs a stride at every place
BEGIN = ("mb3_e3", "mb3_e6", "mb5_e3", "skip")


@dataclass(frozen=True)
class OperatorCard:
    """`params` and `madds` are None where it cannot stand at the place; `why` says why not. `label`: of a declared one its name."""

    label: str
    about: str
    chosen: bool
    params: int | None = None
    madds: int | None = None
    picture: Picture | None = None
    why: str = ""


@dataclass(frozen=True)
class Palette:
    """`places`: the searchable places of the skeleton, in words; `place`: the one that costs are shown for.

    `declared`: what the recipe declares, as JSON, to be sent back.
    """

    cards: tuple[OperatorCard, ...]
    places: tuple[str, ...]
    place: int
    declared: str = ""


def palette(recipe_data: dict[str, Any], place: int) -> Palette:
    """The chosen operators in the recipe's order, then the others that are known."""
    space = recipe_data.get("space", {})
    listed = space.get("operators", [])
    chosen = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    examples = [label for kind in families()["operators"].values() for label in kind["examples"]]
    own = _declared(space.get("declared"))
    cannot = CANNOT_STAND if space.get("kind") == "chain" else CANNOT_STAND[1:]
    others = [one for one in dict.fromkeys([*own, *examples, *MORE]) if one not in chosen and one not in cannot]
    kept = json.dumps(space["declared"]) if "declared" in space else ""
    try:
        plan = placed(recipe_data)
    except NasError:
        return Palette(tuple(OperatorCard(one, "", one in chosen) for one in (*chosen, *others)), (), 0, kept)
    sites = plan.space.space().root.skeleton.sites(plan.task.shape)
    place = place if 0 <= place < len(sites) else 0
    ordered = (*chosen, *sorted(others, key=lambda one: (one not in own, one)))
    cards = tuple(_card(one, own.get(one, one), one in chosen, plan, place) for one in ordered)
    words = (str(site).replace("x", "×").replace("->", "→") for site in sites)
    return Palette(cards, tuple(f"{number}: {text}" for number, text in enumerate(words, start=1)), place, kept)


def _declared(given: object) -> dict[str, str]:
    """Name -> label of the declared operators that can be."""
    found = {}
    for one in given if isinstance(given, list) else ():
        try:
            found[str(one["name"])] = declared_label(one)
        except (NasError, TypeError, KeyError):  # what is wrong with it is said beside the whole
            continue
    return found


def _card(name: str, label: str, chosen: bool, plan: Any, place: int) -> OperatorCard:
    about = about_operator(label) if name == label else "Declared by your team"
    try:
        drawn = cell_graph(label, plan.space.space().root, place, plan.task.shape)
    except NasError as error:
        return OperatorCard(name, about, chosen, why=str(error))
    params, madds = (sum(getattr(node.cost, measure) for node in drawn.nodes) for measure in ("params", "madds"))
    return OperatorCard(name, about, chosen, params, madds, picture(folded(drawn)))


def about_operator(label: str) -> str:
    """What the catalog says of a label's kind."""
    for kind in families()["operators"].values():
        if re.fullmatch(kind["label"], label):
            found: str = kind["description"]
            return found
    return ""


def canonical_label(text: str) -> str:
    """An operator's label. Raises NasError for what no operator reads."""
    return read_labels([text.strip()])[0]
