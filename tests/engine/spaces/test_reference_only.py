from __future__ import annotations

import pytest

from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.shapes import TaskShape
from nas_engine.spaces import Subspace, Within, autospace, chain, nasbench201, reference_only, skeleton_named

SHAPE = TaskShape(1, 8, 8, 10)
CELLS = autospace(skeleton_named("tiny"), expansion=3)
CHAINS = ("5/1,5/1,5 D2 00 e3", "5/1,5/1,2 D2 00 e3", "5/1,2/1,2 D2 00 e3")


def test_a_place_of_autospace_cells_offers_the_three_released_chains_once_each() -> None:
    space = reference_only(CELLS)
    assert [alphabet.labels for alphabet in space.alphabets] == [CHAINS] * 3
    assert space.size == 27


def test_a_reference_that_is_none_of_the_chains_stands_beside_them_and_gives_its_expansion() -> None:
    own = autospace(skeleton_named("tiny"), expansion=3, reference="3/1,2/1,2 D0 00 e6")
    first = reference_only(own).alphabets[0].labels
    assert first == (*(label.replace("e3", "e6") for label in CHAINS), "3/1,2/1,2 D0 00 e6")


def test_a_reference_that_is_no_cell_leaves_the_expansion_to_the_cells() -> None:
    own = autospace(skeleton_named("tiny"), expansion=4, reference="mb3_e6")
    first = reference_only(own).alphabets[0].labels
    assert first == (*(label.replace("e3", "e4") for label in CHAINS), "mb3_e6")


def test_the_same_space_belongs_to_an_evolved_one_a_shrunk_one_and_a_view_of_it() -> None:
    evolved = CELLS.narrowed(dict.fromkeys(CELLS.skeleton.groups, ("3/2,5/1,2 D0 00 e3", CELLS.reference_label)))
    shrunk = Subspace.of(evolved, set(evolved.members()))
    for space in (evolved, shrunk, Within(shrunk, NetworkLimits(madds=1), SHAPE)):
        assert reference_only(space) == reference_only(CELLS)


@pytest.mark.parametrize(("kernels", "kernel"), [((3,), 3), ((7, 9), 7), ((3, 5, 7), 5)])
def test_the_chains_keep_to_the_kernels_that_cells_have(kernels: tuple[int, ...], kernel: int) -> None:
    space = autospace(skeleton_named("tiny"), kernels, expansion=3)
    narrowed = space.narrowed(dict.fromkeys(space.skeleton.groups, (space.sample(Chance(1)).genes[0],)))
    for found in (reference_only(space), reference_only(narrowed)):
        assert found.alphabets[0].labels[0] == f"{kernel}/1,{kernel}/1,{kernel} D2 00 e3"


def test_every_chain_can_be_built_and_costed_at_every_place() -> None:
    space = reference_only(CELLS)
    costs = {space.cost(member, SHAPE).madds for member in space.members()}
    assert max(costs) > min(costs) > 0


def test_any_other_space_leaves_only_its_reference() -> None:
    for other in (chain(skeleton_named("tiny"), ("conv3", "sep3", "skip")), nasbench201(1, 4)):
        assert list(reference_only(other).members()) == [other.reference]


def test_only_the_places_of_cells_offer_chains() -> None:
    mixed = chain(skeleton_named("tiny"), ("conv3", "reduce", CHAINS[2]), reference="conv3")
    narrowed = mixed.narrowed({"stage 1 first": ("conv3",), "stage 2 first": (CHAINS[2],), "stage 2 rest": ("conv3",)})
    assert [alphabet.size for alphabet in reference_only(narrowed).alphabets] == [1, 4, 1]
