from __future__ import annotations

import pytest

from nas_engine.budget import Cost
from nas_engine.errors import Incompatible
from nas_engine.graph import INPUT, Block, LayerRow, Node, Sketch
from nas_engine.graph.layers import BatchNorm, Concat, Conv, PrefixAdd, ReLU, Scale
from nas_engine.shapes import FeatureShape

IMAGE = FeatureShape(4, 5, 7)


def unit(channels: int, input_shape: FeatureShape = IMAGE, stride: int = 1) -> Block:
    sketch = Sketch("unit", input_shape)
    sketch.chain(INPUT, ("conv", Conv(channels, 3, stride)), ("norm", BatchNorm()))
    return sketch.block()


def two_units() -> Block:
    sketch = Sketch("two units", IMAGE)
    first = sketch.add("first", unit(6, stride=2))
    sketch.add("relu", ReLU())
    sketch.add("second", unit(6, FeatureShape(6, 3, 4)))
    sketch.add("sum", PrefixAdd(), first, "second")
    return sketch.block()


def test_a_block_without_steps_gives_its_input_for_nothing() -> None:
    empty = Sketch("empty", IMAGE).block()
    assert empty.output == IMAGE
    assert empty.cost == Cost()
    assert list(empty.rows()) == []


def test_shapes_follow_the_steps() -> None:
    assert two_units().shapes == {
        "x": IMAGE,
        "first": FeatureShape(6, 3, 4),
        "relu": FeatureShape(6, 3, 4),
        "second": FeatureShape(6, 3, 4),
        "sum": FeatureShape(6, 3, 4),
    }
    assert two_units().output == FeatureShape(6, 3, 4)


def test_the_layer_table_goes_into_blocks_and_names_each_layer_by_its_path() -> None:
    rows = list(two_units().rows())
    assert [(row.path, row.layer) for row in rows] == [
        ("first.conv", "Conv"),
        ("first.norm", "BatchNorm"),
        ("relu", "ReLU"),
        ("second.conv", "Conv"),
        ("second.norm", "BatchNorm"),
        ("sum", "PrefixAdd"),
    ]
    small = FeatureShape(6, 3, 4)
    assert rows[0] == LayerRow("first.conv", "Conv", (IMAGE,), small, Cost(4 * 6 * 9, 4 * 6 * 9 * 12))
    assert rows[-1] == LayerRow("sum", "PrefixAdd", (small, small), small, Cost())


def test_a_prefix_goes_before_every_path() -> None:
    assert [row.path for row in unit(6).rows("stage1.")] == ["stage1.conv", "stage1.norm"]


def test_a_block_costs_what_its_layers_cost_together() -> None:
    first, second = 4 * 6 * 9, 6 * 6 * 9
    assert two_units().cost == Cost(first + 12 + second + 12, (first + second) * 12)


def test_the_result_may_be_any_step() -> None:
    sketch = Sketch("early", IMAGE)
    sketch.add("wide", Conv(9))
    sketch.add("narrow", Conv(2))
    assert sketch.block().output.channels == 2
    assert sketch.block(result="wide").output.channels == 9
    assert sketch.block(result=INPUT).output == IMAGE


def test_a_step_follows_the_one_before_unless_told_otherwise() -> None:
    sketch = Sketch("steps", IMAGE)
    sketch.add("a", ReLU())
    sketch.add("b", ReLU())
    sketch.add("c", Concat(), "a", INPUT)
    assert [node.inputs for node in sketch.block().nodes] == [("x",), ("a",), ("a", "x")]


def test_a_chain_begins_where_it_is_told_and_gives_its_last_step() -> None:
    sketch = Sketch("steps", IMAGE)
    sketch.add("a", ReLU())
    assert sketch.chain(INPUT, ("b", ReLU()), ("c", ReLU())) == "c"
    assert [node.inputs for node in sketch.block().nodes] == [("x",), ("x",), ("b",)]
    assert sketch.chain("a") == "a"


def test_two_steps_of_one_name_are_refused() -> None:
    sketch = Sketch("steps", IMAGE)
    sketch.add("a", ReLU())
    with pytest.raises(Incompatible, match="steps: two steps are named a"):
        sketch.add("a", ReLU())


def test_a_step_with_the_input_s_name_is_refused() -> None:
    with pytest.raises(Incompatible, match="steps: two steps are named x"):
        Sketch("steps", IMAGE).add(INPUT, ReLU())


def test_a_block_made_for_another_shape_is_refused_by_its_node_s_name() -> None:
    sketch = Sketch("outer", IMAGE)
    sketch.add("wide", Conv(9))
    sketch.add("inner", unit(6))
    with pytest.raises(Incompatible, match="outer: inner is made for 4x5x7, gets 9x5x7"):
        _ = sketch.block().shapes


def test_a_block_with_two_inputs_is_refused() -> None:
    sketch = Sketch("outer", IMAGE)
    sketch.add("inner", unit(6), INPUT, INPUT)
    with pytest.raises(Incompatible, match="outer: inner is made for 4x5x7, gets 4x5x7, 4x5x7"):
        _ = sketch.block().shapes


def test_inputs_that_a_layer_refuses_are_refused_by_the_node_s_name() -> None:
    sketch = Sketch("outer", IMAGE)
    sketch.add("half", Conv(4, stride=2))
    sketch.add("gate", Scale(), INPUT, "half")
    with pytest.raises(Incompatible, match="outer: gate: Scale takes"):
        _ = sketch.block().output


def test_a_step_after_one_that_does_not_exist_is_refused() -> None:
    block = Block("outer", IMAGE, (Node("b", ReLU(), ("a",)), Node("a", ReLU(), (INPUT,))), "b")
    with pytest.raises(Incompatible, match="outer: b follows a, which no step before it gives"):
        _ = block.shapes


def test_blocks_of_the_same_steps_are_equal_and_hash_alike() -> None:
    assert two_units() == two_units()
    assert hash(two_units()) == hash(two_units())
    assert unit(6) != unit(7)
