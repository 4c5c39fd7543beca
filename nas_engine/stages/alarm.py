"""Alarm: a stage that concludes says where operators without parameters have taken over."""

from __future__ import annotations

from nas_engine.events import Fact, Warned
from nas_engine.products import Holdings
from nas_engine.spaces import SearchSpace, space
from nas_engine.spaces.takeover import takeovers, warnings, winner_takeover
from nas_engine.stages.base import Frame


def alarms(frame: Frame, concluded: Holdings) -> list[tuple[str, Fact]]:
    """Warnings, with names unique in the stage, of a new space, and of a new ranking's first network."""
    start, before = frame.origin.space(), frame.holdings
    found = list(takeovers(_space(concluded), start)) if concluded.space != before.space else []
    if concluded.ranking is not None and concluded.ranking != before.ranking:
        winner = winner_takeover(concluded.ranking.entries[0].architecture, start)
        found += [] if winner is None else [winner]
    return [(f"takeover {at}", Warned(frame.number, text)) for at, text in enumerate(warnings(frame.name, found))]


def _space(concluded: Holdings) -> SearchSpace:
    assert concluded.space is not None  # a run always holds one
    return space(concluded.space)
