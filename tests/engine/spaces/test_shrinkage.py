from __future__ import annotations

from itertools import combinations
from math import log
from statistics import mean

import pytest

from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance
from nas_engine.shapes import TaskShape
from nas_engine.spaces import (
    ChainSpace,
    Subspace,
    Within,
    autospace,
    chain,
    nasbench201,
    nasbench_macro,
    skeleton_named,
)
from nas_engine.spaces.shrinkage import INDEX, diversity, figures, gene_entropy, recall, shrink

SPACE = chain(skeleton_named("tiny"), ("conv1", "conv3", "skip", "sep3"))


def some(count: int, space: ChainSpace = SPACE) -> Subspace:
    chance = Chance(0)
    return Subspace.of(space, {space.sample(chance) for _ in range(count)})


# ------------------------------------------------------------------------------------------------------ shrink index


@pytest.mark.parametrize("size", [2, 15_625])
def test_check_29_where_nothing_shrank_the_index_is_zero(size: int) -> None:
    assert shrink(87.0, 87.0, 94.0, size, size).index == 0


def test_check_29_at_one_size_the_index_rises_with_the_mean() -> None:
    found = [shrink(87.0, after, 94.0, 15_625, 300).index for after in (86.0, 87.0, 90.0, 93.0, 94.0)]
    assert found == sorted(set(found))
    assert found[1] == 0


def test_the_index_is_one_for_the_best_network_alone() -> None:
    assert shrink(87.0, 94.0, 94.0, 15_625, 1).index == pytest.approx(1)


def test_its_two_factors_are_the_gain_of_the_mean_and_the_loss_of_size_by_logarithm() -> None:
    found = shrink(80.0, 85.0, 90.0, 10_000, 100)
    assert found.quality == pytest.approx(0.5)
    assert found.shrinkage == pytest.approx(0.5)
    assert found.index == pytest.approx(0.25)


@pytest.mark.parametrize(("before", "best", "size"), [(90.0, 90.0, 10), (80.0, 90.0, 1)])
def test_where_there_was_nothing_to_gain_the_index_is_zero(before: float, best: float, size: int) -> None:
    assert shrink(before, 90.0, best, size, 1).index == 0


# --------------------------------------------------------------------------------------------------------- diversity


def test_diversity_of_a_product_is_the_mean_distance_of_two_different_members() -> None:
    pairs = [SPACE.distance(a, b) for a, b in combinations(SPACE.members(), 2)]
    assert diversity(SPACE) == pytest.approx(mean(pairs))


def test_diversity_of_the_benchmarks_spaces() -> None:
    assert round(diversity(nasbench201()), 2) == 4.80
    assert round(diversity(nasbench_macro()), 2) == 5.33


@pytest.mark.parametrize("space", [SPACE, autospace(skeleton_named("tiny"), expansion=2)], ids=["operators", "cells"])
def test_diversity_of_a_subspace_is_that_of_its_pairs(space: ChainSpace) -> None:
    kept = some(25, space)
    pairs = [space.distance(a, b) for a, b in combinations(kept.members(), 2)]
    assert kept.diversity == diversity(kept) == pytest.approx(mean(pairs))


def test_diversity_of_cells_is_near_that_of_a_large_sample() -> None:
    cells = autospace(skeleton_named("tiny"), expansion=2)
    assert diversity(cells) == pytest.approx(some(300, cells).diversity, rel=0.03)


def test_diversity_of_a_view_is_that_of_what_it_looks_at_and_of_one_network_nothing() -> None:
    view = Within(SPACE, NetworkLimits(params=10**9), TaskShape(1, 8, 8, 10))
    assert diversity(view) == diversity(SPACE)
    assert diversity(chain(skeleton_named("tiny"), ("conv3",))) == 0
    assert some(1).diversity == 0


# ---------------------------------------------------------------------------------------------------- entropy, recall


def test_gene_entropy_is_one_where_all_options_are_used_alike_and_zero_for_one() -> None:
    assert gene_entropy(Subspace.of(SPACE, set(SPACE.members()))) == pytest.approx((1, 1, 1))
    start = SPACE.architecture(["conv1"] * 3)
    halves = Subspace.of(SPACE, {start, start.with_gene(1, "skip")})
    assert gene_entropy(halves) == pytest.approx((0, log(2) / log(4), 0))


def test_recall_is_the_share_of_the_best_that_was_kept() -> None:
    members = list(SPACE.members())
    assert recall(set(members[:3]), members[1:5]) == 0.5


def test_a_report_holds_the_parts_of_the_index_under_a_name_that_says_whose_it_is() -> None:
    kept = some(10)
    found = figures(SPACE, kept, 0.5, 0.7, 0.9)
    parts = shrink(0.5, 0.7, 0.9, SPACE.size, kept.size)
    assert found["shrink index (our definition)"] == found[INDEX] == parts.index
    assert found["quality q"] == parts.quality
    assert found["diversity share"] == pytest.approx(kept.diversity / diversity(SPACE))
    assert found["gene entropy"] == pytest.approx(mean(gene_entropy(kept)))


def test_a_space_that_was_not_shrunk_has_no_figures() -> None:
    assert figures(SPACE, SPACE, 0.5, 0.5, 0.9) == {}
