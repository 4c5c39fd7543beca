from __future__ import annotations

from itertools import product
from statistics import mean, median, pstdev

import numpy as np
import pytest

from nas_engine.architecture import Architecture
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.spaces import ChainSpace, Listed, autospace, chain, skeleton_named
from nas_engine.spaces.locality import (
    Correlation,
    exact_locality,
    local_maxima,
    measured_radius,
    sampled_locality,
)
from nas_engine.testing.landscapes import GENOTYPES, additive, five_pockets, shuffled, skewed
from tests.engine.shared_tables import CELLS, cifar10

TINY = skeleton_named("tiny")
MIXED = ChainSpace(
    TINY, (Listed(("conv1", "conv3")), Listed(("conv1", "conv3", "skip")), Listed(("sep3", "skip"))), "conv1"
)


def noise(space: ChainSpace) -> dict[Architecture, float]:
    chance = Chance(3)
    return {member: chance.uniform() for member in space.members()}


# ------------------------------------------------------------------------------------------------------------ exact


@pytest.mark.parametrize("space", [MIXED, chain(TINY, ("conv1", "conv3", "skip", "sep3"))], ids=["mixed", "even"])
def test_exact_locality_is_the_correlation_over_all_ordered_pairs_at_each_distance(space: ChainSpace) -> None:
    scores = noise(space)
    centre, spread = mean(scores.values()), pstdev(scores.values())
    at: dict[int, list[float]] = {}
    for a, b in product(scores, repeat=2):
        at.setdefault(space.distance(a, b), []).append((scores[a] - centre) * (scores[b] - centre) / spread**2)
    found = exact_locality(space, scores)
    assert found.correlation == pytest.approx([mean(at[d]) for d in sorted(at)])
    assert found.correlation[0] == pytest.approx(1)
    assert sum(found.shares) == pytest.approx(1)
    weighted = sum(len(at[d]) * found.correlation[d] for d in at)
    assert weighted == pytest.approx(0, abs=1e-9), "over all pairs, equal ones included, it averages to nothing"


def test_a_sum_of_terms_is_all_first_order_and_a_parity_is_all_of_the_last() -> None:
    terms = exact_locality(GENOTYPES, {a: additive(a) for a in GENOTYPES.members()})
    assert terms.shares == pytest.approx([0, 1, 0, 0, 0, 0, 0], abs=1e-12)
    pairs = chain(TINY, ("conv1", "skip"))
    parity = {a: float(sum(gene == "skip" for gene in a.genes) % 2) for a in pairs.members()}
    assert exact_locality(pairs, parity).shares == pytest.approx([0, 0, 0, 1], abs=1e-12)


def test_check_25_on_an_additive_landscape_correlation_falls_evenly_with_distance() -> None:
    found = exact_locality(GENOTYPES, {a: additive(a) for a in GENOTYPES.members()})
    assert found.correlation == pytest.approx([1 - d * 5 / (6 * 4) for d in range(7)], abs=1e-9)


def test_check_24_dealt_anew_no_correlation_is_left() -> None:
    scores = shuffled(skewed(), Chance(1))
    assert abs(exact_locality(GENOTYPES, scores).correlation[1]) < 0.02


@pytest.mark.parametrize(
    ("space", "scores", "message"),
    [
        (MIXED, dict.fromkeys(MIXED.members(), 1.0), "same score"),
        (MIXED, {}, "score of every member"),
        (autospace(TINY), {}, "all one edit apart"),
    ],
    ids=["flat", "partial", "cells"],
)
def test_what_has_no_exact_locality_is_refused(
    space: ChainSpace, scores: dict[Architecture, float], message: str
) -> None:
    with pytest.raises(Incompatible, match=message):
        exact_locality(space, scores)


# ---------------------------------------------------------------------------------------------------------- sampled


def test_sampled_on_all_networks_it_is_near_the_exact_one() -> None:
    space = chain(TINY, ("conv1", "conv3", "skip", "sep3", "conv5"))
    scores = {member: five_pockets(member) + additive(member) for member in space.members()}
    exact = exact_locality(space, scores).correlation
    for found in sampled_locality(space, scores):
        assert found.value == pytest.approx(exact[found.distance], abs=1e-9)


def test_a_sample_s_correlations_never_exceed_one() -> None:
    for seed in range(20):
        chance = Chance(seed)
        scores = {GENOTYPES.sample(chance): chance.uniform() ** 9 for _ in range(60)}
        assert all(-1 <= found.value <= 1 for found in sampled_locality(GENOTYPES, scores))


def test_a_vast_space_has_no_near_pairs_and_so_no_curve() -> None:
    space, chance = autospace(skeleton_named("digits")), Chance(0)
    scores = {space.sample(chance): chance.uniform() for _ in range(50)}
    assert [found for found in sampled_locality(space, scores) if found.distance <= 2] == []
    assert sampled_locality(space, {space.sample(chance): 1.0}) == ()
    assert sampled_locality(space, dict.fromkeys(scores, 0.5)) == ()


@pytest.mark.parametrize(
    ("curve", "radius"),
    [
        ([], 1),
        ([Correlation(1, 50, 0.9)], 1),
        ([Correlation(1, 50, 0.9), Correlation(2, 300, 0.7)], 2),
        ([Correlation(1, 50, 0.9), Correlation(2, 300, 0.51)], 1),  # within its error of 0.5
        ([Correlation(2, 5, 0.9)], 1),  # five pairs are no evidence
    ],
)
def test_the_radius_is_two_only_where_two_edits_surely_leave_half_the_correlation(
    curve: list[Correlation], radius: int
) -> None:
    assert measured_radius(curve) == radius


def test_a_local_maximum_is_a_network_that_no_neighbour_beats() -> None:
    scores = {member: five_pockets(member) for member in GENOTYPES.members()}
    peaks = {GENOTYPES.architecture([label] * 6) for label in GENOTYPES.alphabets[0].labels}
    found = set(local_maxima(GENOTYPES, scores))
    assert peaks <= found
    assert all(scores[near] <= scores[a] for a in found for near in GENOTYPES.neighbours(a))


# ------------------------------------------------------------------------------------------------------- NAS-Bench-201


@pytest.mark.shared_data
def test_check_18_the_landscape_of_cifar10() -> None:
    scores = sorted(cifar10().values(), reverse=True)
    assert len(scores) == 15_625
    found = mean(scores), pstdev(scores), median(scores), scores[0], float(np.quantile(scores, 0.99))
    assert [round(value, 3) for value in found] == [87.063, 12.935, 90.745, 94.373, 93.775]


@pytest.mark.shared_data
def test_check_19_cifar10_has_eighteen_local_maxima() -> None:
    assert len(local_maxima(CELLS, cifar10())) == 18


@pytest.mark.shared_data
def test_check_20_the_correlations_and_shares_of_cifar10_to_four_digits() -> None:
    found = exact_locality(CELLS, cifar10())
    assert [round(value, 4) for value in found.correlation] == [1, 0.5600, 0.2861, 0.1217, 0.0281, -0.0228, -0.0505]
    assert [round(value, 4) for value in found.shares] == [0, 0.2852, 0.3930, 0.2557, 0.0581, 0.0068, 0.0012]


@pytest.mark.shared_data
def test_check_21_the_means_of_each_operator_on_two_edges_of_cifar10() -> None:
    scores = cifar10()
    order = ("none", "skip", "conv1", "conv3", "avg3")
    wanted = {0: [81.99, 87.24, 89.84, 90.95, 85.28], 3: [79.24, 88.38, 90.58, 91.78, 85.33]}
    for edge, means in wanted.items():
        found = [mean(score for cell, score in scores.items() if cell.genes[edge] == label) for label in order]
        assert [round(value, 2) for value in found] == means
