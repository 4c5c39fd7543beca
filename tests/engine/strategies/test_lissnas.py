from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from itertools import combinations, pairwise, product
from math import exp, sqrt
from statistics import NormalDist, mean, stdev

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost, NetworkLimits
from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import Chance, seed_from
from nas_engine.errors import BudgetSpent
from nas_engine.events import SpaceShrunk
from nas_engine.shapes import TaskShape
from nas_engine.spaces import (
    ChainSpace,
    Listed,
    SearchSpace,
    Skeleton,
    Stage,
    Subspace,
    Within,
    autospace,
    chain,
    skeleton_named,
)
from nas_engine.strategies import Lissnas
from nas_engine.testing import StrategyContract

Score = Callable[[Architecture], float]

LABELS = ("conv1", "conv3", "conv5", "conv7", "skip")
GENOTYPES = chain(Skeleton((Stage(6, 6),), stem=6), LABELS)  # 5^6
NEIGHBOURS = 6 * 4


class TestRegrow(StrategyContract):
    alternatives = {"sample": 25, "seeds": 0.5, "mode": "intersect", "radius": 2, "per_pocket": True}

    @pytest.fixture
    def strategy(self) -> Lissnas:
        return Lissnas(sample=20)


class TestIntersect(StrategyContract):
    @pytest.fixture
    def strategy(self) -> Lissnas:
        return Lissnas(sample=15, mode="intersect", radius=2, per_pocket=True)


class TestCells(StrategyContract):
    @pytest.fixture
    def strategy(self) -> Lissnas:
        return Lissnas(sample=12)

    @pytest.fixture
    def space(self) -> SearchSpace:
        return autospace(skeleton_named("tiny"), expansion=2)


@dataclass
class Run:
    """A run of LISSNAS to its end: what was asked and answered in each round, what it told and gave."""

    lissnas: Lissnas
    score: Score
    space: SearchSpace = GENOTYPES
    seed: int = 0
    samples: list[list[Architecture]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lissnas.start(self.space, self.seed)
        while asked := self.lissnas.ask(self.lissnas.sample):
            self.samples.append([candidate.architecture for candidate in asked])
            told: list[Answer] = [Evaluation(c, self.score(c.architecture), Cost()) for c in asked]
            self.lissnas.tell(told)
            self.answers += told

    @property
    def facts(self) -> list[SpaceShrunk]:
        return [fact for fact in self.lissnas.facts(stage=4) if isinstance(fact, SpaceShrunk)]

    @property
    def found(self) -> SearchSpace:
        return self.lissnas.conclude([answer for answer in self.answers if isinstance(answer, Evaluation)])

    def seeds(self, number: int) -> set[Architecture]:
        """Seeds of a round's space: by their keys, from the sample before."""
        keys = set(self.facts[number].seeds)
        return {architecture for architecture in self.samples[number - 1] if architecture.key in keys}

    def spaces(self) -> list[set[Architecture] | None]:
        """Every round's space, made again from the seeds that were told; None for the whole one, of round 0."""
        spaces: list[set[Architecture] | None] = [None]
        for number in range(1, len(self.facts)):
            seeds, before = self.seeds(number), spaces[-1]
            near = {member for member in self.around(seeds) if before is None or member in before}
            regrown = self.around(seeds) if self.lissnas.mode == "regrow" else near | seeds
            spaces.append(regrown)
        return spaces

    def around(self, seeds: set[Architecture]) -> set[Architecture]:
        found = set(seeds)
        for _ in range(self.lissnas.radius):
            found |= {near for member in found for near in self.space.neighbours(member)}
        return found


def five_pockets(architecture: Architecture) -> float:
    """Highest at the five networks that are the same operator throughout."""
    return sum(exp(-sum(gene != label for gene in architecture.genes)) for label in LABELS)


def touched(found: SearchSpace) -> int:
    """How many of the five peaks a space holds."""
    return sum(GENOTYPES.architecture([label] * 6) in found for label in LABELS)


def additive(architecture: Architecture) -> float:
    """Each gene adds its own term."""
    return sum(seed_from("term", *place) / 2**63 for place in enumerate(architecture.genes))


SETTINGS = [
    Lissnas(sample=60),
    Lissnas(sample=60, seeds=0.3),
    Lissnas(sample=200, mode="intersect"),
    Lissnas(sample=60, per_pocket=True),
    Lissnas(sample=40, radius=2),
    Lissnas(sample=40, mode="intersect", radius=2),
]


def test_every_field_is_given_an_alternative() -> None:
    assert set(TestRegrow.alternatives) == {field.name for field in fields(Lissnas)}


# ------------------------------------------------------------------------------------------------- the spaces it tries


@pytest.mark.parametrize("lissnas", SETTINGS, ids=str)
def test_check_22_each_round_s_space_is_the_neighbourhood_of_its_seeds(lissnas: Lissnas) -> None:
    run = Run(lissnas, five_pockets)
    spaces = run.spaces()
    assert len(spaces) >= 3, "the landscape should carry it further than one round"
    for number, members in enumerate(spaces):
        if members is None:
            assert run.facts[number].size == GENOTYPES.size
            continue
        seeds = run.seeds(number)
        assert run.facts[number].size == len(members)
        assert len(seeds) == len(run.facts[number].seeds)
        assert seeds <= members
        assert all(any(GENOTYPES.distance(seed, member) <= lissnas.radius for seed in seeds) for member in members)
        assert set(run.samples[number]) <= members


@pytest.mark.parametrize("radius", [1, 2])
@pytest.mark.parametrize("seed", range(3))
def test_check_22_with_intersect_every_space_lies_in_the_one_before(radius: int, seed: int) -> None:
    run = Run(Lissnas(sample=100, mode="intersect", radius=radius), five_pockets, seed=seed)
    spaces = run.spaces()
    assert len(spaces) >= 3
    for before, members in pairwise(spaces[1:]):
        assert before is not None
        assert members is not None
        assert members <= before
    sizes = [fact.size for fact in run.facts]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("lissnas", [Lissnas(sample=60), Lissnas(sample=60, seeds=0.5)], ids=str)
def test_check_22_with_regrow_a_space_holds_at_most_its_seeds_and_their_neighbours(lissnas: Lissnas) -> None:
    run = Run(lissnas, five_pockets)
    for fact in run.facts[1:]:
        assert fact.size <= len(fact.seeds) * (1 + NEIGHBOURS)
    before, members = run.spaces()[1:3]
    assert before is not None
    assert members is not None
    assert not members <= before, "it should have taken neighbours from outside the space before"


@pytest.mark.parametrize("landscape", [five_pockets, additive])
@pytest.mark.parametrize("lissnas", SETTINGS, ids=str)
def test_check_23_means_rise_until_the_last_round_and_the_last_accepted_space_is_returned(
    lissnas: Lissnas, landscape: Score
) -> None:
    run = Run(lissnas, landscape)
    means = [fact.mean for fact in run.facts]
    accepted = [fact.accepted for fact in run.facts]
    assert means == [pytest.approx(mean(map(landscape, sample))) for sample in run.samples]
    assert all(later > earlier for earlier, later in pairwise(means[:-1]))
    assert accepted[:-1] == [True] * (len(accepted) - 1)
    assert accepted[-1] == (means[-1] > means[-2])
    last = max(number for number, good in enumerate(accepted) if good)
    assert last > 0
    assert set(run.found.members()) == run.spaces()[last]
    assert run.found.size == run.facts[last].size


def test_it_takes_the_best_tenth_as_seeds_and_five_at_least() -> None:
    for lissnas, number in ((Lissnas(sample=120), 12), (Lissnas(sample=20), 5), (Lissnas(sample=20, seeds=0.5), 10)):
        run = Run(lissnas, additive)
        best = sorted(run.samples[0], key=additive, reverse=True)[:number]
        assert run.seeds(1) == set(best)


def test_seeds_are_kept_apart_if_asked_for() -> None:
    run = Run(Lissnas(sample=60, per_pocket=True), five_pockets)
    seeds = [run.seeds(number) for number in range(1, len(run.facts))]
    assert all(GENOTYPES.distance(a, b) >= 2 for chosen in seeds for a, b in combinations(chosen, 2))
    free = Run(Lissnas(sample=60), five_pockets)
    close = [pair for number in range(1, len(free.facts)) for pair in combinations(free.seeds(number), 2)]
    assert any(GENOTYPES.distance(a, b) < 2 for a, b in close)


def test_a_sample_is_fresh_distinct_and_as_large_as_there_are_members() -> None:
    run = Run(Lissnas(sample=150), five_pockets)
    for fact, sample in zip(run.facts, run.samples, strict=True):
        assert len(set(sample)) == len(sample) == min(150, fact.size)
    tiny = chain(skeleton_named("tiny"), ("conv3", "skip"))
    assert set(Run(Lissnas(sample=150), additive, tiny).samples[0]) == set(tiny.members())


def test_it_stops_at_a_quarter_of_its_sample() -> None:
    run = Run(Lissnas(sample=400, mode="intersect"), five_pockets)
    assert run.facts[-1].accepted
    assert run.facts[-1].size <= 100
    assert all(fact.size > 100 for fact in run.facts[:-1])


def test_it_stops_after_twenty_rounds() -> None:
    rising = iter(range(10**6))
    run = Run(Lissnas(sample=10), lambda _: float(next(rising)))
    assert [fact.round for fact in run.facts] == list(range(21))
    assert all(fact.accepted for fact in run.facts)


def test_a_round_that_is_no_better_is_refused() -> None:
    run = Run(Lissnas(sample=10), lambda _: 0.5)
    assert [fact.accepted for fact in run.facts] == [True, False]
    assert run.found is GENOTYPES


def test_a_candidate_names_the_seeds_that_brought_it_in() -> None:
    lissnas = Lissnas(sample=60)
    lissnas.start(GENOTYPES, 0)
    first = lissnas.ask(60)
    assert all(candidate.parents == () for candidate in first)
    lissnas.tell([Evaluation(candidate, five_pockets(candidate.architecture), Cost()) for candidate in first])
    by_key = {candidate.architecture.key: candidate.architecture for candidate in first}
    seeds = set(lissnas.state.rounds[-1].seeds)
    for candidate in lissnas.ask(60):
        near = {seed.key for seed in seeds if GENOTYPES.distance(seed, candidate.architecture) == 1}
        assert set(candidate.parents) == (set() if candidate.architecture in seeds else near)
        assert (candidate.architecture in seeds) != bool(candidate.parents)
        assert all(by_key[parent] in seeds for parent in candidate.parents)


# ------------------------------------------------------------------------------------------- failures, order, limits


def half_failing(candidates: Iterable[Candidate]) -> list[Answer]:
    def fails(candidate: Candidate) -> bool:
        return seed_from("fails", candidate.key) % 2 == 0

    return [
        Failure(c, "out of memory") if fails(c) else Evaluation(c, five_pockets(c.architecture), Cost())
        for c in candidates
    ]


def test_a_network_that_failed_is_no_seed_and_counts_in_no_mean() -> None:
    lissnas = Lissnas(sample=60)
    lissnas.start(GENOTYPES, 0)
    answers = half_failing(lissnas.ask(60))
    lissnas.tell(answers)
    good = {answer.candidate.architecture: answer.score for answer in answers if isinstance(answer, Evaluation)}
    assert 10 < len(good) < 50
    (fact,) = lissnas.facts(stage=0)
    assert isinstance(fact, SpaceShrunk)
    assert fact.mean == pytest.approx(mean(good.values()))
    best = sorted(good, key=lambda architecture: good[architecture], reverse=True)
    assert set(lissnas.state.rounds[-1].seeds) == set(best[: max(5, round(len(good) / 10))])


def test_where_every_network_failed_there_is_nothing_to_shrink_to() -> None:
    lissnas = Lissnas(sample=10)
    lissnas.start(GENOTYPES, 0)
    lissnas.tell([Failure(candidate, "not finite") for candidate in lissnas.ask(10)])
    assert lissnas.ask(1) == []
    with pytest.raises(BudgetSpent, match="no network could be estimated"):
        lissnas.conclude([])


def test_the_order_of_answers_changes_nothing() -> None:
    def played(order: Callable[[Sequence[Answer]], Sequence[Answer]]) -> tuple[object, object]:
        lissnas = Lissnas(sample=40)
        lissnas.start(GENOTYPES, 0)
        while asked := lissnas.ask(40):
            for answer in order(half_failing(asked)):
                lissnas.tell([answer])
        return lissnas.save(), lissnas.conclude([]).plain()

    assert played(list) == played(lambda answers: answers[::-1])


def test_ended_in_its_first_round_it_gives_the_neighbourhood_of_the_best_so_far() -> None:
    lissnas = Lissnas(sample=60)
    lissnas.start(GENOTYPES, 0)
    asked = lissnas.ask(20)
    lissnas.tell([Evaluation(candidate, additive(candidate.architecture), Cost()) for candidate in asked])
    best = sorted((candidate.architecture for candidate in asked), key=additive, reverse=True)[:5]
    wanted = {*best, *(near for architecture in best for near in GENOTYPES.neighbours(architecture))}
    assert set(lissnas.conclude([]).members()) == wanted


def test_ended_in_a_later_round_it_gives_the_last_accepted_space() -> None:
    whole = Run(Lissnas(sample=60), five_pockets)
    lissnas = Lissnas(sample=60)
    lissnas.start(GENOTYPES, 0)
    for _ in range(2):
        lissnas.tell([Evaluation(c, five_pockets(c.architecture), Cost()) for c in lissnas.ask(60)])
    lissnas.tell([Evaluation(c, 0.0, Cost()) for c in lissnas.ask(30)])
    assert set(lissnas.conclude([]).members()) == whole.spaces()[1]


def test_nothing_over_the_limits_is_asked_about_or_given() -> None:
    shape = TaskShape(1, 8, 8, 10)
    costs = [GENOTYPES.cost(GENOTYPES.sample(chance), shape).madds for chance in [Chance(0)] for _ in range(200)]
    limits = NetworkLimits(madds=sorted(costs)[60])
    run = Run(Lissnas(sample=40), five_pockets, Within(GENOTYPES, limits, shape))
    asked = [architecture for sample in run.samples for architecture in sample]
    for architecture in (*asked, *run.found.members()):
        assert limits.allow(GENOTYPES.cost(architecture, shape))
    assert isinstance(run.found, Subspace)
    assert run.found.root == GENOTYPES


# ---------------------------------------------------------------------------------------------------------- controls


@pytest.fixture(scope="module")
def all_genotypes() -> list[Architecture]:
    return list(GENOTYPES.members())


def test_check_24_without_locality_neighbours_are_average_and_it_stops_early(all_genotypes: list[Architecture]) -> None:
    # the shape of a real landscape (CIFAR-10 cells: mean 87.1, deviation 12.7, median 90.7), its scores shuffled
    chance, bell = Chance(0), NormalDist()
    scores = [94.4 - 3.65 * exp(1.177 * bell.inv_cdf(chance.uniform())) for _ in all_genotypes]
    keys = [architecture.key for architecture in all_genotypes]
    average, off, rounds = mean(scores), [], []
    for seed in range(20):
        shuffled = dict(zip(keys, chance.sample(scores, len(scores)), strict=True))
        run = Run(Lissnas(sample=200), lambda architecture, s=shuffled: s[architecture.key], seed=seed)
        seeds = run.seeds(1)
        off.append(mean(shuffled[near.key] for near in run.around(seeds) - seeds) - average)
        rounds.append(sum(fact.accepted for fact in run.facts) - 1)
    assert abs(mean(off)) < stdev(off) / sqrt(len(off))
    assert mean(rounds) < 1.5  # measured: 0.87, at most 3
    assert max(rounds) <= 3


def test_with_locality_neighbours_are_better_than_average(all_genotypes: list[Architecture]) -> None:
    run = Run(Lissnas(sample=200), five_pockets)
    seeds = run.seeds(1)
    near = mean(map(five_pockets, run.around(seeds) - seeds))
    assert near > 1.5 * mean(map(five_pockets, all_genotypes))


def test_check_25_on_an_additive_landscape_correlation_falls_evenly_with_distance() -> None:
    places, options = 3, 4
    space = chain(skeleton_named("tiny"), LABELS[:options])
    members = list(space.members())
    centre = mean(map(additive, members))
    variance = mean((additive(member) - centre) ** 2 for member in members)
    products: dict[int, list[float]] = {distance: [] for distance in range(places + 1)}
    for a, b in product(members, repeat=2):
        products[space.distance(a, b)].append((additive(a) - centre) * (additive(b) - centre))
    for distance, values in products.items():
        wanted = 1 - distance * options / (places * (options - 1))
        assert mean(values) / variance == pytest.approx(wanted, abs=1e-9)


def pruned(score: Score, seed: int, most: int = 64) -> ChainSpace:
    """What operator pruning leaves: drop the place's operator with the worst mean over 50 samples, until few are left."""
    chance, space = Chance(seed), GENOTYPES
    while space.size > most:
        sample = [space.sample(chance) for _ in range(50)]
        means = {}
        for position, alphabet in enumerate(space.alphabets):
            for label in alphabet.labels if alphabet.size > 1 else ():
                scores = [score(architecture) for architecture in sample if architecture.genes[position] == label]
                if scores:
                    means[position, label] = mean(scores)
        place, worst = min(means, key=lambda key: means[key])
        alphabets = [
            Listed(tuple(label for label in alphabet.labels if (position, label) != (place, worst)))
            for position, alphabet in enumerate(space.alphabets)
        ]
        space = ChainSpace(space.skeleton, tuple(alphabets), space.reference_label)
    return space


def test_check_25_on_an_additive_landscape_operator_pruning_does_at_least_as_well() -> None:
    for seed in range(3):
        left = mean(map(additive, pruned(additive, seed).members()))
        kept = mean(map(additive, Run(Lissnas(sample=200, mode="intersect"), additive, seed=seed).found.members()))
        assert left >= kept


def test_check_26_regrow_keeps_the_pockets_that_intersect_and_operator_pruning_lose() -> None:
    regrown = [touched(Run(Lissnas(sample=400), five_pockets, seed=seed).found) for seed in range(8)]
    intersected = [
        touched(Run(Lissnas(sample=400, mode="intersect"), five_pockets, seed=seed).found) for seed in range(8)
    ]
    left = [touched(pruned(five_pockets, seed)) for seed in range(8)]
    assert mean(regrown) >= 4.5  # measured over 30 seeds: 4.97, at least 4
    assert min(regrown) >= 4
    assert mean(intersected) <= 4
    assert max(left) <= 2


@pytest.mark.slow
def test_check_26_over_thirty_seeds() -> None:
    few, many = ([touched(Run(Lissnas(sample=n), five_pockets, seed=s).found) for s in range(30)] for n in (400, 1000))
    assert mean(few) >= 4.8
    assert min(few) >= 4
    assert many == [5] * 30
