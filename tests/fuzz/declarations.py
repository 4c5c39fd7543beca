"""Operators that people declare."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema
import torch
from hypothesis import strategies as st
from pydantic import TypeAdapter

from nas_engine.chance import Chance
from nas_engine.components import checked
from nas_engine.graph.counter import count
from nas_engine.graph.module import build
from nas_engine.operators import Declaration, Site, operator
from nas_engine.shapes import FeatureShape
from nas_engine.wire import plain
from tests.engine.operators.declared_samples import SAMPLES, declaration
from tests.fuzz.hostile import changed
from tests.fuzz.target import Target, taken

PLACES = tuple(
    Site(FeatureShape(before, 5, 4), after, stride)
    for before, after in ((6, 6), (3, 5), (8, 1))
    for stride in (1, 2, 3)
)


WIDTHS = ("in", "out", "in*2", "out/2", "in/3")
STEPS: tuple[dict[str, Any], ...] = (
    *({"kind": "conv", "width": width, "kernel": 3} for width in WIDTHS),
    *({"kind": "conv", "width": width, "kernel": 1, "groups": 4, "stride": True} for width in WIDTHS),
    {"kind": "depthwise", "dilation": 2},
    {"kind": "depthwise", "stride": True},
    {"kind": "pool", "function": "avg", "stride": True},
    {"kind": "norm"},
    {"kind": "activation", "function": "gelu"},
    {"kind": "attention"},
    {"kind": "skip"},
    {"kind": "skip", "otherwise": "leave_out"},
)
JOINS = ("add", "multiply", "concat")


@st.composite
def composed(draw: st.DrawFn) -> Any:
    """Steps of every kind that follow any of those before; what nobody follows is joined at the end."""
    nodes: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 6))):
        names = ["x", *(node["name"] for node in nodes)]
        step = (
            draw(st.sampled_from(STEPS))
            if len(names) < 2 or draw(st.booleans())
            else {"kind": draw(st.sampled_from(JOINS))}
        )
        count = 0 if step["kind"] == "skip" else 2 if step["kind"] in JOINS else 1
        inputs = [names.pop(draw(st.integers(0, len(names) - 1))) for _ in range(count)]
        nodes.append({**step, "name": f"step{number}", "inputs": inputs})
    followed = {name for node in nodes for name in node["inputs"]}
    loose = [node["name"] for node in nodes if node["name"] not in followed]
    if len(loose) > 1:
        nodes.append({"kind": draw(st.sampled_from(JOINS)), "inputs": loose})
    return {"name": "own", "nodes": nodes}


@cache
def _validator() -> Any:
    return jsonschema.Draft202012Validator(TypeAdapter(Declaration).json_schema())


def _holds(value: Any) -> None:
    found = taken(lambda: checked(Declaration, value))
    if found is None:
        return
    _validator().validate(value)
    written = json.loads(json.dumps(plain(found)))
    assert checked(Declaration, written) == found
    made = found.operator
    assert operator(made.label) == made
    assert made.canonical == made
    place = PLACES[len(made.label) % len(PLACES)]
    with Chance(0).owning_torch():
        module = build(made.at(place)).eval()
    assert count(module, place.input) == made.cost(place)
    with torch.no_grad():
        given = module(torch.zeros(1, place.input.channels, place.input.height, place.input.width))
    assert FeatureShape(*given.shape[1:]) == place.output == made.at(place).output


TARGETS = (
    Target(
        "declarations",
        "a declared operator is refused with its field, or taken: its label reads as the same, and what is built costs what is said",
        st.one_of(changed([declaration(name) for name in SAMPLES], most=4), composed()),
        _holds,
    ),
)
