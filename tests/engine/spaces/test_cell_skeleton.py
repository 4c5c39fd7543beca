from __future__ import annotations

import pytest
import torch

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.components import checked
from nas_engine.errors import InvalidRecipe
from nas_engine.graph.counter import count
from nas_engine.shapes import TaskShape
from nas_engine.spaces import CellSkeleton, ChainSpace, Listed, SearchSpace, Subspace, nasbench201, space
from nas_engine.spaces.document import document, read_document
from nas_engine.testing import SpaceContract

CIFAR = TaskShape(3, 32, 32, 10)
SMALL = nasbench201(cells=1, width=4)


class TestRepeatedCell(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        return SMALL


class TestSomeRepeatedCells(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        start = SMALL.architecture(["conv3", "skip", "none", "avg3", "conv1", "conv3"])
        return Subspace.of(SMALL, {start, *SMALL.neighbours(start)})


@pytest.mark.parametrize(
    ("label", "cost"),
    [
        ("conv3", Cost(1_531_546, 220_119_680)),
        ("conv1", Cost(241_306, 31_376_000)),
        ("skip", Cost(73_306, 7_783_040)),
        ("avg3", Cost(73_306, 7_783_040)),
        ("none", Cost(73_306, 7_783_040)),
    ],
)
def test_check_2_one_operator_on_every_edge_costs_what_is_published(label: str, cost: Cost) -> None:
    cells = nasbench201()
    architecture = cells.architecture([label] * 6)
    assert cells.cost(architecture, CIFAR) == cells.block(architecture, CIFAR).cost == cost
    assert count(cells.build(architecture, CIFAR), CIFAR.input) == cost


def test_a_node_is_the_sum_of_its_edges() -> None:
    lone = CellSkeleton(cells=1, width=4, stages=1)
    held = ChainSpace(lone, (Listed(("none", "skip", "conv3")),) * 6, "conv3")
    # 3 <- 0 passes the input on; 3 <- 2 passes on 2 <- 0 + 2 <- 1, and the latter 1 <- 0: three times the input in all
    network = held.build(held.architecture(["skip", "skip", "skip", "skip", "none", "skip"]), TaskShape(1, 8, 8, 10))
    x = torch.randn(2, 4, 8, 8)
    assert torch.equal(network.get_submodule("cell_0")(x), 3 * x)


def test_a_cell_that_is_cut_gives_zeros_and_the_network_still_scores() -> None:
    shape = TaskShape(1, 8, 8, 10)
    network = SMALL.build(SMALL.architecture(["none"] * 6), shape).eval()
    with torch.no_grad():
        assert not network.get_submodule("cell_0")(torch.randn(2, 4, 8, 8)).any()
        assert network(torch.randn(2, 1, 8, 8)).isfinite().all()


def test_places_are_named_as_edges() -> None:
    assert SMALL.skeleton.groups[:3] == ("edge 1<-0", "edge 2<-0", "edge 2<-1")


def test_bounds_of_cost_are_those_of_its_cheapest_and_dearest_cells() -> None:
    least, largest = nasbench201().cost_bounds(CIFAR)
    assert (least, largest) == (Cost(73_306, 7_783_040), Cost(1_531_546, 220_119_680))


def test_a_network_s_document_reads_back() -> None:
    architecture = SMALL.sample(Chance(0))
    shape = TaskShape(1, 8, 8, 10)
    held, again, for_shape = read_document(document(SMALL, architecture, shape))
    assert again.key == architecture.key
    assert held.block(again, for_shape) == SMALL.block(architecture, shape)


def test_a_space_of_cells_reads_back_with_its_skeleton() -> None:
    assert space(SMALL.plain()) == SMALL


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(InvalidRecipe, match="depth"):
        checked(CellSkeleton, {"cells": 1, "depth": 3}, "skeleton")
