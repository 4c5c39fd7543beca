from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.budget import Cost
from nas_engine.operators import InvertedResidual, Operator, Site
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class TestInvertedResidual(OperatorContract):
    @pytest.fixture(
        params=[
            InvertedResidual(3, 6),
            InvertedResidual(5, 1),
            InvertedResidual(3, 3, squeeze_excite=True),
            InvertedResidual(7, 1, squeeze_excite=True),
        ],
        ids=lambda operator: operator.label,
    )
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return request.param


@pytest.mark.parametrize(
    ("kernel", "expansion", "before", "after", "size", "params", "madds"),
    [
        (3, 1, 32, 16, 112, 896, 10_035_200),
        (3, 6, 24, 24, 56, 8_832, 25_740_288),
        (3, 3, 40, 40, 28, 11_240, 8_373_120),
    ],
)
def test_it_costs_what_the_published_network_pays_for_it(
    kernel: int, expansion: int, before: int, after: int, size: int, params: int, madds: int
) -> None:
    site = Site(FeatureShape(before, size, size), after)
    assert InvertedResidual(kernel, expansion).cost(site) == Cost(params, madds)


@pytest.mark.parametrize(
    ("operator", "label"),
    [
        (InvertedResidual(3, 6), "mb3_e6"),
        (InvertedResidual(11, 12), "mb11_e12"),
        (InvertedResidual(5, 1, squeeze_excite=True), "mb5_e1_se"),
    ],
)
def test_its_label_tells_kernel_expansion_and_squeeze_excite(operator: InvertedResidual, label: str) -> None:
    assert operator.label == label
    assert InvertedResidual.read(label) == operator


@pytest.mark.parametrize(
    "label", ["mb3_e0", "mb3_e13", "mb3_e06", "mb4_e6", "mb1_e6", "mb3", "mb3_e6_sE", "mb3_e6_se_se"]
)
def test_a_label_out_of_its_ranges_or_spelt_otherwise_is_not_read(label: str) -> None:
    assert InvertedResidual.read(label) is None


@pytest.mark.parametrize(("before", "squeezed"), [(24, 6), (6, 1), (3, 1), (1, 1)])
def test_squeeze_excite_squeezes_to_a_quarter_of_the_input_s_width_and_never_below_one(
    made, before: int, squeezed: int
) -> None:
    site = Site(FeatureShape(before, 5, 7), channels=8)
    module = made(InvertedResidual(3, 6, squeeze_excite=True), site)
    assert module.reduce.out_channels == squeezed
    plain, excited = InvertedResidual(3, 6).cost(site), InvertedResidual(3, 6, squeeze_excite=True).cost(site)
    inner = 6 * before
    assert excited.params - plain.params == 2 * inner * squeezed + squeezed + inner
    assert excited.madds - plain.madds == 2 * inner * squeezed


def test_it_computes_the_formula_of_its_docstring(made, images) -> None:
    site = Site(FeatureShape(6, 7, 8), channels=9, stride=2)
    module, x = made(InvertedResidual(5, 3, squeeze_excite=True), site), images(site)
    module.reduce.weight.data.abs_().mul_(30)  # beyond 6, where ReLU and ReLU6 part
    inner = functional.relu6(module.expand_norm(functional.conv2d(x, module.expand.weight)))
    inner = functional.conv2d(inner, module.depthwise.weight, stride=2, padding=2, groups=18)
    inner = functional.relu6(module.depthwise_norm(inner))
    squeezed = functional.relu(inner.mean(dim=(2, 3)) @ module.reduce.weight[:, :, 0, 0].T + module.reduce.bias)
    gate = torch.sigmoid(squeezed @ module.excite.weight[:, :, 0, 0].T + module.excite.bias)
    out = module.project_norm(functional.conv2d(inner * gate[:, :, None, None], module.project.weight))
    torch.testing.assert_close(module(x), out)


@pytest.mark.parametrize(("channels", "stride"), [(6, 1), (6, 2), (9, 1)])
def test_there_is_a_shortcut_exactly_where_the_shape_is_kept(made, images, channels: int, stride: int) -> None:
    site = Site(FeatureShape(6, 5, 7), channels, stride)
    module, x = made(InvertedResidual(3, 6), site), images(site)
    module.project_norm.weight.data.zero_()
    module.project_norm.bias.data.zero_()
    if (channels, stride) == (6, 1):
        assert torch.equal(module(x), x)
    else:
        assert not module(x).any()


def test_with_expansion_one_nothing_is_expanded() -> None:
    rows = list(InvertedResidual(3, 1).at(Site(FeatureShape(6, 5, 7), channels=9)).rows())
    assert [row.layer for row in rows] == ["Depthwise", "BatchNorm", "ReLU6", "Conv", "BatchNorm"]
