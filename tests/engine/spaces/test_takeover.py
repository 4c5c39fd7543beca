from __future__ import annotations

import pytest

from nas_engine.spaces import Subspace, autospace, chain, nasbench201, skeleton_named
from nas_engine.spaces.takeover import Takeover, parameter_free, takeovers, warnings, winner_takeover

LABELS = ("conv3", "sep3", "mb3_e2", "skip", "shortcut", "max3", "avg3")
CHAIN = chain(skeleton_named("tiny"), LABELS, "conv3")  # groups: stage 1 first, stage 2 first, stage 2 rest
CELLS = autospace(skeleton_named("tiny"), expansion=2)
EMPTY, FULL = "2/1,2/1,2 D0 00 e2", "3/1,2/1,2 D0 00 e2"
GROUPS = ("stage 1 first", "stage 2 first", "stage 2 rest")


@pytest.mark.parametrize(
    "label", ["skip", "none", "shortcut", "max3", "avg5", EMPTY, "2/2,2/2,2 D1 00 e6", "[skip]", "[max3:s relu]"]
)
def test_what_has_nothing_to_learn_is_free_of_parameters(label: str) -> None:
    assert parameter_free(label)


@pytest.mark.parametrize(
    "label", ["conv1", "sep3", "mb3_e1", "reduce", FULL, "2/5,2/1,2 D0 00 e2", "2/2,2/1,7 D2 01 e3", "[max3:s norm]"]
)
def test_what_learns_or_looks_around_is_not(label: str) -> None:
    assert not parameter_free(label)


def test_a_group_of_which_more_than_half_of_the_options_are_free_is_told_with_its_share() -> None:
    space = CHAIN.narrowed(
        dict(zip(GROUPS, (("skip", "max3", "conv3"), ("conv3", "sep3"), ("skip", "conv3")), strict=True))
    )
    (found,) = takeovers(space, CHAIN)
    assert (found.where, found.share, found.before) == ("stage 1 first", pytest.approx(2 / 3), pytest.approx(4 / 7))


def test_a_share_that_the_space_began_with_is_nobody_s_doing() -> None:
    bench = nasbench201(1, 4)  # three of its five operators are free
    assert takeovers(bench, bench) == ()
    assert winner_takeover(bench.architecture(("skip", "skip", "avg3", "conv3", "conv1", "conv3")), bench) is None
    assert winner_takeover(bench.architecture(("skip", "skip", "avg3", "none", "conv1", "conv3")), bench) is not None


def test_of_a_subspace_the_members_count() -> None:
    networks = [
        ("skip", "conv3", "skip"),
        ("max3", "conv3", "conv3"),
        ("conv3", "sep3", "conv3"),
        ("avg3", "skip", "skip"),
    ]
    found = takeovers(Subspace.of(CHAIN, {CHAIN.architecture(genes) for genes in networks}), CHAIN)
    assert [(one.where, one.share) for one in found] == [("stage 1 first", 0.75)]


def test_evolved_cells_of_identities_are_found_out_and_the_open_space_is_not() -> None:
    evolved = CELLS.narrowed(
        dict(zip(GROUPS, ((EMPTY, FULL), (FULL,), ("2/2,2/1,2 D0 00 e2", EMPTY, FULL)), strict=True))
    )
    assert [one.where for one in takeovers(evolved, CELLS)] == ["stage 2 rest"]
    assert takeovers(CELLS, CELLS) == ()
    assert takeovers(evolved, CELLS)[0].before == pytest.approx(  # in 4 of 108 ways no edge is a convolution
        sum(map(parameter_free, CELLS.alphabets[0].labels)) / CELLS.alphabets[0].size
    )


def test_a_winner_of_which_more_than_half_of_the_places_are_free_is_told() -> None:
    assert winner_takeover(CELLS.architecture((EMPTY, EMPTY, FULL)), CELLS) is not None
    assert winner_takeover(CELLS.architecture((EMPTY, FULL, FULL)), CELLS) is None


def test_the_text_names_the_place_the_share_and_what_to_do() -> None:
    (text,) = warnings("evolve", [Takeover("stage 2 rest", 0.75, 0.04)])
    assert text.startswith("stage 'evolve': operators without parameters take over stage 2 rest: 75% (at the start 4%)")
    for cure in ("train longer", "held-out split", "weigh the budget less"):
        assert cure in text
