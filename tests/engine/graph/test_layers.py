from __future__ import annotations

from copy import deepcopy
from inspect import isabstract, isclass

import pytest
import torch
from torch import nn

from nas_engine.budget import Cost
from nas_engine.errors import Incompatible
from nas_engine.graph import layers, torch_layers
from nas_engine.graph.counter import layer_table
from nas_engine.graph.layers import (
    GELU,
    AvgPool,
    BatchNorm,
    Call,
    Concat,
    Conv,
    Depthwise,
    Dropout,
    Flatten,
    GlobalAvgPool,
    HardSwish,
    Layer,
    Linear,
    MaxPool,
    Multiply,
    PrefixAdd,
    PrefixGate,
    ReLU,
    ReLU6,
    Scale,
    ShiftOnePixel,
    Sigmoid,
    SiLU,
    Zeros,
)
from nas_engine.graph.module import construct
from nas_engine.shapes import FeatureShape

IMAGE = FeatureShape(6, 5, 8)
NARROW = FeatureShape(4, 5, 8)
VECTOR = FeatureShape(6)

# Every layer, at the inputs it is made for.
CASES: list[tuple[Layer, tuple[FeatureShape, ...]]] = [
    *((Conv(9, k, s, d), (IMAGE,)) for k, s, d in ((1, 1, 1), (3, 1, 1), (3, 2, 1), (5, 2, 2), (1, 2, 1))),
    (Conv(9, bias=True), (IMAGE,)),
    (Conv(9, 3, 2, 2, groups=3), (IMAGE,)),
    *((Depthwise(k, s, d), (IMAGE,)) for k, s, d in ((3, 1, 1), (3, 2, 1), (5, 2, 2), (11, 1, 1))),
    (BatchNorm(), (IMAGE,)),
    (BatchNorm(eps=0.006, momentum=0.2), (IMAGE,)),
    (ReLU(), (IMAGE,)),
    (ReLU6(), (IMAGE,)),
    (Sigmoid(), (IMAGE,)),
    (SiLU(), (IMAGE,)),
    (HardSwish(), (IMAGE,)),
    (GELU(), (IMAGE,)),
    (Dropout(0.25), (IMAGE,)),
    *((pool(k, s), (IMAGE,)) for pool in (MaxPool, AvgPool) for k, s in ((3, 1), (3, 2), (5, 2), (2, 2))),
    (GlobalAvgPool(), (IMAGE,)),
    (Flatten(), (IMAGE,)),
    (Linear(10), (VECTOR,)),
    (Zeros(9), (IMAGE,)),
    (Zeros(9, stride=2), (IMAGE,)),
    (ShiftOnePixel(), (IMAGE,)),
    (Concat(), (IMAGE, NARROW, IMAGE)),
    *((PrefixAdd(), pair) for pair in ((IMAGE, NARROW), (NARROW, IMAGE), (IMAGE, IMAGE))),
    *((PrefixGate(), pair) for pair in ((IMAGE, NARROW), (NARROW, IMAGE), (IMAGE, IMAGE))),
    (Multiply(), (IMAGE, IMAGE)),
    (Scale(), (IMAGE, VECTOR)),
]
every_layer = pytest.mark.parametrize(("layer", "inputs"), CASES, ids=[str(layer) for layer, _ in CASES])


def test_every_primitive_layer_is_tested_here() -> None:
    kinds = {kind for kind in vars(layers).values() if isclass(kind) and issubclass(kind, Layer)}
    assert {type(layer) for layer, _ in CASES} == {kind for kind in kinds if not isabstract(kind)}


@every_layer
def test_a_layer_s_module_gives_the_shape_that_the_layer_says(layer: Layer, inputs: tuple[FeatureShape, ...]) -> None:
    made = construct(layer.call(*inputs)).eval()
    flat = isinstance(layer, Linear)
    got = made(*(torch.randn(2, x.channels) if flat else torch.randn(2, x.channels, x.height, x.width) for x in inputs))
    assert FeatureShape(*got.shape[1:]) == layer.output(*inputs)


@every_layer
def test_a_layer_s_module_has_the_cost_that_the_layer_says(layer: Layer, inputs: tuple[FeatureShape, ...]) -> None:
    made = construct(layer.call(*inputs))
    if len(inputs) == 1:
        network = nn.Sequential(nn.Flatten(), made) if isinstance(layer, Linear) else made
        counted = sum((row.cost for row in layer_table(network, inputs[0])), Cost())
    else:
        counted = Cost()  # no layer of several inputs owns parameters or multiplies by them
        assert not list(made.parameters())
    assert Cost(layer.params(*inputs), layer.madds(*inputs)) == counted


@every_layer
def test_a_layer_s_source_evaluates_to_the_module_it_makes(layer: Layer, inputs: tuple[FeatureShape, ...]) -> None:
    call = layer.call(*inputs)
    own = not hasattr(nn, call.name)
    written = eval(call.source("ours." if own else "nn."), {"nn": nn, "ours": torch_layers})
    made = construct(call)
    assert repr(written) == repr(made)
    plain = [{k: v for k, v in vars(m).items() if not isinstance(v, dict | set)} for m in (written, made)]
    assert plain[0] == plain[1]
    shapes = [{name: value.shape for name, value in m.state_dict().items()} for m in (written, made)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("layer", [layer for layer, _ in CASES], ids=str)
def test_a_layer_is_a_value(layer: Layer) -> None:
    twin = deepcopy(layer)
    assert twin == layer
    assert hash(twin) == hash(layer)
    with pytest.raises((AttributeError, TypeError)):
        layer.stride = 3


def test_layers_with_other_fields_or_of_another_kind_differ() -> None:
    assert Conv(9, 3) != Conv(9, 5)
    assert MaxPool(3, 2) != AvgPool(3, 2)
    assert ReLU() != ReLU6()


@pytest.mark.parametrize(
    ("layer", "source"),
    [
        (Conv(9), "nn.Conv2d(6, 9, 1, bias=False)"),
        (Conv(9, bias=True), "nn.Conv2d(6, 9, 1)"),
        (Conv(9, 3, 2), "nn.Conv2d(6, 9, 3, stride=2, padding=1, bias=False)"),
        (Conv(9, groups=3), "nn.Conv2d(6, 9, 1, groups=3, bias=False)"),
        (Depthwise(5, dilation=2), "nn.Conv2d(6, 6, 5, padding=4, dilation=2, groups=6, bias=False)"),
        (BatchNorm(), "nn.BatchNorm2d(6)"),
        (BatchNorm(eps=0.006), "nn.BatchNorm2d(6, eps=0.006)"),
        (MaxPool(2, 2), "nn.MaxPool2d(2, stride=2, ceil_mode=True)"),
        (AvgPool(3, 2), "nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)"),
    ],
)
def test_source_says_only_what_is_unusual(layer: Layer, source: str) -> None:
    assert layer.call(IMAGE).source("nn.") == source


def test_source_quotes_text_arguments() -> None:
    assert Call("Pad", (1,), (("mode", "it's"),)).source() == 'Pad(1, mode="it\'s")'


@pytest.mark.parametrize("height", [1, 2, 5, 8])
@pytest.mark.parametrize("pool", [MaxPool(2, 2), AvgPool(2, 2), MaxPool(3, 2), AvgPool(5, 2)])
def test_a_pool_halves_an_odd_image_as_a_convolution_does(pool: Layer, height: int) -> None:
    image = FeatureShape(6, height, 7)
    assert pool.output(image) == Conv(6, 3, 2).output(image)
    assert construct(pool.call(image))(torch.randn(2, 6, height, 7)).shape == (2, 6, -(-height // 2), 4)


@pytest.mark.parametrize("layer", [Concat(), PrefixAdd(), PrefixGate()])
def test_a_layer_of_several_inputs_refuses_images_of_different_size(layer: Layer) -> None:
    with pytest.raises(Incompatible, match=rf"{type(layer).__name__} takes .* got 6x5x8, 6x5x7"):
        layer.output(IMAGE, FeatureShape(6, 5, 7))


@pytest.mark.parametrize("gate", [FeatureShape(4), FeatureShape(6, 5, 8), FeatureShape(6, 1, 2)])
def test_scale_refuses_a_second_input_that_is_not_one_number_a_channel(gate: FeatureShape) -> None:
    with pytest.raises(Incompatible, match=f"got 6x5x8 and {gate}"):
        Scale().output(IMAGE, gate)


def test_inputs_of_one_width_are_added_without_a_prefix() -> None:
    assert PrefixAdd().call(IMAGE, IMAGE).name == "Add"
    assert PrefixAdd().call(IMAGE, NARROW).name == "PrefixAdd"


def test_groups_that_do_not_divide_both_widths_are_refused() -> None:
    with pytest.raises(Incompatible, match="got 4 groups, wanted a number that divides 6 and 8 channels"):
        Conv(8, groups=4).output(IMAGE)


def test_a_product_of_two_shapes_is_refused() -> None:
    with pytest.raises(Incompatible, match="two inputs of one shape, got 6x5x8 and 4x5x8"):
        Multiply().output(IMAGE, NARROW)
