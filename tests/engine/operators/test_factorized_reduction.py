from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.budget import Cost
from nas_engine.operators import FactorizedReduction, Operator, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestFactorizedReduction(OperatorContract):
    @pytest.fixture
    def operator(self) -> Operator:
        return FactorizedReduction()


@pytest.mark.parametrize(("height", "width"), [(8, 8), (7, 7), (7, 8), (1, 5), (3, 2)])
def test_the_second_path_sees_the_image_one_pixel_on_in_both_axes(made, images, height: int, width: int) -> None:
    site = Site(FeatureShape(4, height, width), channels=6, stride=2)
    module, x = made(FactorizedReduction(), site), images(site)
    even = functional.conv2d(functional.relu(x)[:, :, ::2, ::2], module.even.weight)
    seen = functional.relu(x)[:, :, 1::2, 1::2]
    onward = torch.zeros(2, 4, *even.shape[2:])
    onward[:, :, : seen.shape[2], : seen.shape[3]] = seen
    odd = functional.conv2d(onward, module.odd.weight)
    joined = module.norm(torch.cat([even, odd], dim=1))
    torch.testing.assert_close(module(x), joined)


def test_it_reads_pixels_whose_coordinates_are_both_even_or_both_odd(made, images) -> None:
    site = Site(FeatureShape(4, 6, 6), channels=6, stride=2)
    module, x = made(FactorizedReduction(), site), images(site).abs().requires_grad_()
    module(x).square().sum().backward()
    row, column = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
    assert torch.equal(x.grad.abs().sum(dim=(0, 1)) > 0, row % 2 == column % 2)


def test_of_an_odd_width_the_second_path_takes_the_extra_channel(made) -> None:
    module = made(FactorizedReduction(), Site(FeatureShape(4, 8, 8), channels=7, stride=2))
    assert (module.even.out_channels, module.odd.out_channels) == (3, 4)


@pytest.mark.parametrize("channels", [6, 7])
def test_it_costs_what_one_strided_1x1_convolution_costs(channels: int) -> None:
    site = Site(FeatureShape(4, 9, 9), channels, stride=2)
    assert FactorizedReduction().cost(site) == Cost(params=4 * channels + 2 * channels, madds=4 * channels * 25)


@pytest.mark.parametrize(("channels", "stride", "accepted"), [(6, 2, True), (6, 3, True), (6, 1, False), (1, 2, False)])
def test_it_stands_only_where_the_image_shrinks_to_two_channels_or_more(
    channels: int, stride: int, accepted: bool
) -> None:
    assert FactorizedReduction().accepts(Site(FeatureShape(6, 8, 8), channels, stride)) is accepted
