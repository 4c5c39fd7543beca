"""The AutoSpace cell against its specification; a test named `test_check_NN_...` is that check of the specification."""

from __future__ import annotations

import json
from collections import Counter, deque
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
import torch
from torch.nn import functional

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture
from nas_engine.graph.counter import count
from nas_engine.graph.module import build
from nas_engine.operators import AutoSpaceCell, CellAlphabet, CellGenotype, Operator, Site
from nas_engine.operators.autospace_cell import GENES, IDENTITY, NONE, genes_apart
from nas_engine.shapes import FeatureShape
from nas_engine.testing import OperatorContract

ALPHABET = CellAlphabet()
RAW = tuple(ALPHABET.raw())
CANONICAL = tuple(ALPHABET.canonical())

# The searched cells of the published 340 M network: block, label, channels in and out, stride, height, params, MAdds.
PUBLISHED = (
    (1, "5/1,2/1,2 D2 00 e6", 16, 24, 2, 112, 4_512, 31_510_528),
    (5, "7/5,2/5,5 D1 10 e3", 24, 40, 2, 56, 10_592, 16_068_864),
    (6, "2/5,2/2,2 D2 10 e6", 40, 40, 1, 28, 20_840, 15_836_800),
    (9, "5/5,2/5,5 D2 00 e6", 40, 80, 2, 28, 39_160, 14_229_600),
    (10, "2/5,5/2,5 D1 00 e3", 80, 80, 1, 14, 54_160, 10_270_400),
    (11, "5/1,2/1,2 D2 00 e6", 80, 80, 1, 14, 80_080, 15_444_800),
    (13, "7/5,2/2,5 D2 00 e6", 80, 96, 1, 14, 104_832, 20_070_400),
    (14, "5/1,2/1,2 D2 00 e6", 96, 96, 1, 14, 114_528, 22_146_432),
    (17, "7/5,2/5,2 D2 00 e6", 96, 192, 2, 14, 177_504, 17_767_008),
    (18, "9/1,2/1,2 D2 00 e6", 192, 192, 1, 7, 460_992, 22_438_080),
    (21, "9/1,2/1,2 D2 00 e6", 192, 320, 1, 7, 608_704, 29_663_424),
)
PUBLISHED_CELLS = tuple(dict.fromkeys(label.rsplit(" e", 1)[0] for _, label, *_ in PUBLISHED))


def cell(text: str) -> CellGenotype:
    return CellGenotype.read(text)


def operator(label: str) -> AutoSpaceCell:
    read = AutoSpaceCell.read(label)
    assert isinstance(read, AutoSpaceCell)
    return read


class TestAutoSpaceCell(OperatorContract):
    """A cell that expands at each node, adds and gates, with and without every kind of skip edge."""

    @pytest.fixture(params=["3/1,2/1,2 D0 00 e6", "7/5,2/5,5 D1 10 e3", "2/5,2/2,3 D2 11 e2", "2/2,2/2,2 D2 01 e1"])
    def operator(self, request: pytest.FixtureRequest) -> Operator:
        return operator(request.param)


# ------------------------------------------------------------------------------------------------- check 4: counting


@pytest.mark.parametrize(
    ("label", "before", "after", "stride", "size", "params", "madds"),
    [pytest.param(*row[1:], id=f"block {row[0]}") for row in PUBLISHED],
)
def test_check_04_a_published_block_costs_exactly_what_was_derived(
    label: str, before: int, after: int, stride: int, size: int, params: int, madds: int
) -> None:
    site = Site(FeatureShape(before, size, size), after, stride)
    assert operator(label).cost(site) == Cost(params, madds)
    assert count(build(operator(label).at(site)).to("meta"), site.input) == Cost(params, madds)


def expected_cost(genes: CellGenotype, e: int, site: Site) -> Cost:
    """The formula of the specification (section 1.3), written from its text."""
    c, inner, after = site.input.channels, site.input.channels * e, site.channels
    big, small = site.input.pixels, site.output.pixels
    width = {0: inner if genes.d == 0 else c, 1: inner if genes.d <= 1 else c, 2: inner}
    params, madds = c * inner + 2 * inner + inner * after + 2 * after, c * inner * big + inner * after * small
    for name in ("e10", "e20", "e21", "e31", "e32"):
        k, end, w = getattr(genes, name), int(name[1]), width[int(name[2])]
        if k not in (NONE, IDENTITY):
            params += k * k * w + 2 * w
            madds += k * k * w * (big if end < 3 else small)
    return Cost(params, madds)


def test_check_04_every_cell_costs_what_the_formula_says() -> None:
    site = Site(FeatureShape(6, 7, 10), channels=8, stride=2)
    for genes in CANONICAL:
        assert AutoSpaceCell(genes, 3).cost(site) == expected_cost(genes, 3, site), genes.text


# ----------------------------------------------------------------------------------------------- check 5: round trips


@pytest.mark.parametrize("kernels", [(3,), (3, 5), (5, 7)])
@pytest.mark.parametrize("site", [Site(FeatureShape(6, 7, 5), 8, 2), Site(FeatureShape(4, 6, 6), 4)], ids=str)
def test_the_figures_of_an_alphabet_are_those_of_its_cells(kernels: tuple[int, ...], site: Site) -> None:
    alphabet = CellAlphabet(kernels)
    cells = [AutoSpaceCell(genotype, 3) for genotype in alphabet.canonical()]
    assert alphabet.costs(3, site) == {cell.cost(site) for cell in cells}
    assert alphabet.size == len(cells)
    assert list(alphabet.texts()) == [cell.genotype.text for cell in cells]


def test_check_05_there_are_5184_legal_genotypes_and_eight_published_cells() -> None:
    assert len(RAW) == len(set(RAW)) == 5_184
    assert len(PUBLISHED_CELLS) == 8


def test_check_05_every_legal_genotype_reads_back_from_its_text() -> None:
    assert [cell(genes.text) for genes in RAW] == list(RAW)
    assert len({genes.text for genes in RAW}) == 5_184


def test_check_05_every_legal_genotype_reads_back_from_its_matrix() -> None:
    assert [CellGenotype.from_matrix(json.loads(json.dumps(genes.matrix()))) for genes in RAW] == list(RAW)
    assert len({json.dumps(genes.matrix()) for genes in RAW}) == 5_184


@pytest.mark.parametrize("text", PUBLISHED_CELLS)
def test_check_05_a_published_cell_reads_back_from_text_and_matrix(text: str) -> None:
    assert cell(text).text == text
    assert CellGenotype.from_matrix(cell(text).matrix()) == cell(text)
    assert cell(text) in CellAlphabet(kernels=(3, 5, 7, 9))


def test_check_05_the_matrix_has_the_released_form() -> None:
    assert cell("7/5,2/3,9 D1 10").matrix() == [[0, 0, 0, 1], [7, 0, 0, [1, 0]], [5, 2, 0, 0], [1, 3, 9, 0]]


R1 = [[0, 0, 0, 2], [5, 0, 0, [0, 0]], [1, 5, 0, 0], [1, 1, 5, 0]]


def test_check_05_the_released_chain_reads_as_three_depthwise_convolutions() -> None:
    assert CellGenotype.from_matrix(R1) == CellGenotype(e10=5, e20=1, e21=5, e31=1, e32=5, d=2, m2=0, m3=0)


def edited(row: int, column: int, value: object) -> list[list[object]]:
    matrix: list[list[object]] = [list(line) for line in R1]
    matrix[row][column] = value
    return matrix


@pytest.mark.parametrize(
    "matrix",
    [
        *(edited(i, j, 1) for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3))),
        edited(3, 0, 2),  # an edge from input to output
        edited(3, 0, 0),
        edited(1, 3, [0]),
        edited(1, 3, [0, 0, 0]),
        edited(1, 3, 0),
        edited(1, 3, "00"),
        edited(1, 0, "5"),
        edited(1, 0, 5.5),
        edited(1, 0, None),
        R1[:3],
        [*R1, [0, 0, 0, 0]],
        [[*row, 0] for row in R1],
        [row[:3] for row in R1],
        [],
    ],
)
def test_check_05_a_matrix_that_is_not_of_the_released_form_is_refused_and_shown(matrix: list[list[object]]) -> None:
    with pytest.raises(InvalidArchitecture) as refusal:
        CellGenotype.from_matrix(matrix)
    assert f"got {matrix}" in str(refusal.value)


@pytest.mark.parametrize(
    ("row", "column", "value", "gene"),
    [
        *((1, 0, value, "e10") for value in (0, 1, 4, -3)),
        *((2, 0, value, "e20") for value in (0, 4)),
        *((2, 1, value, "e21") for value in (0, 1, 6)),
        *((3, 1, value, "e31") for value in (0, 8)),
        *((3, 2, value, "e32") for value in (0, 1)),
        *((0, 3, value, "d") for value in (3, -1)),
        (1, 3, [2, 0], "m2"),
        (1, 3, [0, -1], "m3"),
    ],
)
def test_check_05_an_illegal_gene_is_refused_by_name_and_value(row: int, column: int, value: object, gene: str) -> None:
    got = next(bit for bit in value if bit != 0) if isinstance(value, list) else value
    with pytest.raises(InvalidArchitecture, match=f"gene {gene}: got {got}, wanted"):
        CellGenotype.from_matrix(edited(row, column, value))


@pytest.mark.parametrize(
    "text", ["", "5/1,2/1,2", "5/1,2/1,2 D2 00 ", "5/1,2/1,2 D2 0", "05/1,2/1,2 D2 00", "5-1,2-1,2 D2 00"]
)
def test_check_05_a_text_of_another_form_is_refused_and_shown(text: str) -> None:
    with pytest.raises(InvalidArchitecture, match=f"got {text!r}"):
        CellGenotype.read(text)


# ------------------------------------------------------------------------------------------ check 6: shape, gradient


def test_check_06_every_legal_cell_gives_the_shape_of_its_site() -> None:
    site = Site(FeatureShape(4, 7, 9), channels=6, stride=2)
    for genes in CANONICAL:
        assert AutoSpaceCell(genes, 2).at(site).output == FeatureShape(6, 4, 5), genes.text


def sampled() -> list[CellGenotype]:
    """Every expansion node with every mix (skip edges alive, so that each mixes), and some of all cells."""
    mixing = [CellGenotype(3, 5, 2, 2, 3, d, m2, m3) for d, m2, m3 in product((0, 1, 2), (0, 1), (0, 1))]
    return mixing + Chance(6).sample(CANONICAL, 30)


@pytest.mark.parametrize("genes", sampled(), ids=lambda genes: genes.text)
@pytest.mark.parametrize(("channels", "stride"), [(4, 1), (6, 1), (4, 2), (6, 2)])
def test_check_06_a_built_cell_gives_that_shape_and_a_gradient_reaches_every_parameter(
    genes: CellGenotype, channels: int, stride: int
) -> None:
    site = Site(FeatureShape(4, 7, 6), channels, stride)
    with Chance(0).owning_torch():
        module = build(AutoSpaceCell(genes, 3).at(site))
        y = module(torch.randn(3, 4, 7, 6))
        (y * torch.randn_like(y)).sum().backward()
    assert y.shape == (3, channels, -(-7 // stride), 6 // stride)
    assert [name for name, value in module.named_parameters() if value.grad is None or not value.grad.any()] == []


# ------------------------------------------------------------------------------------- check 7: mutation, neighbours


@cache
def raw_neighbours() -> dict[CellGenotype, tuple[CellGenotype, ...]]:
    return {genes: tuple(ALPHABET.mutants(genes)) for genes in RAW}


@cache
def canonical_neighbours() -> dict[CellGenotype, set[CellGenotype]]:
    return {genes: ALPHABET.neighbours(genes) for genes in CANONICAL}


def test_check_07_a_mutant_differs_in_exactly_one_gene_and_is_legal() -> None:
    for genes, mutants in raw_neighbours().items():
        for mutant in mutants:
            assert sum(getattr(mutant, gene) != getattr(genes, gene) for gene in GENES) == 1
            assert mutant in ALPHABET


def test_check_07_every_genotype_has_16_distinct_raw_neighbours() -> None:
    assert {len(mutants) for mutants in raw_neighbours().values()} == {16}
    assert {len(set(mutants)) for mutants in raw_neighbours().values()} == {16}


def test_check_07_raw_neighbours_are_neighbours_of_each_other() -> None:
    near = raw_neighbours()
    assert all(genes in near[mutant] for genes in RAW for mutant in near[genes])


def test_check_07_the_raw_graph_is_connected_with_diameter_8() -> None:
    place = {genes: i for i, genes in enumerate(RAW)}
    beside = np.array([[place[mutant] for mutant in mutants] for mutants in raw_neighbours().values()])
    reached = np.packbits(np.eye(len(RAW), dtype=bool), axis=1)  # row: who is reached from this genotype, a bit each
    everyone = np.packbits(np.ones(len(RAW), dtype=bool))
    steps = 0
    while not (reached == everyone).all() and steps < 20:
        reached = reached | np.bitwise_or.reduce([reached[column] for column in beside.T])
        steps += 1
    assert steps == 8


def test_check_07_3969_genotypes_are_canonical() -> None:
    assert len(CANONICAL) == 3_969
    assert {genes.canonical for genes in RAW} == set(CANONICAL)


def test_check_07_raw_forms_divide_the_genotypes_among_the_canonical_ones() -> None:
    forms = Counter(form for genes in CANONICAL for form in genes.raw_forms())
    assert set(forms) == set(RAW)
    assert set(forms.values()) == {1}


def test_check_07_canonical_neighbours_are_symmetric_canonical_and_never_the_cell_itself() -> None:
    near = canonical_neighbours()
    for genes, neighbours in near.items():
        assert genes not in neighbours
        assert all(genes in near[neighbour] for neighbour in neighbours)


def test_check_07_two_canonical_cells_are_neighbours_exactly_where_they_are_one_gene_apart() -> None:
    for genes in Chance(7).sample(CANONICAL, 40):
        assert ALPHABET.neighbours(genes) == {other for other in CANONICAL if genes_apart(genes, other) == 1}


def test_check_07_genes_apart_is_the_number_of_edits_between_two_cells() -> None:
    near = canonical_neighbours()
    for start in Chance(8).sample(CANONICAL, 5):
        edits, queue = {start: 0}, deque([start])
        while queue:
            genes = queue.popleft()
            for neighbour in near[genes]:
                if neighbour not in edits:
                    edits[neighbour] = edits[genes] + 1
                    queue.append(neighbour)
        assert len(edits) == len(CANONICAL)
        assert all(genes_apart(start, genes) == genes_apart(genes, start) == edits[genes] for genes in CANONICAL)


def test_check_07_genes_apart_takes_raw_forms_of_one_cell_for_the_same() -> None:
    dead = [cell(f"5/1,2/1,2 D2 {bits}") for bits in ("00", "01", "10", "11")]
    assert {genes_apart(a, b) for a in dead for b in dead} == {0}
    assert genes_apart(dead[3], cell("5/3,2/1,2 D2 00")) == 1


# ------------------------------------------------------------------------------------------------------ the alphabet


def test_without_mixing_there_are_1296_cells_and_none_multiplies() -> None:
    plain = CellAlphabet(mixing=False)
    assert len(list(plain.raw())) == len(list(plain.canonical())) == 1_296
    assert all((genes.m2, genes.m3) == (0, 0) for genes in plain.raw())


def test_without_mixing_no_neighbour_multiplies() -> None:
    plain = CellAlphabet(mixing=False)
    chain = cell("5/1,2/1,2 D2 00")
    assert len(plain.neighbours(chain)) == 14
    assert all(neighbour in plain for neighbour in plain.neighbours(chain))


def test_a_cell_with_a_kernel_of_another_alphabet_is_not_in_this_one() -> None:
    assert cell("9/1,2/1,2 D2 00") not in ALPHABET
    assert cell("9/1,2/1,2 D2 00") in CellAlphabet(kernels=(9,))


# ---------------------------------------------------------------------------------------------------- canonical form


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("5/1,2/3,2 D2 10", "5/1,2/3,2 D2 00"),
        ("5/3,2/1,2 D1 01", "5/3,2/1,2 D1 00"),
        ("2/1,3/1,5 D0 11", "2/1,3/1,5 D0 00"),
        ("5/1,2/3,2 D2 11", "5/1,2/3,2 D2 01"),
        ("5/3,2/3,2 D2 11", "5/3,2/3,2 D2 11"),
    ],
)
def test_a_mix_bit_is_zero_in_the_canonical_form_exactly_where_its_node_has_one_input(raw: str, canonical: str) -> None:
    assert cell(raw).canonical == cell(canonical)
    assert cell(canonical).canonical == cell(canonical)


@pytest.mark.parametrize("raw", ["5/1,2/3,2 D2 11", "3/2,5/1,2 D1 11", "2/1,3/1,5 D0 11"])
@pytest.mark.parametrize("stride", [1, 2])
def test_a_cell_with_a_dead_mix_bit_equals_its_canonical_form(made, images, raw: str, stride: int) -> None:
    site = Site(FeatureShape(4, 7, 6), channels=4, stride=stride)
    one = made(AutoSpaceCell(cell(raw), 3), site)
    other = build(AutoSpaceCell(cell(raw).canonical, 3).at(site)).eval()
    other.load_state_dict(one.state_dict())
    assert torch.equal(one(images(site)), other(images(site)))


@pytest.mark.parametrize("bit", ["m2", "m3"])
def test_a_live_mix_bit_changes_what_the_cell_computes(made, images, bit: str) -> None:
    site = Site(FeatureShape(4, 7, 6), channels=4)
    adds = cell("5/3,2/3,2 D1 00")
    one = made(AutoSpaceCell(adds, 3), site)
    other = build(AutoSpaceCell(replace(adds, **{bit: 1}), 3).at(site)).eval()
    other.load_state_dict(one.state_dict())
    assert (one(images(site)) - other(images(site))).abs().max() > 1e-3


# ------------------------------------------------------------------------------------------------- what it computes


def depthwise(module, name: str, x: torch.Tensor, kernel: int, stride: int = 1) -> torch.Tensor:
    weight = getattr(module, name).weight
    y = functional.conv2d(x, weight, stride=stride, padding=kernel // 2, groups=x.shape[1])
    return functional.relu6(getattr(module, f"{name}_norm")(y))


def on_prefix(wide: torch.Tensor, narrow: torch.Tensor) -> torch.Tensor:
    """Sum, the narrow one added to the first channels of the wide one."""
    common = narrow.shape[1]
    return torch.cat([wide[:, :common] + narrow, wide[:, common:]], dim=1)


def gated(chain: torch.Tensor, skip: torch.Tensor) -> torch.Tensor:
    common = skip.shape[1]
    gate = torch.sigmoid(skip.mean(dim=(2, 3), keepdim=True))
    return torch.cat([chain[:, :common] * gate, chain[:, common:]], dim=1)


def test_a_cell_that_expands_at_node_1_and_gates_node_2_computes_this(made, images) -> None:
    site = Site(FeatureShape(4, 7, 6), channels=6, stride=2)
    module, x = made(operator("7/5,2/5,3 D1 10 e3"), site), images(site)
    node1 = functional.relu6(
        module.expand_norm(functional.conv2d(depthwise(module, "edge01", x, 7), module.expand.weight))
    )
    node2 = gated(node1, depthwise(module, "edge02", x, 5))
    node3 = depthwise(module, "edge13", node1, 5, stride=2) + depthwise(module, "edge23", node2, 3, stride=2)
    torch.testing.assert_close(module(x), module.project_norm(functional.conv2d(node3, module.project.weight)))


def test_a_cell_that_expands_at_node_2_pools_its_identity_edges_where_it_strides(made, images) -> None:
    site = Site(FeatureShape(4, 7, 6), channels=4, stride=2)
    module, x = made(operator("2/3,5/2,2 D2 01 e3"), site), images(site)
    summed = depthwise(module, "edge12", x, 5) + depthwise(module, "edge02", x, 3)
    node2 = functional.relu6(module.expand_norm(functional.conv2d(summed, module.expand.weight)))
    halve = torch.nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False)
    node3 = gated(halve(node2), halve(x))
    torch.testing.assert_close(module(x), module.project_norm(functional.conv2d(node3, module.project.weight)))


def test_a_cell_that_keeps_the_shape_adds_its_input_and_aligns_widths_on_the_prefix(made, images) -> None:
    site = Site(FeatureShape(4, 7, 6), channels=4)
    module, x = made(operator("3/2,2/1,5 D1 00 e3"), site), images(site)
    node1 = functional.relu6(
        module.expand_norm(functional.conv2d(depthwise(module, "edge01", x, 3), module.expand.weight))
    )
    node3 = depthwise(module, "edge23", on_prefix(node1, x), 5)
    torch.testing.assert_close(module(x), x + module.project_norm(functional.conv2d(node3, module.project.weight)))


@pytest.mark.parametrize(("channels", "stride"), [(4, 2), (6, 1), (6, 2)])
def test_a_cell_that_changes_the_shape_has_no_shortcut(made, images, channels: int, stride: int) -> None:
    site = Site(FeatureShape(4, 7, 6), channels, stride)
    module = made(operator("3/2,2/1,5 D1 00 e3"), site)
    module.project_norm.weight.data.zero_()
    module.project_norm.bias.data.zero_()
    assert not module(images(site)).any()


@pytest.mark.parametrize("label", ["5/1,2/1,2 D2 00 e0", "5/1,2/1,2 D2 00 e06", "5/1,2/1,2 D2 00 e", "5/1,2/1,2 D2 00"])
def test_a_label_without_a_whole_expansion_from_one_is_not_read(label: str) -> None:
    assert AutoSpaceCell.read(label) is None
