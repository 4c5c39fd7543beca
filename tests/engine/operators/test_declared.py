from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from nas_engine.components import checked
from nas_engine.errors import InvalidArchitecture, InvalidRecipe, UnknownComponent
from nas_engine.operators import Declared, InvertedResidual, Operator, Site, operator
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract
from tests.engine.operators.declared_samples import GHOST, RESIDUAL, SAMPLES, Step


def declared(nodes: list[Step]) -> Declared:
    return checked(Declared, {"nodes": nodes}).canonical


class TestDeclared(OperatorContract):
    @pytest.fixture(params=SAMPLES)
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return declared(SAMPLES[request.param])


def test_its_label_is_the_whole_of_it_in_words() -> None:
    wanted = "[conv1:in*3 norm hard_swish dw5:s norm relu6 se3 conv1:out norm skip? add@9+10]"
    assert declared(RESIDUAL).label == wanted
    assert operator(wanted) == declared(RESIDUAL)


def test_declared_as_an_inverted_residual_it_costs_what_that_costs() -> None:
    steps = [{**step, "reduction": 12} if step["kind"] == "attention" else step for step in RESIDUAL]
    for channels, stride in ((8, 1), (12, 2)):
        site = Site(FeatureShape(8, 7, 9), channels, stride)
        assert declared(steps).cost(site) == InvertedResidual(5, 3, squeeze_excite=True).cost(site)


def test_it_computes_what_its_steps_say(made, images) -> None:
    site = Site(FeatureShape(6, 7, 8), channels=8, stride=2)
    module, x = made(declared(GHOST), site), images(site)
    real = functional.relu(module.norm_2(functional.conv2d(x, module.conv_1.weight, stride=2)))
    ghost = functional.relu(module.norm_5(functional.conv2d(real, module.depthwise_4.weight, padding=1, groups=4)))
    torch.testing.assert_close(module(x), torch.cat([real, ghost], dim=1))


def test_what_is_not_as_wide_as_the_place_is_brought_there() -> None:
    halves = [row.layer for row in declared(GHOST).at(Site(FeatureShape(6, 7, 8), 8)).rows()]
    odd = [row.layer for row in declared(GHOST).at(Site(FeatureShape(6, 7, 8), 7)).rows()]
    assert odd == [*halves, "ReLU", "Conv", "BatchNorm"]


def test_a_skip_is_left_out_where_the_shape_changes(made, images) -> None:
    for channels, stride, kept in ((6, 1, True), (6, 2, False), (9, 1, False)):
        site = Site(FeatureShape(6, 5, 7), channels, stride)
        module, x = made(declared(RESIDUAL), site), images(site)
        module.norm_9.weight.data.zero_()
        module.norm_9.bias.data.zero_()
        assert torch.equal(module(x), x) if kept else not module(x).any()


def test_groups_are_as_many_as_divide_both_widths() -> None:
    grouped = declared([{"kind": "conv", "width": "out", "kernel": 1, "groups": 8, "stride": True}])
    for before, after, groups in ((16, 8, 8), (6, 10, 2), (12, 16, 4), (5, 8, 1)):
        assert grouped.cost(Site(FeatureShape(before, 4, 4), after)).params == before * after // groups


@pytest.mark.parametrize(
    ("label", "error", "text"),
    [
        ("[dw3:s]]", UnknownComponent, "unknown operator"),
        ("[]", UnknownComponent, "unknown operator"),
        ("[dw4:s]", InvalidArchitecture, "nodes.0: got 'dw4:s'"),
        ("[dw3:s  norm]", InvalidArchitecture, "nodes.1: got ''"),
        ("[dw3]", InvalidArchitecture, "no step that carries the stride"),
        ("[dw3:s norm@1]", InvalidArchitecture, "its one spelling, '.dw3:s norm.'"),
        ("[dw3:s add@0+1]", InvalidArchitecture, "nodes.1.inputs"),
        ("[dw3:s norm@7]", InvalidArchitecture, "nodes.1.inputs.0: got 's7'"),
        ("[dw3:s norm@]", InvalidArchitecture, "one spelling"),
        ("[conv1:in*06:s]", InvalidArchitecture, "nodes.0"),
        ("[" + " ".join(["dw3:s", *["norm"] * 16]) + "]", InvalidArchitecture, "got '17 steps', wanted 1 to 16"),
        ("[" + " ".join(["norm"] * 200) + "]", UnknownComponent, "unknown operator"),
    ],
)
def test_a_label_that_is_spelt_as_one_and_is_none_is_refused(label: str, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        operator(label)


def test_an_operator_that_costs_more_than_anybody_needs_is_refused() -> None:
    with pytest.raises(InvalidRecipe, match=r"got '47,624,320 params', wanted at most 2,000,000"):
        declared(
            [
                {"kind": "conv", "width": "in*8", "kernel": 11, "stride": True},
                {"kind": "conv", "width": "out*11", "kernel": 11},
            ]
        )
