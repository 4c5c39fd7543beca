from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from nas_engine.budget import MEASURES, Cost
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible, InvalidArchitecture, UnknownComponent
from nas_engine.graph.block import LayerRow
from nas_engine.graph.counter import count
from nas_engine.shapes import TaskShape
from nas_engine.spaces import (
    SKELETONS,
    Cells,
    CellSkeleton,
    ChainSpace,
    Listed,
    SearchSpace,
    Skeleton,
    Stage,
    autospace,
    chain,
    skeleton_named,
    space,
)
from nas_engine.testing import SpaceContract

DIGITS = TaskShape(1, 8, 8, 10)
TINY = skeleton_named("tiny")

R3 = "5/1,2/1,2 D2 00 e6"
IMAGENET = TaskShape(3, 224, 224, 1000)
RELEASED = (  # the authors' network of 340 M multiply-adds, blocks 1 to 21, with params and MAdds of each
    (R3, 4_512, 31_510_528),
    ("mb3_e6", 8_832, 25_740_288),
    ("skip", 0, 0),
    ("skip", 0, 0),
    ("7/5,2/5,5 D1 10 e3", 10_592, 16_068_864),
    ("2/5,2/2,2 D2 10 e6", 20_840, 15_836_800),
    ("mb3_e3", 11_240, 8_373_120),
    ("skip", 0, 0),
    ("5/5,2/5,5 D2 00 e6", 39_160, 14_229_600),
    ("2/5,5/2,5 D1 00 e3", 54_160, 10_270_400),
    (R3, 80_080, 15_444_800),
    ("skip", 0, 0),
    ("7/5,2/2,5 D2 00 e6", 104_832, 20_070_400),
    (R3, 114_528, 22_146_432),
    ("skip", 0, 0),
    ("skip", 0, 0),
    ("7/5,2/5,2 D2 00 e6", 177_504, 17_767_008),
    ("9/1,2/1,2 D2 00 e6", 460_992, 22_438_080),
    ("9/1,2/1,2 D2 00 e6", 460_992, 22_438_080),
    ("9/1,2/1,2 D2 00 e6", 460_992, 22_438_080),
    ("9/1,2/1,2 D2 00 e6", 608_704, 29_663_424),
)


class TestOperatorsAtEachPlace(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        return chain(TINY, ("conv1", "conv3", "sep3", "skip"))


class TestOtherOperatorsAtOtherPlaces(SpaceContract):
    """One place without a choice, one with `reduce`, which stands only where the image shrinks."""

    @pytest.fixture
    def space(self) -> SearchSpace:
        alphabets = (Listed(("reduce", "conv3", "max3")), Listed(("conv3",)), Listed(("mb3_e2", "skip")))
        return ChainSpace(TINY, alphabets, "conv3")


class TestDeclaredOperators(SpaceContract):
    """In a chain, and on the edges of a repeated cell."""

    draws = 4

    @pytest.fixture(params=[TINY, CellSkeleton(1, 4, 2)], ids=["chain", "cell"])
    def space(self, request: pytest.FixtureRequest) -> SearchSpace:
        return chain(request.param, ("[dw3:s conv1:out norm relu]", "[conv1:out:s norm skip? add@2+3]", "skip"))


class TestOneNetwork(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        return chain(TINY, ("conv3",))


class TestAutoSpaceCells(SpaceContract):
    draws = 4

    @pytest.fixture(params=[True, False], ids=["mixing", "adding"])
    def space(self, request: pytest.FixtureRequest) -> SearchSpace:
        return autospace(TINY, expansion=2, mixing=request.param)


class TestCellsAndOperators(SpaceContract):
    """Half evolved: what an open cell space and an evolved one look like side by side. The image is no square."""

    draws = 4

    @pytest.fixture
    def space(self) -> SearchSpace:
        cells = Cells(kernels=(3,), expansion=2)
        return ChainSpace(TINY, (Listed(cells.labels[:3]), cells, Listed(("conv3", "skip"))), "conv3")

    @pytest.fixture
    def shape(self) -> TaskShape:
        return TaskShape(3, 7, 10, 4)


# ------------------------------------------------------------------------------------------------- what it is made of


@pytest.mark.parametrize(("skeleton", "places"), [("tiny", 3), ("digits", 5), ("small", 6), ("mobile", 21)])
def test_autospace_offers_3969_distinct_cells_at_each_place(skeleton: str, places: int) -> None:
    assert autospace(skeleton_named(skeleton)).size == 3969**places


def test_autospace_without_mixing_offers_1296_cells_at_each_place() -> None:
    assert autospace(TINY, mixing=False).size == 1296**3


def test_neighbours_are_symmetric_in_the_autospace_cell_space() -> None:
    cells, chance = autospace(TINY), Chance(0)
    for _ in range(3):
        start = cells.sample(chance)
        around = set(cells.neighbours(start))
        assert 3 * 16 <= len(around) <= 3 * 20
        for other in around:
            assert cells.distance(start, other) == cells.distance(other, start) == 1
            assert start in set(cells.neighbours(other))


def test_a_chain_has_a_neighbour_for_each_other_option_at_each_place() -> None:
    operators = chain(TINY, ("conv1", "conv3", "sep3", "skip"))
    assert operators.size == 4**3
    assert len(list(operators.neighbours(operators.sample(Chance(0))))) == 3 * 3


def test_samples_take_every_option_at_every_place_equally_often() -> None:
    operators, chance = chain(TINY, ("conv1", "conv3", "sep3", "skip")), Chance(0)
    drawn = [operators.sample(chance).genes for _ in range(4000)]
    for place in range(3):
        times = Counter(genes[place] for genes in drawn)
        assert len(times) == 4
        assert all(abs(number - 1000) < 5 * 27.4 for number in times.values()), times  # five deviations
    pairs = Counter((genes[0], genes[2]) for genes in drawn)
    assert len(pairs) == 16
    assert all(abs(number - 250) < 5 * 15.3 for number in pairs.values()), pairs


def test_the_reference_is_the_first_operator_unless_given() -> None:
    assert chain(TINY, ("sep3", "conv3")).reference.genes == ("sep3",) * 3
    assert chain(TINY, ("sep3", "conv3"), reference="conv5").reference.genes == ("conv5",) * 3


def test_the_reference_of_autospace_is_the_authors_third_chain_unless_given() -> None:
    assert autospace(TINY).reference.genes == (R3,) * 3
    assert autospace(TINY, kernels=(3,), expansion=2).reference.genes == ("3/1,2/1,2 D2 00 e2",) * 3
    assert autospace(TINY, reference="mb3_e6").reference.genes == ("mb3_e6",) * 3


def test_equal_cells_are_one_option_and_one_reference() -> None:
    dead_mix_bit, canonical = "3/1,2/1,2 D2 10 e6", "3/1,2/1,2 D2 00 e6"
    space = chain(TINY, (dead_mix_bit, "conv3"))
    assert space == chain(TINY, (canonical, "conv3"))
    assert space.reference == autospace(TINY, reference=dead_mix_bit).reference
    assert space.reference in space
    with pytest.raises(InvalidArchitecture, match="twice"):
        chain(TINY, (dead_mix_bit, canonical))


def test_a_place_offers_only_operators_that_can_stand_there() -> None:
    offered = [alphabet.labels for alphabet in chain(TINY, ("conv3", "reduce")).alphabets]
    assert offered == [("conv3", "reduce"), ("conv3",), ("conv3",)]


def test_a_place_where_no_operator_can_stand_is_refused() -> None:
    with pytest.raises(Incompatible, match=r"place 1 .*: none of reduce can stand there"):
        chain(TINY, ("reduce",), reference="conv3")


@pytest.mark.parametrize("reference", ["reduce", "none"])
def test_a_reference_that_cannot_stand_everywhere_is_refused(reference: str) -> None:
    for made in (lambda: chain(TINY, ("conv3",), reference), lambda: autospace(TINY, reference=reference)):
        with pytest.raises(Incompatible, match=rf"reference '{reference}' cannot stand at place \d .*another operator"):
            made()


def test_an_operator_that_cuts_the_chain_is_refused() -> None:
    with pytest.raises(Incompatible, match="place 0: operator 'none' would cut the chain"):
        chain(TINY, ("conv3", "none"))


def test_an_unknown_operator_or_reference_is_refused_by_name() -> None:
    with pytest.raises(UnknownComponent, match="'sep4'"):
        chain(TINY, ("conv3", "sep4"))
    with pytest.raises(UnknownComponent, match="'conv4'"):
        ChainSpace(TINY, (Listed(("conv3",)),) * 3, "conv4")


def test_a_wrong_number_of_alphabets_is_refused() -> None:
    with pytest.raises(Incompatible, match="2 alphabets for a skeleton of 3 places"):
        ChainSpace(TINY, (Listed(("conv3",)),) * 2, "conv3")


def test_a_wrong_number_of_genes_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="got 2 genes, wanted 3, one a place"):
        chain(TINY, ("conv3",)).architecture(["conv3"] * 2)


def test_a_gene_that_is_no_legal_cell_is_no_member() -> None:
    cells = autospace(TINY)
    for label in ("1/1,2/1,2 D2 00 e6", "5/1,2/1,2 D2 10 e6", "5/1,2/1,2 D2 00 e3", "7/1,2/1,2 D2 00 e6", "conv3", "?"):
        assert cells.architecture([R3, label, R3]) not in cells, label


def test_a_space_too_large_to_list_says_so() -> None:
    with pytest.raises(InvalidArchitecture, match="62,523,502,209 architectures cannot be listed"):
        autospace(TINY).members()


def test_a_place_with_too_many_options_makes_no_supernet() -> None:
    with pytest.raises(Incompatible, match="3,969 options, a supernet holds 64; evolve the space first"):
        autospace(TINY).supernet(DIGITS)


def test_plain_data_hold_each_alphabet_once() -> None:
    plain = autospace(skeleton_named("mobile")).plain()
    assert plain["alphabets"] == [{"kernels": [3, 5], "expansion": 6, "mixing": True}]
    assert plain["places"] == [0] * 21


def test_a_skeleton_s_own_fields_survive_writing() -> None:
    odd = Skeleton((Stage(5, 2, 3),), stem=7, stem_stride=2, head=9)
    written = chain(odd, ("conv3", "skip"))
    assert space(written.plain()) == written


# ------------------------------------------------------------------------------------------------------- narrowing


def test_narrowing_gives_each_layer_group_its_own_options() -> None:
    options = {"stage 1 first": ["conv3"], "stage 2 first": ["sep3", "skip"], "stage 2 rest": ["conv1"]}
    narrowed = autospace(TINY).narrowed(options)
    assert [alphabet.labels for alphabet in narrowed.alphabets] == [("conv3",), ("sep3", "skip"), ("conv1",)]
    assert narrowed.size == 2
    assert narrowed.reference.genes == (R3,) * 3


def test_narrowing_leaves_the_keys_as_they_were() -> None:
    cells = autospace(TINY)
    architecture = cells.sample(Chance(0))
    options = {group: [label] for group, label in zip(TINY.groups, architecture.genes, strict=True)}
    (member,) = cells.narrowed(options).members()
    assert member == architecture
    assert member.key == architecture.key


def test_an_architecture_of_another_skeleton_has_another_key() -> None:
    wider = replace(TINY, head=8)
    labels = ("conv3", "skip")
    one, other = (chain(skeleton, labels).sample(Chance(0)) for skeleton in (TINY, wider))
    assert one.genes == other.genes
    assert one.key != other.key


# ----------------------------------------------------------------------------------------------------------- counting


def test_bounds_are_the_least_and_largest_cost_of_any_member() -> None:
    operators = chain(TINY, ("conv1", "sep3", "max3", "mb3_e2"))
    costs = [operators.cost(member, DIGITS) for member in operators.members()]
    least, largest = operators.cost_bounds(DIGITS)
    for measure in MEASURES:
        values = [getattr(cost, measure) for cost in costs]
        assert getattr(least, measure) == min(values)
        assert getattr(largest, measure) == max(values)


def test_bounds_of_the_open_cell_space_hold_every_sample() -> None:
    cells, chance = autospace(skeleton_named("digits"), expansion=3), Chance(0)
    least, largest = cells.cost_bounds(DIGITS)
    for _ in range(100):
        cost = cells.cost(cells.sample(chance), DIGITS)
        for measure in MEASURES:
            assert getattr(least, measure) <= getattr(cost, measure) <= getattr(largest, measure)


def released() -> ChainSpace:
    genes = [gene for gene, _, _ in RELEASED]
    return ChainSpace(SKELETONS["mobile"], tuple(Listed((gene,)) for gene in genes), R3)


def part(rows: list[LayerRow], *prefixes: str) -> Cost:
    return sum((row.cost for row in rows if f"{row.path}.".startswith(prefixes)), Cost())


def test_check_04_the_released_network_counts_as_published() -> None:
    mobile = released()
    (network,) = mobile.members()
    cost = mobile.cost(network, IMAGENET)
    assert cost == Cost(params=4_312_944, madds=336_659_520)
    assert round(cost.params, -5) == 4_300_000
    assert abs(cost.madds / 340e6 - 1) < 0.01


def test_check_04_each_part_of_the_released_network_counts_as_it_should() -> None:
    mobile = released()
    (network,) = mobile.members()
    rows = list(mobile.block(network, IMAGENET).rows())
    assert part(rows, "stem.conv.", "stem.norm.") == Cost(928, 10_838_016)
    assert part(rows, "stem.first.") == Cost(896, 10_035_200)
    for place, (_, params, madds) in enumerate(RELEASED):
        assert part(rows, f"block_{place}.") == Cost(params, madds), f"block {place + 1}"
    assert part(rows, "head.conv.", "head.norm.") == Cost(412_160, 20_070_400)
    assert part(rows, "head.classifier.") == Cost(1_281_000, 1_280_000)


def test_check_04_the_counter_finds_the_same_in_the_built_network() -> None:
    mobile = released()
    (network,) = mobile.members()
    with Chance(0).owning_torch():
        built = mobile.build(network, IMAGENET)
    assert count(built, IMAGENET.input) == Cost(4_312_944, 336_659_520)
