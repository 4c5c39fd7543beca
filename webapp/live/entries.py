"""What a page keeps of a fact: one small dict each. The snapshot reads them from rows, the fold from what arrives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Message = Mapping[str, Any]  # an event as it travels: key, seq, kind, payload, at
Entry = dict[str, Any]

TOP = 20  # best answers of a stage
CURVE = 200  # newest improvements of a stage


@dataclass(frozen=True)
class Series:
    """The newest `limit` facts of a kind are the list `field` of a page, oldest first."""

    field: str
    limit: int
    entry: Callable[[Message], Entry]


@dataclass(frozen=True)
class Latest:
    """The newest fact of a kind is the `field` of a page; None before the first."""

    field: str
    entry: Callable[[Message], Entry]


def _whole(event: Message) -> Entry:
    return {"seq": event["seq"], **event["payload"]}


def _of_a_work(event: Message) -> Entry:
    """A fact that a Work told: the event's key begins with the Work's."""
    return {"work": str(event["key"]).partition("/")[0], **_whole(event)}


def _round(event: Message) -> Entry:
    """A shrinking round; of its seeds only how many, for there may be hundreds."""
    return {**_whole(event), "seeds": len(event["payload"]["seeds"])}


SERIES = {
    "space shrunk": Series("rounds", 50, _round),
    "model trained": Series("models", 50, _whole),
    "exported": Series("exports", 20, _whole),
    "warned": Series("warnings", 20, _whole),
    "space measured": Series("measures", 10, _whole),
    "curve point": Series("points", 100, _of_a_work),
}
LATEST = {
    "generation evolved": Latest("generation", _of_a_work),
    "search controlled": Latest("control", _whole),
    "search priced": Latest("price", _whole),
    "test opened": Latest("comparison", _whole),
}
