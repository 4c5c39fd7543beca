"""The exam fails what it should: each operator here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import unwrap
from itertools import count

import pytest
import torch
from torch import Tensor, nn

from nas_engine.budget import Cost
from nas_engine.graph import torch_layers
from nas_engine.graph.block import INPUT, Block, Sketch
from nas_engine.graph.layers import BatchNorm, Call, Conv, PrefixAdd, ReLU, Zeros
from nas_engine.operators import Convolution, Operator, Site, Zero, named
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract


class ShortExam(OperatorContract):
    """The same questions at two sites."""

    sites = (Site(FeatureShape(4, 5, 6), 4), Site(FeatureShape(4, 5, 6), 6, stride=2))


def questions(exam: OperatorContract) -> list[str]:
    return [name for name in dir(exam) if name.startswith("test_")]


def failed(exam: OperatorContract, operator: Operator) -> set[str]:
    """The questions of the exam that the operator fails."""
    wrong = set()
    for name in questions(exam):
        try:
            getattr(exam, name)(operator)
        except (AssertionError, pytest.fail.Exception):
            wrong.add(name.removeprefix("test_"))
    return wrong


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Operator]:
    """An operator whose class stands in the list of operators, alone."""
    operator: Operator = request.param
    monkeypatch.setattr(named, "OPERATORS", (type(operator),))
    named.operator.cache_clear()
    yield operator
    named.operator.cache_clear()


# ---------------------------------------------------------------------------------- layers that misstate themselves


class HalfPriceConv(Conv):
    """Understates its multiply-adds."""

    def madds(self, *inputs: FeatureShape) -> int:
        return super().madds(*inputs) // 2


class FreeConv(Conv):
    """Understates its parameters."""

    def params(self, *inputs: FeatureShape) -> int:
        return 0


class UnpaddedConv(Conv):
    """Says that it keeps the image's size, and does not."""

    def call(self, *inputs: FeatureShape) -> Call:
        return Call("Conv2d", (inputs[0].channels, self.channels, 3), (("stride", self.stride), ("bias", False)))


class InPlaceReLU(ReLU):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("ReLU", (), (("inplace", True),))


class DearNorm(BatchNorm):
    """Claims the multiply-adds of a 1x1 convolution that `HumbleConv` denies."""

    def madds(self, *inputs: FeatureShape) -> int:
        return 4 * inputs[0].channels * inputs[0].pixels


class HumbleConv(Conv):
    def madds(self, *inputs: FeatureShape) -> int:
        return 0


class MemoryOrder(nn.Module):
    """Reads its input's memory as if it were contiguous."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_strided(x, x.shape, torch.empty(x.shape).stride())


class InMemoryOrder(ReLU):
    def call(self, *inputs: FeatureShape) -> Call:
        return Call("MemoryOrder")


# --------------------------------------------------------------------------------------------------- broken operators


@dataclass(frozen=True)
class Broken(Operator):
    """Not broken yet: a 1x1 convolution and batch-norm."""

    kind = "broken"
    pattern = "broken"

    @property
    def label(self) -> str:
        return "broken"

    def block(self, site: Site) -> Block:
        return self.chain(site, Conv(site.channels, stride=site.stride))

    def chain(self, site: Site, conv: Conv) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.chain(INPUT, ("conv", conv), ("norm", BatchNorm()))
        return sketch.block()


@dataclass(frozen=True)
class UnderstatesItsMadds(Broken):
    def block(self, site: Site) -> Block:
        return self.chain(site, HalfPriceConv(site.channels, stride=site.stride))


@dataclass(frozen=True)
class UnderstatesItsParams(Broken):
    def block(self, site: Site) -> Block:
        return self.chain(site, FreeConv(site.channels, stride=site.stride))


@dataclass(frozen=True)
class BooksCostsOnTheWrongLayer(Broken):
    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.chain(INPUT, ("conv", HumbleConv(site.channels, stride=site.stride)), ("norm", DearNorm()))
        return sketch.block()


@dataclass(frozen=True)
class ForgetsTheStride(Broken):
    def block(self, site: Site) -> Block:
        return self.chain(site, Conv(site.channels))


@dataclass(frozen=True)
class BuildsAnotherShape(Broken):
    def block(self, site: Site) -> Block:
        return self.chain(site, UnpaddedConv(site.channels, stride=site.stride))


@dataclass(frozen=True)
class HasALayerThatNobodyReads(Broken):
    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        used = sketch.add("conv", Conv(site.channels, stride=site.stride))
        sketch.add("unused", BatchNorm(), used)
        return sketch.block(result=used)


@dataclass(frozen=True)
class MultipliesABranchByZero(Broken):
    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        kept = sketch.add("conv", Conv(site.channels, stride=site.stride))
        lost = sketch.chain(INPUT, ("lost", Conv(3)), ("zeros", Zeros(site.channels, site.stride)))
        sketch.add("sum", PrefixAdd(), kept, lost)
        return sketch.block()


@dataclass(frozen=True)
class WorksInPlace(Broken):
    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.chain(INPUT, ("relu", InPlaceReLU()), ("conv", Conv(site.channels, stride=site.stride)))
        return sketch.block()


@dataclass(frozen=True)
class DependsOnTheMemoryLayout(Broken):
    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.chain(INPUT, ("order", InMemoryOrder()), ("conv", Conv(site.channels, stride=site.stride)))
        return sketch.block()


@dataclass(frozen=True)
class GivesAnotherBlockEveryTime(Broken):
    times = count()

    def block(self, site: Site) -> Block:
        sketch = Sketch(f"{self.label} {next(self.times)}", site.input)
        sketch.add("conv", Conv(site.channels, stride=site.stride))
        return sketch.block()


@dataclass(frozen=True)
class StandsNowhere(Broken):
    def accepts(self, site: Site) -> bool:
        return False


@dataclass(frozen=True)
class StandsWhereItShouldRefuse(Broken):
    def accepts(self, site: Site) -> bool:
        return site.stride == 1

    def at(self, site: Site) -> Block:
        return self.block(site)


@dataclass(frozen=True)
class HasALabelThatDoesNotRead(Broken):
    @property
    def label(self) -> str:
        return "broken!"


@dataclass(frozen=True)
class LeavesAFieldOutOfItsLabel(Broken):
    kernel: int = 1


class IsNoValue(Operator):
    """No dataclass: equal only to itself, and writable."""

    kind = "broken"
    pattern = "broken"
    label = "broken"
    block = Broken.block
    chain = Broken.chain


BLOCK_SHAPE = "its_block_gives_the_shape_that_the_site_asks_for"
MODULE_SHAPE = "its_module_gives_the_shape_that_the_site_asks_for"
COUNTED = "its_cost_is_what_is_counted_in_its_module"
FLOPS = "its_madds_are_half_of_what_torch_counts_in_flops"
BY_LAYER = "every_layer_costs_in_its_module_what_its_table_says"
GRADIENT = "a_gradient_reaches_every_parameter_and_the_input"
READS_BACK = "its_label_reads_back_as_the_same_operator"
NAMED = "its_label_names_it_among_all_operators"

BREAKS = {
    Broken(): set(),
    UnderstatesItsMadds(): {COUNTED, FLOPS, BY_LAYER},
    UnderstatesItsParams(): {COUNTED, BY_LAYER},
    BooksCostsOnTheWrongLayer(): {BY_LAYER},
    ForgetsTheStride(): {BLOCK_SHAPE, MODULE_SHAPE},
    BuildsAnotherShape(): {MODULE_SHAPE, COUNTED, FLOPS, BY_LAYER},
    HasALayerThatNobodyReads(): {GRADIENT},
    MultipliesABranchByZero(): {GRADIENT},
    WorksInPlace(): {"it_leaves_its_input_as_it_was"},
    DependsOnTheMemoryLayout(): {"channels_last_input_gives_the_same_output"},
    GivesAnotherBlockEveryTime(): {"it_gives_the_same_block_every_time"},
    StandsNowhere(): {"it_can_stand_somewhere"},
    StandsWhereItShouldRefuse(): {"it_refuses_a_site_that_it_does_not_accept"},
}


@pytest.mark.parametrize(
    ("listed", "wrong"),
    [pytest.param(operator, wrong, id=type(operator).__name__) for operator, wrong in BREAKS.items()],
    indirect=["listed"],
)
def test_an_operator_broken_in_one_way_fails_exactly_the_questions_about_it(
    listed: Operator, wrong: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch_layers, "MemoryOrder", MemoryOrder, raising=False)
    assert failed(ShortExam(), listed) == wrong


def test_every_question_of_the_exam_is_failed_by_some_broken_operator() -> None:
    tested_below = {READS_BACK, NAMED, "it_is_a_frozen_value", "its_layer_table_sums_to_its_cost"}
    asked = {name.removeprefix("test_") for name in questions(ShortExam())}
    assert asked == set().union(*BREAKS.values()) | tested_below


@pytest.mark.parametrize("listed", [HasALabelThatDoesNotRead()], indirect=True)
def test_a_label_that_its_own_class_cannot_read_fails(listed: Operator) -> None:
    with pytest.raises(AssertionError, match="gave None"):
        ShortExam().test_its_label_reads_back_as_the_same_operator(listed)


@pytest.mark.parametrize("listed", [LeavesAFieldOutOfItsLabel(kernel=3)], indirect=True)
def test_a_label_that_leaves_out_a_field_fails(listed: Operator) -> None:
    assert failed(ShortExam(), listed) == {READS_BACK, NAMED}


def test_an_operator_that_is_not_in_the_list_of_operators_fails() -> None:
    with pytest.raises(KeyError, match="unknown operator 'broken'"):
        ShortExam().test_its_label_names_it_among_all_operators(Broken())


def test_an_operator_that_is_no_frozen_value_fails() -> None:
    with pytest.raises(AssertionError, match="does not equal a copy of itself"):
        ShortExam().test_it_is_a_frozen_value(IsNoValue())


def test_an_operator_that_can_be_written_to_fails() -> None:
    @dataclass(unsafe_hash=True)
    class Writable(IsNoValue):
        kernel: int = 3

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        ShortExam().test_it_is_a_frozen_value(Writable())


def test_a_cost_that_is_not_the_sum_of_the_table_fails() -> None:
    class RoundsItsCost(Broken):
        def cost(self, site: Site) -> Cost:
            return Cost(params=1000)

    with pytest.raises(AssertionError, match="table"):
        ShortExam().test_its_layer_table_sums_to_its_cost(RoundsItsCost())


def test_an_operator_that_passes_nothing_on_has_to_say_so() -> None:
    assert failed(ShortExam(), Zero()) == {GRADIENT}


def test_an_operator_that_says_it_passes_nothing_on_and_does_fails() -> None:
    class SilentExam(ShortExam):
        passes_its_input = False

    assert failed(SilentExam(), Convolution(3)) == {GRADIENT}


def test_an_exam_without_its_fixture_says_what_to_give() -> None:
    fixture = unwrap(OperatorContract.operator)
    with pytest.raises(NotImplementedError, match="ShortExam has to give the fixture `operator`"):
        fixture(ShortExam())
