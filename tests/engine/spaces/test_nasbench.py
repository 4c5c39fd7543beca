from __future__ import annotations

from collections import Counter

import pytest

from nas_engine.budget import Cost
from nas_engine.errors import InvalidArchitecture
from nas_engine.graph.counter import count
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SearchSpace, cell_string, nasbench201, nasbench_macro, read_cell_string, topology
from nas_engine.testing import SpaceContract

CIFAR = TaskShape(3, 32, 32, 10)
CELLS = nasbench201()
MACRO = nasbench_macro()
SOME = "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|none~0|nor_conv_3x3~1|skip_connect~2|"


class TestMacro(SpaceContract):
    builds = 1

    @pytest.fixture
    def space(self) -> SearchSpace:
        return MACRO


# --------------------------------------------------------------------------------------------------- NAS-Bench-201


def test_check_17_there_are_15625_cells_of_6466_topologies_with_24_neighbours_each() -> None:
    members = list(CELLS.members())
    assert len(members) == CELLS.size == 15_625
    assert len({topology(member) for member in members}) == 6_466
    for member in members[::501]:
        around = set(CELLS.neighbours(member))
        assert len(around) == 24
        assert all(member in set(CELLS.neighbours(other)) for other in around)


def test_every_cell_s_string_reads_back() -> None:
    strings = {cell_string(member): member for member in CELLS.members()}
    assert len(strings) == CELLS.size
    assert all(read_cell_string(text, CELLS) == member for text, member in strings.items())


def test_a_string_names_each_edge_by_the_node_that_it_leaves() -> None:
    cell = read_cell_string(SOME, CELLS)
    assert cell.genes == ("avg3", "conv1", "skip", "none", "conv3", "skip")
    assert cell_string(cell) == SOME


@pytest.mark.parametrize(
    "text",
    ["", SOME[:-1], SOME.replace("none", "conv"), SOME.replace("none~0", "none~1"), SOME + "+|none~0|", SOME[:17]],
)
def test_another_text_is_refused_with_the_form_that_is_wanted(text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=r"wanted the form \|op~0\|"):
        read_cell_string(text, CELLS)


def test_genes_of_another_space_have_no_string() -> None:
    with pytest.raises(InvalidArchitecture, match="wanted six of none, skip"):
        cell_string(MACRO.reference)


@pytest.mark.parametrize(
    ("genes", "text"),
    [
        (["none"] * 6, "#+#+#"),
        (["skip"] * 6, "0+0+0+0"),
        (["conv3", "none", "skip", "none", "none", "skip"], "#+#+#+(0)@nor_conv_3x3"),
    ],
)
def test_a_topology_passes_skips_through_and_leaves_out_what_is_cut(genes: list[str], text: str) -> None:
    assert topology(CELLS.architecture(genes)) == text


def test_a_skip_in_another_place_may_make_the_same_topology() -> None:
    one = CELLS.architecture(["skip", "conv3", "none", "none", "none", "conv1"])
    other = CELLS.architecture(["skip", "none", "conv3", "none", "none", "conv1"])
    assert topology(one) == topology(other)


# ------------------------------------------------------------------------------------------------- NAS-Bench-Macro


@pytest.mark.parametrize(
    ("label", "cost"), [("shortcut", Cost(387_882, 7_713_280)), ("mb5_e6", Cost(2_932_586, 105_660_928))]
)
def test_check_3_one_block_in_every_layer_costs_what_is_published(label: str, cost: Cost) -> None:
    architecture = MACRO.architecture([label] * 8)
    assert MACRO.cost(architecture, CIFAR) == cost
    assert count(MACRO.build(architecture, CIFAR), CIFAR.input) == cost


def test_check_17_the_macro_chain_has_6561_networks_with_16_neighbours_each() -> None:
    assert MACRO.size == 6_561
    near = Counter(len(list(MACRO.neighbours(member))) for member in list(MACRO.members())[::97])
    assert set(near) == {16}


def test_macro_widths_double_with_each_stage() -> None:
    sites = MACRO.skeleton.sites(CIFAR)
    assert [site.channels for site in sites] == [64] * 2 + [128] * 3 + [256] * 3
    assert [site.stride for site in sites] == [2, 1, 2, 1, 1, 2, 1, 1]
