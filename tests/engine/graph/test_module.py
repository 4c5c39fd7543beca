from __future__ import annotations

import pytest
import torch
from torch import nn

from nas_engine.chance import Chance
from nas_engine.graph.block import INPUT, Block, Sketch
from nas_engine.graph.layers import (
    BatchNorm,
    Call,
    Concat,
    Conv,
    Flatten,
    GlobalAvgPool,
    Linear,
    PrefixAdd,
    ReLU,
    ShiftOnePixel,
)
from nas_engine.graph.module import BlockModule, build, construct
from nas_engine.graph.torch_layers import ShiftOnePixel as ShiftOnePixelModule
from nas_engine.shapes import FeatureShape

IMAGE = FeatureShape(3, 6, 5)


def residual(channels: int, input_shape: FeatureShape) -> Block:
    sketch = Sketch("residual", input_shape)
    out = sketch.chain(INPUT, ("conv", Conv(channels, 3)), ("norm", BatchNorm()))
    sketch.add("shortcut", PrefixAdd(), INPUT, out)
    return sketch.block()


def network() -> Block:
    sketch = Sketch("network", IMAGE)
    sketch.add("stem", Conv(8, 3, 2))
    sketch.add("body", residual(8, FeatureShape(8, 3, 3)))
    sketch.add("pool", GlobalAvgPool())
    sketch.add("flatten", Flatten())
    sketch.add("head", Linear(10))
    return sketch.block()


def test_parameters_are_named_by_the_paths_of_their_nodes() -> None:
    names = [name for name, _ in build(network()).named_parameters()]
    assert names == [
        "stem.weight",
        "body.conv.weight",
        "body.norm.weight",
        "body.norm.bias",
        "head.weight",
        "head.bias",
    ]
    owners = {name.rpartition(".")[0] for name in names}
    assert owners == {row.path for row in network().rows() if row.cost.params}


def test_a_network_gives_scores_for_a_batch() -> None:
    assert build(network())(torch.randn(4, 3, 6, 5)).shape == (4, 10)


def test_a_block_without_steps_gives_the_very_input() -> None:
    x = torch.randn(2, 3, 6, 5)
    assert build(Sketch("empty", IMAGE).block())(x) is x


def test_a_module_computes_node_by_node_what_its_graph_says() -> None:
    sketch = Sketch("graph", IMAGE)
    a = sketch.add("a", Conv(4))
    b = sketch.add("b", ReLU(), INPUT)
    sketch.add("unused", Conv(7), b)
    sketch.add("joined", Concat(), b, a, INPUT)
    module, x = build(sketch.block()), torch.randn(2, 3, 6, 5)
    assert torch.equal(module(x), torch.cat([x.relu(), module.a(x), x], dim=1))


def test_the_result_is_the_step_that_the_block_names() -> None:
    sketch = Sketch("early", IMAGE)
    sketch.chain(INPUT, ("a", Conv(4)), ("b", Conv(5)))
    module, x = build(sketch.block(result="a")), torch.randn(2, 3, 6, 5)
    assert torch.equal(module(x), module.a(x))


def test_built_weights_are_channels_last() -> None:
    module = build(network())
    assert module.stem.weight.is_contiguous(memory_format=torch.channels_last)
    assert not module.stem.weight.is_contiguous()
    assert module(torch.randn(2, 3, 6, 5)).shape == (2, 10)


def test_one_seed_builds_one_network() -> None:
    built = []
    for seed in (1, 1, 2):
        with Chance(seed).owning_torch():
            built.append(build(network()).state_dict()["body.conv.weight"])
    assert torch.equal(built[0], built[1])
    assert not torch.equal(built[0], built[2])


def test_a_block_inside_a_block_is_a_module_inside_a_module() -> None:
    assert isinstance(build(network()).body, BlockModule)
    assert build(network()).body.block == residual(8, FeatureShape(8, 3, 3))


def test_a_call_names_a_class_of_torch_or_one_of_ours() -> None:
    assert isinstance(construct(Call("Conv2d", (3, 4, 1), (("bias", False),))), nn.Conv2d)
    assert isinstance(construct(ShiftOnePixel().call(IMAGE)), ShiftOnePixelModule)


def test_a_call_that_names_no_class_fails() -> None:
    with pytest.raises(AttributeError, match="NoSuchLayer"):
        construct(Call("NoSuchLayer"))
