from __future__ import annotations

import pytest
import torch

from nas_engine.budget import Cost
from nas_engine.operators import Operator, Site, Zero
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestZero(OperatorContract):
    passes_its_input = False

    @pytest.fixture
    def operator(self) -> Operator:
        return Zero()


@pytest.mark.parametrize(("channels", "stride"), [(6, 1), (9, 2), (1, 2)])
def test_it_gives_zeros_whatever_comes_in(made, images, channels: int, stride: int) -> None:
    site = Site(FeatureShape(6, 5, 7), channels, stride)
    assert not made(Zero(), site)(images(site)).any()


def test_its_input_gets_a_gradient_and_it_is_zero(made, images) -> None:
    site = Site(FeatureShape(6, 5, 7), channels=9, stride=2)
    x = images(site).requires_grad_()
    made(Zero(), site)(x).sum().backward()
    assert torch.equal(x.grad, torch.zeros_like(x))


def test_it_costs_nothing_and_has_no_parameters(made) -> None:
    site = Site(FeatureShape(6, 5, 7), channels=9, stride=2)
    assert Zero().cost(site) == Cost()
    assert not list(made(Zero(), site).parameters())
