from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.budget import Cost
from nas_engine.operators import Convolution, Operator, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestConvolution(OperatorContract):
    @pytest.fixture(params=[1, 3, 7])
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return Convolution(request.param)


@pytest.mark.parametrize("kernel", [1, 3, 5, 7, 9, 11])
def test_every_odd_kernel_to_eleven_has_a_label(kernel: int) -> None:
    assert Convolution.read(f"conv{kernel}") == Convolution(kernel)


@pytest.mark.parametrize("label", ["conv", "conv2", "conv13", "conv03", "conv3_e6"])
def test_a_label_with_another_kernel_is_not_read(label: str) -> None:
    assert Convolution.read(label) is None


def test_it_is_relu_then_convolution_then_batch_norm(made, images) -> None:
    site = Site(FeatureShape(6, 7, 8), channels=5, stride=2)
    module, x = made(Convolution(3), site), images(site)
    convolved = functional.conv2d(functional.relu(x), module.conv.weight, stride=2, padding=1)
    normed = functional.batch_norm(
        convolved, module.norm.running_mean, module.norm.running_var, module.norm.weight, module.norm.bias
    )
    torch.testing.assert_close(module(x), normed)


def test_it_costs_one_weight_a_pair_of_channels_and_kernel_position_plus_batch_norm() -> None:
    site = Site(FeatureShape(16, 32, 32), channels=24, stride=2)
    assert Convolution(3).cost(site) == Cost(params=16 * 24 * 9 + 48, madds=16 * 24 * 9 * 16 * 16)
