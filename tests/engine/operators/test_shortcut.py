from __future__ import annotations

import pytest
import torch

from nas_engine.budget import Cost
from nas_engine.operators import Operator, Shortcut, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestShortcut(OperatorContract):
    @pytest.fixture
    def operator(self) -> Operator:
        return Shortcut()


def test_where_the_shape_is_kept_the_output_is_the_input_and_costs_nothing(made, images) -> None:
    site = Site(FeatureShape(6, 5, 7), channels=6)
    x = images(site)
    assert torch.equal(made(Shortcut(), site)(x), x)
    assert Shortcut().cost(site) == Cost()


@pytest.mark.parametrize("site", [Site(FeatureShape(6, 8, 8), 6, 2), Site(FeatureShape(6, 8, 8), 9)], ids=str)
def test_where_the_shape_changes_it_is_one_linear_projection(site: Site) -> None:
    assert [row.layer for row in Shortcut().at(site).rows()] == ["Conv", "BatchNorm"]
    pixels = site.output.height * site.output.width
    assert Shortcut().cost(site) == Cost((6 + 2) * site.channels, 6 * site.channels * pixels)
