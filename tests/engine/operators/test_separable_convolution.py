from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.budget import Cost
from nas_engine.operators import DilatedConvolution, Operator, SeparableConvolution, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestSeparableConvolution(OperatorContract):
    @pytest.fixture(params=[3, 5])
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return SeparableConvolution(request.param)


class TestDilatedConvolution(OperatorContract):
    @pytest.fixture(params=[3, 5])
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return DilatedConvolution(request.param)


@pytest.mark.parametrize("kernel", [3, 5, 7, 9, 11])
def test_every_odd_kernel_from_three_to_eleven_has_a_label(kernel: int) -> None:
    assert SeparableConvolution.read(f"sep{kernel}") == SeparableConvolution(kernel)
    assert DilatedConvolution.read(f"dil{kernel}") == DilatedConvolution(kernel)


@pytest.mark.parametrize("label", ["sep1", "dil1", "sep4", "dil13", "sep", "dil03"])
def test_a_label_with_another_kernel_is_not_read(label: str) -> None:
    assert SeparableConvolution.read(label) is None
    assert DilatedConvolution.read(label) is None


@pytest.mark.parametrize(
    ("kernel", "params", "madds"),  # 2 (k^2 C + C^2) + 4 C, and 2 (k^2 C + C^2) H W, at C = 16 and 32 x 32
    [(3, 864, 819_200), (5, 1_376, 1_343_488), (7, 2_144, 2_129_920)],
)
def test_a_separable_convolution_pays_for_two_rounds(kernel: int, params: int, madds: int) -> None:
    cost = SeparableConvolution(kernel).cost(Site(FeatureShape(16, 32, 32), channels=16))
    assert cost == Cost(params, madds)


@pytest.mark.parametrize(("kernel", "params", "madds"), [(3, 432, 409_600), (5, 688, 671_744)])
def test_a_dilated_convolution_pays_for_one_round(kernel: int, params: int, madds: int) -> None:
    cost = DilatedConvolution(kernel).cost(Site(FeatureShape(16, 32, 32), channels=16))
    assert cost == Cost(params, madds)


def test_a_separable_convolution_strides_in_its_first_round_and_widens_in_its_second(made, images) -> None:
    site = Site(FeatureShape(6, 7, 8), channels=9, stride=2)
    module, x = made(SeparableConvolution(5), site), images(site)
    y = functional.conv2d(functional.relu(x), module.depthwise1.weight, stride=2, padding=2, groups=6)
    y = module.norm1(functional.conv2d(y, module.pointwise1.weight))
    assert y.shape == (2, 6, 4, 4)
    y = functional.conv2d(functional.relu(y), module.depthwise2.weight, padding=2, groups=6)
    y = module.norm2(functional.conv2d(y, module.pointwise2.weight))
    torch.testing.assert_close(module(x), y)


@pytest.mark.parametrize("kernel", [3, 5])
def test_a_dilated_convolution_reads_every_second_pixel_of_its_window(made, images, kernel: int) -> None:
    site = Site(FeatureShape(3, 13, 13), channels=3)
    module, x = made(DilatedConvolution(kernel), site), images(site).abs().requires_grad_()
    module(x)[:, :, 6, 6].square().sum().backward()
    reach = torch.arange(6 - (kernel - 1), 6 + kernel, 2)
    wanted = torch.zeros(13, 13, dtype=torch.bool)
    wanted[reach[:, None], reach] = True
    assert torch.equal(x.grad.abs().sum(dim=(0, 1)) > 0, wanted)


def test_a_dilated_convolution_is_relu_depthwise_pointwise_batch_norm(made, images) -> None:
    site = Site(FeatureShape(6, 7, 8), channels=9, stride=2)
    module, x = made(DilatedConvolution(3), site), images(site)
    y = functional.conv2d(functional.relu(x), module.depthwise.weight, stride=2, padding=2, dilation=2, groups=6)
    torch.testing.assert_close(module(x), module.norm(functional.conv2d(y, module.pointwise.weight)))
