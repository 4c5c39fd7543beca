"""The operators that a chain may choose from, as cards: what each is, and what it costs at a place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nas_engine.catalog import read_labels
from nas_engine.errors import NasError
from nas_engine.preview import cell_graph, folded
from webapp.pages.draft.picture import Picture, picture
from webapp.pages.draft.places import placed
from webapp.pages.draft.schemas import families

MORE = ("mb3_e3", "mb5_e3", "mb5_e6", "conv1", "sep3", "avg3")  # beside the catalog's examples
CANNOT_STAND = ("none", "reduce")  # a chain refuses the first, and the second needs a stride at every place
BEGIN = ("mb3_e3", "mb3_e6", "mb5_e3", "skip")


@dataclass(frozen=True)
class OperatorCard:
    """`params` and `madds` are None where it cannot stand at the place; `why` says why not."""

    label: str
    about: str
    chosen: bool
    params: int | None = None
    madds: int | None = None
    picture: Picture | None = None
    why: str = ""


@dataclass(frozen=True)
class Palette:
    """`places`: the searchable places of the skeleton, in words; `place`: the one that costs are shown for."""

    cards: tuple[OperatorCard, ...]
    places: tuple[str, ...]
    place: int


def palette(recipe_data: dict[str, Any], place: int) -> Palette:
    """The chosen operators in the recipe's order, then the others that are known."""
    space = recipe_data.get("space", {})
    listed = space.get("operators", [])
    chosen = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    examples = [label for kind in families()["operators"].values() for label in kind["examples"]]
    others = [one for one in dict.fromkeys([*examples, *MORE]) if one not in chosen and one not in CANNOT_STAND]
    try:
        plan = placed(recipe_data)
    except NasError:
        return Palette(tuple(OperatorCard(one, "", one in chosen) for one in (*chosen, *others)), (), 0)
    sites = plan.space.space().root.skeleton.sites(plan.task.shape)
    place = place if 0 <= place < len(sites) else 0
    cards = tuple(_card(one, one in chosen, plan, place) for one in (*chosen, *sorted(others)))
    words = (str(site).replace("x", "×").replace("->", "→") for site in sites)
    return Palette(cards, tuple(f"{number}: {text}" for number, text in enumerate(words, start=1)), place)


def _card(label: str, chosen: bool, plan: Any, place: int) -> OperatorCard:
    try:
        drawn = cell_graph(label, plan.space.space().root, place, plan.task.shape)
    except NasError as error:
        return OperatorCard(label, _about(label), chosen, why=str(error))
    params, madds = (sum(getattr(node.cost, name) for node in drawn.nodes) for name in ("params", "madds"))
    return OperatorCard(label, _about(label), chosen, params, madds, picture(folded(drawn)))


def _about(label: str) -> str:
    for kind in families()["operators"].values():
        if re.fullmatch(kind["label"], label):
            found: str = kind["description"]
            return found
    return ""


def canonical_label(text: str) -> str:
    """An operator's label. Raises NasError for what no operator reads."""
    return read_labels([text.strip()])[0]
