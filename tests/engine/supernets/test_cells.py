"""The supernet of a repeated cell: weights for each cell, choices for all of them."""

from __future__ import annotations

import pytest
import torch

from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture
from nas_engine.shapes import TaskShape
from nas_engine.spaces import nasbench201
from nas_engine.supernets import ChainSupernet, child_tensors

SHAPE = TaskShape(1, 8, 8, 10)
CELLS = nasbench201(cells=2, width=4)
EDGES = ("edge_10", "edge_20", "edge_21", "edge_30", "edge_31", "edge_32")


@pytest.fixture
def supernet() -> ChainSupernet:
    torch.manual_seed(1)
    return CELLS.supernet(SHAPE)


def options(edge: str) -> set[str]:
    """What the names of an edge's parameters begin with, in each cell."""
    return {f"cell_{cell}.{edge}." for cell in range(6)}


def test_every_cell_has_weights_of_its_own(supernet: ChainSupernet) -> None:
    memory = [parameter.data_ptr() for parameter in supernet.parameters()]
    assert len(set(memory)) == len(memory)
    for cell in range(6):
        weights = dict(supernet.named_parameters())
        assert f"cell_{cell}.edge_21.conv3.conv.weight" in weights
        assert f"cell_{cell}.edge_21.conv1.conv.weight" in weights


def test_a_choice_is_made_in_all_cells_at_once(supernet: ChainSupernet) -> None:
    genes = ("conv3", "skip", "conv1", "none", "avg3", "conv3")
    supernet(torch.randn(4, 1, 8, 8), supernet.path(genes)).sum().backward()
    touched = {name for name, parameter in supernet.named_parameters() if parameter.grad is not None}
    chosen = {f"{start}{label}." for edge, label in zip(EDGES, genes, strict=True) for start in options(edge)}
    on_path = {name for name, _ in supernet.named_parameters() if any(name.startswith(start) for start in chosen)}
    fixed = {name for name, _ in supernet.named_parameters() if not name.startswith("cell_")}
    assert len(on_path) == 3 * 3 * 6  # three convolutions of three tensors in six cells
    assert touched == on_path | fixed


def test_a_one_hot_mixture_is_the_path(supernet: ChainSupernet) -> None:
    images = torch.randn(3, 1, 8, 8)
    path = supernet.eval().path(CELLS.sample(Chance(7)).genes)
    rows = [torch.eye(5)[index] for index in path]
    torch.testing.assert_close(supernet(images, rows), supernet(images, path), rtol=1e-5, atol=1e-6)


def test_each_edge_has_one_row_of_scores_and_none_carries_nothing(supernet: ChainSupernet) -> None:
    rows = [torch.full((5,), 0.2, requires_grad=True) for _ in EDGES]
    supernet(torch.randn(4, 1, 8, 8), rows).square().sum().backward()
    for row in rows:
        assert row.grad is not None
        assert row.grad[0] == 0  # the option is 'none'
        assert row.grad[1:].abs().min() > 0
    silent = supernet.eval().path(["none"] * 6)
    with torch.no_grad():
        one, other = supernet(torch.randn(2, 1, 8, 8), silent)
    assert torch.equal(one, other), "the image gets through"


def test_a_node_is_the_weighted_sum_of_what_comes_in(supernet: ChainSupernet) -> None:
    cell, x = supernet.get_submodule("cell_0"), torch.randn(2, 4, 8, 8)
    skip = torch.tensor([0.0, 0.5, 0.0, 0.0, 0.0])
    rows = [skip, skip, 2 * skip, skip, skip, skip]
    # node 1: 0.5 x; node 2: 0.5 x + 1 * 0.5 x = x; node 3: 0.5 x + 0.25 x + 0.5 x
    torch.testing.assert_close(cell(x, rows), 1.25 * x)


def test_an_operator_that_it_does_not_hold_is_refused(supernet: ChainSupernet) -> None:
    with pytest.raises(InvalidArchitecture, match="place 2: got 'sep3', wanted one of none, skip"):
        supernet.path(["skip", "skip", "sep3", "skip", "skip", "skip"])


def test_cells_whose_numbers_begin_alike_are_kept_apart() -> None:
    many = nasbench201(cells=4, width=2)  # twelve cells
    whole = many.supernet(SHAPE).state_dict()
    tensors = child_tensors(whole, ["conv3"] * 6, many.skeleton.modules)
    for cell in (1, 10, 11):
        got, wanted = tensors[f"cell_{cell}.edge_32.conv.weight"], whole[f"cell_{cell}.edge_32.conv3.conv.weight"]
        assert torch.equal(got, wanted)
