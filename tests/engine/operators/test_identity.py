from __future__ import annotations

import pytest
import torch

from nas_engine.budget import Cost
from nas_engine.operators import FactorizedReduction, Identity, Operator, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestIdentity(OperatorContract):
    @pytest.fixture
    def operator(self) -> Operator:
        return Identity()


def test_where_the_shape_is_kept_the_output_is_the_input_bit_for_bit(made, images) -> None:
    site = Site(FeatureShape(6, 5, 7), channels=6)
    x = images(site)
    assert torch.equal(made(Identity(), site)(x), x)


def test_where_the_shape_is_kept_it_costs_nothing() -> None:
    assert Identity().cost(Site(FeatureShape(6, 5, 7), channels=6)) == Cost()


def test_with_a_stride_it_is_a_factorised_reduction() -> None:
    site = Site(FeatureShape(6, 5, 7), channels=6, stride=2)
    assert Identity().at(site) == FactorizedReduction().at(site)


def test_where_only_the_width_changes_it_is_a_1x1_convolution() -> None:
    rows = list(Identity().at(Site(FeatureShape(6, 5, 7), channels=9)).rows())
    assert [row.layer for row in rows] == ["ReLU", "Conv", "BatchNorm"]


def test_with_a_stride_to_a_single_channel_it_refuses_as_a_factorised_reduction_does() -> None:
    assert not Identity().accepts(Site(FeatureShape(6, 5, 7), channels=1, stride=2))
    assert Identity().accepts(Site(FeatureShape(6, 5, 7), channels=1))
