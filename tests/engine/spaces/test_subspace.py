from __future__ import annotations

from itertools import combinations

import pytest

from nas_engine.architecture import Architecture
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible, InvalidArchitecture
from nas_engine.spaces import ChainSpace, SearchSpace, Subspace, autospace, chain, skeleton_named, space
from nas_engine.testing import SpaceContract
from nas_engine.wire import canonical

LABELS = ("conv1", "conv3", "conv5", "sep3", "skip")
OPERATORS = chain(skeleton_named("tiny"), LABELS)


def at(*genes: str) -> Architecture:
    return OPERATORS.architecture(genes)


def around(*centres: Architecture) -> Subspace:
    return Subspace.of(OPERATORS, {*centres, *(near for centre in centres for near in OPERATORS.neighbours(centre))})


FIRST, SECOND = at("conv1", "conv1", "conv1"), at("skip", "skip", "skip")


class TestPockets(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        return around(FIRST, SECOND)


class TestHermits(SpaceContract):
    """Members without neighbours: a mutant is the architecture itself, a child may have to be."""

    @pytest.fixture
    def space(self) -> SearchSpace:
        return Subspace.of(OPERATORS, {FIRST, SECOND, at("conv3", "conv3", "conv5"), at("sep3", "sep3", "conv3")})


class TestOneMember(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        return Subspace.of(OPERATORS, {FIRST})


class TestSomeCells(SpaceContract):
    @pytest.fixture
    def space(self) -> SearchSpace:
        cells = autospace(skeleton_named("tiny"), expansion=2)
        centre = cells.sample(Chance(0))
        return Subspace.of(cells, {centre, *cells.neighbours(centre)})


def test_its_members_are_those_given_whatever_their_order() -> None:
    members = set(OPERATORS.neighbours(FIRST))
    subspace = Subspace.of(OPERATORS, members)
    assert set(subspace.members()) == members
    assert subspace.size == len(members) == 12
    assert subspace == Subspace.of(OPERATORS, frozenset(sorted(members, key=lambda member: member.genes)))
    assert [member.key for member in subspace.members()] == sorted(member.key for member in members)


def test_neighbours_are_the_parent_s_that_are_members() -> None:
    subspace = around(FIRST)
    other = at("conv3", "conv1", "conv1")
    assert set(subspace.neighbours(other)) == {
        FIRST,
        *(at(label, "conv1", "conv1") for label in ("conv5", "sep3", "skip")),
    }


def test_samples_take_every_member_equally_often() -> None:
    subspace, chance = around(FIRST), Chance(0)
    drawn = [subspace.sample(chance) for _ in range(2600)]
    times = {member: drawn.count(member) for member in subspace.members()}
    assert all(abs(number - 200) < 5 * 13.6 for number in times.values()), times  # five deviations


def test_a_pocket_is_what_single_edits_connect() -> None:
    lines = [{at(label, gene, gene) for label in LABELS} for gene in ("conv1", "skip")]
    hermit = at("conv3", "conv5", "sep3")
    subspace = Subspace.of(OPERATORS, {*lines[0], *lines[1], hermit})
    assert [len(pocket) for pocket in subspace.pockets] == [5, 5, 1]
    assert {frozenset(pocket) for pocket in subspace.pockets} == {frozenset(members) for members in (*lines, {hermit})}


def test_pockets_that_touch_are_one() -> None:
    assert [len(pocket) for pocket in around(FIRST, at("conv1", "conv3", "conv3")).pockets] == [13 + 13 - 2]


def test_diversity_is_the_mean_distance_over_pairs() -> None:
    chosen = [FIRST, SECOND, at("conv1", "conv1", "conv3")]
    distances = [OPERATORS.distance(a, b) for a, b in combinations(chosen, 2)]
    assert distances == [3, 1, 3]
    assert Subspace.of(OPERATORS, set(chosen)).diversity == pytest.approx(7 / 3)
    assert Subspace.of(OPERATORS, {FIRST}).diversity == 0


def test_the_product_of_its_choices_holds_every_member_and_no_option_that_none_has() -> None:
    subspace = Subspace.of(OPERATORS, {FIRST, at("conv3", "skip", "conv1")})
    product = subspace.as_product()
    assert isinstance(product, ChainSpace)
    assert [alphabet.labels for alphabet in product.alphabets] == [("conv1", "conv3"), ("conv1", "skip"), ("conv1",)]
    assert all(member in product for member in subspace.members())
    assert product.size == 4


def test_a_member_outside_its_parent_s_alphabets_has_no_product() -> None:
    strange = Subspace(OPERATORS, (FIRST, OPERATORS.architecture(["mb3_e6"] * 3)))
    with pytest.raises(Incompatible, match="outside its parent's alphabets"):
        strange.as_product()


def test_a_subspace_of_a_subspace_has_the_same_parent() -> None:
    inner = Subspace.of(around(FIRST), {FIRST})
    assert inner.root == inner.parent == OPERATORS
    assert inner.reference == OPERATORS.reference


def test_an_empty_subspace_is_refused() -> None:
    with pytest.raises(InvalidArchitecture, match="at least one member"):
        Subspace.of(OPERATORS, set())


def test_a_stranger_is_refused_as_a_member() -> None:
    stranger = OPERATORS.architecture(["mb3_e6"] * 3)
    with pytest.raises(InvalidArchitecture, match=f"{stranger.key} is not in the parent space"):
        Subspace.of(OPERATORS, {FIRST, stranger})


def test_thousands_of_members_stay_small_when_written() -> None:
    cells, chance = autospace(skeleton_named("mobile")), Chance(0)
    chosen = {cells.sample(chance) for _ in range(30)}
    chosen |= {
        near for member in sorted(chosen, key=lambda member: member.key)[:5] for near in cells.neighbours(member)
    }
    written = canonical(Subspace.of(cells, chosen).plain())
    assert len(written) / len(chosen) < 21 * 6
    assert space(Subspace.of(cells, chosen).plain()) == Subspace.of(cells, chosen)
