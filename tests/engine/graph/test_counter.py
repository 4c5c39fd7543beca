from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from nas_engine.budget import Cost
from nas_engine.graph.block import INPUT, LayerRow, Sketch
from nas_engine.graph.counter import count, layer_table
from nas_engine.graph.layers import BatchNorm, Conv
from nas_engine.graph.module import build
from nas_engine.shapes import FeatureShape

IMAGE = FeatureShape(6, 8, 7)


class Foreign(nn.Module):
    """A network that was not made by us: grouped convolution, bias, a layer used twice, odd sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.grouped = nn.Conv2d(6, 12, (3, 5), stride=(2, 1), padding=(1, 2), groups=3)
        self.norm = nn.BatchNorm2d(12)
        self.twice = nn.Conv2d(12, 12, 3, padding=1, bias=False)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.grouped(x))
        x = self.twice(torch.relu(self.twice(x)))
        return self.head(self.drop(x.mean(dim=(2, 3))))


# 12 filters of 2 x 3 x 5 over 4 x 7 pixels; 12 filters of 12 x 3 x 3 over as many, twice; 12 x 5
GROUPED, TWICE, HEAD = 12 * 2 * 3 * 5, 12 * 12 * 9, 12 * 5
FOREIGN = Cost(GROUPED + 12 + 24 + TWICE + HEAD + 5, GROUPED * 28 + 2 * TWICE * 28 + HEAD)


def test_a_network_not_made_by_us_is_counted_as_by_hand() -> None:
    assert count(Foreign(), IMAGE) == FOREIGN


def test_its_madds_are_half_of_torch_s_own_count_of_flops() -> None:
    network = Foreign().eval()
    with FlopCounterMode(display=False) as flops:
        network(torch.zeros(1, 6, 8, 7))
    assert 2 * count(network, IMAGE).madds == flops.get_total_flops()


def test_rows_come_in_order_of_execution_with_shapes_and_costs() -> None:
    image, vector = FeatureShape(12, 4, 7), FeatureShape(12)
    assert layer_table(Foreign(), IMAGE) == [
        LayerRow("grouped", "Conv2d", (IMAGE,), image, Cost(GROUPED + 12, GROUPED * 28)),
        LayerRow("norm", "BatchNorm2d", (image,), image, Cost(24)),
        LayerRow("twice", "Conv2d", (image,), image, Cost(TWICE, TWICE * 28)),
        LayerRow("twice", "Conv2d", (image,), image, Cost(0, TWICE * 28)),
        LayerRow("drop", "Dropout", (vector,), vector, Cost()),
        LayerRow("head", "Linear", (vector,), FeatureShape(5), Cost(HEAD + 5, HEAD)),
    ]


@pytest.mark.parametrize("training", [True, False])
def test_every_part_keeps_its_mode_and_the_statistics_of_batch_norm_stay(training: bool) -> None:
    network = Foreign().train(training)
    network.norm.eval()  # frozen, as in fine-tuning
    network.norm.running_mean.fill_(3)
    network.drop.train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    count(network, IMAGE)
    assert [network.training, network.norm.training, network.drop.training] == [training, False, True]
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_counting_leaves_no_gradient_and_no_hook() -> None:
    network = Foreign()
    count(network, IMAGE)
    assert all(parameter.grad is None for parameter in network.parameters())
    assert not any(module._forward_hooks for module in network.modules())


def test_a_network_that_fails_is_left_as_it_was() -> None:
    network = Foreign()
    with pytest.raises(RuntimeError):
        count(network, FeatureShape(7, 8, 7))
    assert all(module.training for module in network.modules())
    assert not any(module._forward_hooks for module in network.modules())


def test_counting_draws_no_random_number() -> None:
    network, before = Foreign(), torch.get_rng_state()
    count(network, IMAGE)
    assert torch.equal(torch.get_rng_state(), before)


def test_frozen_parameters_are_not_params_but_their_madds_count() -> None:
    network = Foreign()
    network.twice.requires_grad_(False)
    assert count(network, IMAGE) == Cost(FOREIGN.params - TWICE, FOREIGN.madds)


def test_a_weight_shared_by_two_layers_is_counted_once() -> None:
    network = nn.Sequential(nn.Conv2d(6, 6, 1, bias=False), nn.Conv2d(6, 6, 1, bias=False))
    network[1].weight = network[0].weight
    assert count(network, IMAGE) == Cost(36, 2 * 36 * 56)


def test_parameters_of_a_module_with_parts_are_counted_too() -> None:
    class Scaled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(6, 4, 1, bias=False)
            self.scale = nn.Parameter(torch.ones(4, 1, 1))

        def forward(self, x: Tensor) -> Tensor:
            return self.conv(x) * self.scale

    assert count(nn.Sequential(Scaled()), IMAGE) == Cost(24 + 4, 24 * 56)


def test_a_layer_that_does_not_run_costs_nothing() -> None:
    network = Foreign()
    network.auxiliary = nn.Linear(100, 100)
    assert count(network, IMAGE) == FOREIGN


def test_a_network_without_parameters_costs_nothing() -> None:
    assert count(nn.Sequential(nn.ReLU(), nn.AvgPool2d(2)), IMAGE) == Cost()


def test_a_network_of_another_precision_or_device_is_counted_there() -> None:
    assert count(Foreign().double(), IMAGE) == FOREIGN
    assert count(Foreign().to("meta"), IMAGE) == FOREIGN


def test_the_table_of_a_built_block_is_the_block_s_own() -> None:
    inner = Sketch("inner", FeatureShape(9, 4, 4))
    inner.chain(INPUT, ("conv", Conv(5, 3)), ("norm", BatchNorm()))
    sketch = Sketch("outer", IMAGE)
    sketch.add("stem", Conv(9, 3, 2))
    sketch.add("body", inner.block())
    rows = layer_table(build(sketch.block()), IMAGE)
    said = list(sketch.block().rows())
    assert [(r.path, r.inputs, r.output, r.cost) for r in rows] == [(r.path, r.inputs, r.output, r.cost) for r in said]
