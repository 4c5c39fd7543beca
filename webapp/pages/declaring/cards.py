"""Operators as cards: a picture, a formula, and what each costs at a place."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from nas_engine.errors import NasError
from nas_engine.preview import Place, declared_label, folded, read_place, standing
from webapp.operators.models import OperatorSetVersion
from webapp.pages.draft.palette import about_operator
from webapp.pages.draft.picture import Picture, picture
from webapp.pages.draft.reading import text_of

PLACES = ("channels", "out", "size", "stride")


@dataclass(frozen=True)
class Card:
    """`why` says why it cannot stand at the place; its figures are None then."""

    name: str
    label: str
    declared: bool
    about: str
    params: int | None = None
    madds: int | None = None
    output: str = ""
    picture: Picture | None = None
    why: str = ""


@dataclass(frozen=True)
class Asked:
    """The place that a page shows operators at, as it was asked for; `place` is None where there is no such place."""

    channels: str
    out: str
    size: str
    stride: str
    place: Place | None
    wrong: str = ""


def asked_place(sent: QueryDict, usual: Place) -> Asked:
    """The place of a page's inputs; what is left out or empty is as usual."""
    given = {name: text_of(sent, f"place.{name}") for name in PLACES}
    said = {
        "channels": given["channels"] or str(usual.channels),
        "out": given["out"] or str(usual.out),
        "size": given["size"] or str(usual.height),
        "stride": given["stride"] or str(usual.stride),
    }
    try:
        numbers = {name: int(text) if text.isdecimal() and len(text) < 8 else text for name, text in said.items()}
        size = numbers.pop("size")
        return Asked(**said, place=read_place({**numbers, "height": size, "width": size}))
    except NasError as error:
        return Asked(**said, place=None, wrong=str(error).removeprefix("recipe field "))


def cards(version: OperatorSetVersion, place: Place) -> list[Card]:
    """The operators of a version, in its order."""
    own = {one["name"]: declared_label(one) for one in version.declared}
    return [card(name, own.get(name, name), name in own, place) for name in version.labels]


def card(name: str, label: str, declared: bool, place: Place) -> Card:
    """One operator at a place."""
    about = "" if declared else about_operator(label)
    try:
        found = standing(label, place)
    except NasError as error:
        return Card(name, label, declared, about, why=str(error))
    drawn = picture(folded(found.graph))
    return Card(name, label, declared, about, found.cost.params, found.cost.madds, found.output, drawn)
