"""Events: every kind of fact survives the trip to JSON and back."""

import json
from dataclasses import fields
from typing import Any

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Fidelity
from nas_engine.errors import StateMismatch
from nas_engine.events import (
    FACTS,
    Against,
    CellRecord,
    Drawn,
    Estimated,
    Event,
    Fact,
    MeasuredSpace,
    SpaceContest,
)
from nas_engine.evidence import Interval, RankCorrelation, Superiority
from nas_engine.wire import canonical

SAMPLES: dict[str, Any] = {
    "architecture": Architecture("chain", "00ff", ("skip", "mb3_e6")),
    "cost": Cost(12, 345),
    "fidelity": Fidelity(epochs=3),
    "metrics": {"loss": 0.5},
    "summary": {"size": 3.0},
    "groups": {"stage 1 first": (CellRecord("skip", 0.1, 2, ""),)},
    "slots": {"stage 1 first": ("skip",)},
    "shares": {"stage 1 first": {"identity": 1.0}},
    "stability": {"stage 1 first": -0.5},
    "scores": {"winner": (0.9, 0.8)},
    "files": {"network.py": "00ff"},
    "seeds": ("a", "b"),
    "parents": ("a",),
    "accepted": True,
    "sample": (Estimated("00ff", 0.4, 0.5),),
    "correlation": RankCorrelation(0.5, 0.1, 0.9, 8),
    "best": Drawn("00ff", 0.5, Cost(12, 345)),
    "random": Against((0, 1), 0.1, -0.1, 0.2, "not distinguishable"),
    "measured": True,
    "spaces": {"now": MeasuredSpace("this space", (0.5,), (20,), *(Interval(0.5, 0.4, 0.6),) * 3)},
    "contests": (SpaceContest("now", "start", Superiority(0.9, 0.6, 1.0, "dominates")),),
    "most_madds": 40,
    "reason": "not finite",
}
BY_TYPE: dict[str, Any] = {"str": "text", "int": 3, "float": 0.25}


def example(kind: type[Fact]) -> Fact:
    values = {field.name: SAMPLES.get(field.name, BY_TYPE.get(str(field.type))) for field in fields(kind)}  # type: ignore[arg-type]
    return kind(**values)


@pytest.mark.parametrize("kind", FACTS, ids=lambda kind: kind.kind)
def test_a_fact_of_every_kind_reads_back_as_it_was(kind: type[Fact]) -> None:
    event = Event("1/x", example(kind))
    assert Event.read(json.loads(canonical(event.plain()))) == event


def test_every_kind_has_a_name_of_its_own() -> None:
    assert len({kind.kind for kind in FACTS}) == len(FACTS)


@pytest.mark.parametrize(
    "value", ["", None, [], {}, {"key": "x", "kind": "warned"}, {"key": 1, "kind": "warned", "payload": {}}]
)
def test_what_is_no_event_is_refused(value: object) -> None:
    with pytest.raises(StateMismatch, match="stored event: wanted"):
        Event.read(value)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(StateMismatch, match="newer version"):
        Event.read({"key": "x", "kind": "miracle", "payload": {}})
