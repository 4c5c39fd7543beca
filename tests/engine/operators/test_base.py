from __future__ import annotations

from dataclasses import dataclass

import pytest

from nas_engine.errors import Incompatible, InvalidArchitecture
from nas_engine.graph.block import Block
from nas_engine.operators import Convolution, FactorizedReduction, Identity, Operator, OperatorSet, Site, Zero
from nas_engine.shapes import FeatureShape


def test_a_site_with_a_stride_rounds_an_odd_image_up() -> None:
    assert Site(FeatureShape(3, 7, 10), channels=8, stride=2).output == FeatureShape(8, 4, 5)


@pytest.mark.parametrize(("channels", "stride", "keeps"), [(6, 1, True), (6, 2, False), (7, 1, False), (7, 2, False)])
def test_a_site_keeps_the_shape_only_without_stride_at_the_same_width(channels: int, stride: int, keeps: bool) -> None:
    assert Site(FeatureShape(6, 4, 4), channels, stride).keeps_shape is keeps


def test_a_stride_over_a_single_pixel_still_does_not_keep_the_shape() -> None:
    site = Site(FeatureShape(6), 6, stride=2)
    assert site.output == site.input
    assert not site.keeps_shape


def test_a_refusal_names_the_operator_the_place_and_the_stride() -> None:
    with pytest.raises(Incompatible, match=r"operator reduce cannot stand at 4x8x8 -> 4x8x8 \(stride 1\)"):
        FactorizedReduction().at(Site(FeatureShape(4, 8, 8), 4))


def test_asking_for_the_cost_at_a_refused_site_is_refused_too() -> None:
    with pytest.raises(Incompatible, match="reduce"):
        FactorizedReduction().cost(Site(FeatureShape(4, 8, 8), 4))


@dataclass(frozen=True)
class Kernels(Operator):
    kind = "kernels"
    pattern = r"k(?P<height>\d+)(?:x(?P<width>\d+))?"

    height: int
    width: int = 3

    @property
    def label(self) -> str:
        return f"k{self.height}" + ("" if self.width == 3 else f"x{self.width}")

    def block(self, site: Site) -> Block:
        raise NotImplementedError


def test_the_groups_of_a_label_become_whole_number_fields() -> None:
    assert Kernels.read("k5x7") == Kernels(5, 7)


def test_a_group_that_is_absent_leaves_its_field_at_the_default() -> None:
    assert Kernels.read("k5") == Kernels(5)


@pytest.mark.parametrize("label", ["q5", "k5x", "ak5", "k5 ", "k5\n", ""])
def test_a_label_of_another_kind_is_not_read(label: str) -> None:
    assert Kernels.read(label) is None


@pytest.mark.parametrize("label", ["k05", "k5x3", "k\u0665"])
def test_another_spelling_of_a_label_is_not_read(label: str) -> None:
    assert Kernels.read(label) is None


def test_a_set_keeps_its_order_and_finds_by_label() -> None:
    chosen = OperatorSet((Convolution(5), Identity(), Convolution(3)))
    assert chosen.labels == ("conv5", "skip", "conv3")
    assert list(chosen) == [Convolution(5), Identity(), Convolution(3)]
    assert len(chosen) == 3
    assert "conv3" in chosen
    assert "conv1" not in chosen


def test_sets_of_the_same_operators_in_the_same_order_are_equal() -> None:
    assert OperatorSet((Identity(), Zero())) == OperatorSet((Identity(), Zero()))
    assert hash(OperatorSet((Identity(), Zero()))) == hash(OperatorSet((Identity(), Zero())))
    assert OperatorSet((Identity(), Zero())) != OperatorSet((Zero(), Identity()))


def test_a_set_of_no_operators_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="got none"):
        OperatorSet(())


def test_a_set_that_holds_an_operator_twice_is_refused_by_its_label() -> None:
    with pytest.raises(InvalidArchitecture, match="got conv3 twice"):
        OperatorSet((Convolution(3), Identity(), Convolution(3)))
