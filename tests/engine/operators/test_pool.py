from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.budget import Cost
from nas_engine.operators import AveragePool, MaximumPool, Operator, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestMaximumPool(OperatorContract):
    @pytest.fixture(params=[3, 5])
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return MaximumPool(request.param)


class TestAveragePool(OperatorContract):
    @pytest.fixture(params=[3, 5])
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return AveragePool(request.param)


@pytest.mark.parametrize("kernel", [3, 5, 7, 9, 11])
def test_every_odd_kernel_from_three_to_eleven_has_a_label(kernel: int) -> None:
    assert MaximumPool.read(f"max{kernel}") == MaximumPool(kernel)
    assert AveragePool.read(f"avg{kernel}") == AveragePool(kernel)


@pytest.mark.parametrize("label", ["max1", "avg1", "max2", "avg4", "max13", "max", "avg03"])
def test_a_label_with_another_kernel_is_not_read(label: str) -> None:
    assert MaximumPool.read(label) is None
    assert AveragePool.read(label) is None


@pytest.mark.parametrize("kernel", [3, 5, 11])
@pytest.mark.parametrize("stride", [1, 2])
def test_padding_is_left_out_of_the_count_of_an_average(made, kernel: int, stride: int) -> None:
    module = made(AveragePool(kernel), Site(FeatureShape(2, 5, 7), channels=2, stride=stride))
    averages = module(torch.full((1, 2, 5, 7), 3.0))
    torch.testing.assert_close(averages, torch.full_like(averages, 3.0))


@pytest.mark.parametrize("kernel", [3, 5, 11])
@pytest.mark.parametrize("stride", [1, 2])
def test_padding_never_wins_a_maximum(made, kernel: int, stride: int) -> None:
    module = made(MaximumPool(kernel), Site(FeatureShape(2, 5, 7), channels=2, stride=stride))
    assert (module(torch.full((1, 2, 5, 7), -3.0)) == -3).all()


def test_a_maximum_is_taken_over_the_window_round_each_pixel(made, images) -> None:
    site = Site(FeatureShape(2, 5, 7), channels=2)
    x = images(site)
    edged = functional.pad(x, (1, 1, 1, 1), value=-torch.inf)
    windows = [edged[:, :, i : i + 5, j : j + 7] for i in range(3) for j in range(3)]
    assert torch.equal(made(MaximumPool(3), site)(x), torch.stack(windows).amax(dim=0))


@pytest.mark.parametrize("pool", [MaximumPool(3), AveragePool(3)])
def test_a_pool_that_keeps_the_width_costs_nothing(pool: Operator) -> None:
    assert pool.cost(Site(FeatureShape(6, 8, 8), channels=6, stride=2)) == Cost()


@pytest.mark.parametrize("pool", [MaximumPool(3), AveragePool(3)])
def test_a_pool_that_changes_the_width_pays_one_1x1_convolution_on_the_shrunk_image(pool: Operator) -> None:
    site = Site(FeatureShape(6, 7, 7), channels=9, stride=2)
    assert pool.cost(site) == Cost(params=6 * 9 + 2 * 9, madds=6 * 9 * 16)
