from __future__ import annotations

import pytest

from nas_engine.components import component
from nas_engine.errors import InvalidRecipe
from nas_engine.operators.primitives import PRIMITIVES, Primitive
from nas_engine.operators.primitives.wiring import widths, wired
from tests.engine.operators.declared_samples import GATED, GHOST, NORM, SAMPLES, Step

STRIDED: Step = {"kind": "depthwise", "stride": True}
OUT: Step = {"kind": "pointwise", "width": "out"}


def steps(*given: Step) -> list[Primitive]:
    return [component(PRIMITIVES, one) for one in given]


def test_a_step_follows_the_one_before_unless_it_names_others() -> None:
    assert wired(steps(*GHOST)) == ((0,), (1,), (2,), (3,), (4,), (5,), (3, 6))
    assert wired(steps(*GATED))[1] == (0,)
    assert wired(steps(*GATED))[7:9] == ((0,), (7, 8, 1))


def test_widths_follow_the_steps() -> None:
    nodes = steps(*GHOST)
    assert widths(nodes, wired(nodes)) == (("in",), *((("out/2",),) * 6), ("out/2", "out/2"))


@pytest.mark.parametrize("name", SAMPLES)
def test_what_fits_together_is_taken(name: str) -> None:
    wired(steps(*SAMPLES[name]))


@pytest.mark.parametrize(
    ("given", "field", "wanted"),
    [
        (
            [{**STRIDED, "inputs": ["later"]}, {**NORM, "name": "later"}],
            "nodes.0.inputs.0",
            "a step before it, one of x",
        ),
        ([STRIDED, {**NORM, "name": "x"}], "nodes.1.name", "neither the input, x, nor a step"),
        ([{**STRIDED, "name": "a"}, {**NORM, "name": "a"}], "nodes.1.name", "neither the input, x, nor a step"),
        ([{**STRIDED, "name": "a"}, {**NORM, "inputs": ["a", "x"]}], "nodes.1.inputs", "one step"),
        ([{**STRIDED, "name": "a"}, {"kind": "add", "inputs": ["a", "a"]}], "nodes.1.inputs.1", "each step once"),
        ([STRIDED, {"kind": "add"}], "nodes.1.inputs", "2 to 8 steps"),
        ([{"kind": "skip", "inputs": ["x"]}], "nodes.0.inputs", "a skip begins at the operator's input"),
        ([STRIDED, {**STRIDED, "inputs": ["x"]}], "nodes.0", "a step that another one follows"),
        ([NORM], "nodes", "whose 'stride' is true"),
        ([STRIDED, STRIDED], "nodes.1.stride", "false: a step before it carries the stride"),
        ([{**STRIDED, "name": "a"}, {"kind": "add", "inputs": ["a", "x"]}], "nodes.1.inputs", "steps of one size"),
        (
            [{**STRIDED, "name": "a"}, {**OUT, "name": "b"}, {"kind": "multiply", "inputs": ["a", "b"]}],
            "nodes.2.inputs",
            "steps of one width; these are in and out",
        ),
        ([{"kind": "skip", "otherwise": "leave_out"}], "nodes.0.otherwise", "only an add can do without"),
        ([{"kind": "skip", "otherwise": "leave_out"}, NORM], "nodes.0.otherwise", "only an add can do without"),
        (
            [
                {"kind": "skip", "otherwise": "leave_out", "name": "a"},
                {"kind": "skip", "otherwise": "leave_out", "name": "b"},
                {"kind": "add", "inputs": ["a", "b"]},
            ],
            "nodes.2.inputs",
            "never left out",
        ),
        (
            [
                {"kind": "pointwise", "width": "in*12", "name": "a", "stride": True},
                {"kind": "pointwise", "width": "in*12", "name": "b"},
                {"kind": "concat", "inputs": ["a", "b"], "name": "c"},
                {"kind": "concat", "inputs": ["a", "c"]},
            ],
            "nodes.3.inputs",
            "at most 24 times",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_by_its_field(given: list[Step], field: str, wanted: str) -> None:
    with pytest.raises(InvalidRecipe, match=wanted) as refusal:
        wired(steps(*given))
    assert refusal.value.field == field
