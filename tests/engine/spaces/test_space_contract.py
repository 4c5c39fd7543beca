"""The exam fails what it should: each space here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from inspect import unwrap
from itertools import count

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.graph.block import Block
from nas_engine.graph.module import BlockModule, build
from nas_engine.shapes import TaskShape
from nas_engine.spaces import SKELETONS, Alphabet, ChainSpace, Listed, SearchSpace, Skeleton
from nas_engine.supernets import ChainSupernet
from nas_engine.testing import SpaceContract
from nas_engine.wire import Plain

Failed = Callable[..., set[str]]

SHAPE = TaskShape(1, 8, 8, 10)
LABELS = ("conv1", "conv3", "sep3", "skip")
ALPHABETS = (Listed(LABELS),) * 3


class Exam(SpaceContract):
    """The same questions about fewer members."""

    draws = 4
    builds = 1


@dataclass(frozen=True)
class Sound(ChainSpace):
    """Not broken yet: 64 networks."""

    skeleton: Skeleton = SKELETONS["tiny"]
    alphabets: tuple[Alphabet, ...] = ALPHABETS
    reference_label: str = "conv3"

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, eq=False)(cls)

    def stranger(self, architecture: Architecture) -> Architecture:
        return architecture.with_gene(0, "conv5")


# ------------------------------------------------------------------------------------------------------- as a value


class IsNoValue(Sound):
    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = ChainSpace.__hash__


class LosesAnOptionWhenWritten(Sound):
    def plain(self) -> Plain:
        return {**super().plain(), "alphabets": [["conv1", "conv3", "sep3"]]}


class ForgetsItsReferenceWhenRead(Sound):
    def plain(self) -> Plain:
        return {**super().plain(), "anything": 1}


# ---------------------------------------------------------------------------------------------------------- members


class DrawsStrangers(Sound):
    def sample(self, chance: Chance) -> Architecture:
        return self.stranger(super().sample(chance))


class DrawsWithoutItsChance(Sound):
    times = count()

    def sample(self, chance: Chance) -> Architecture:
        return super().sample(Chance(next(self.times)))


class DrawsTheSameForEverySeed(Sound):
    def sample(self, chance: Chance) -> Architecture:
        chance.below(2)
        return self.reference


class SharesAKey(Sound):
    def sample(self, chance: Chance) -> Architecture:
        drawn = super().sample(chance)
        vars(drawn)["key"] = "0" * 16
        return drawn


class TakesStrangersForMembers(Sound):
    def __contains__(self, architecture: Architecture) -> bool:
        return all(label in LABELS for label in architecture.genes)


class ListsAMemberTwice(Sound):
    def members(self) -> Iterator[Architecture]:
        members = list(super().members())
        return iter([*members[1:], members[1]])


class ListsTooFew(Sound):
    def members(self) -> Iterator[Architecture]:
        return iter(list(super().members())[:-1])


class CountsTooMany(Sound):
    @property
    def size(self) -> int:
        return super().size + 1


# ---------------------------------------------------------------------------------------------------- neighbourhood


class HasNeighboursInOneDirection(Sound):
    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        return (other for other in super().neighbours(architecture) if other.key > architecture.key)


class IsItsOwnNeighbour(Sound):
    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        yield from super().neighbours(architecture)
        yield architecture


class NamesANeighbourTwice(Sound):
    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        around = list(super().neighbours(architecture))
        return iter([*around, around[0]])


class HasStrangersForNeighbours(Sound):
    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        yield from super().neighbours(architecture)
        yield self.stranger(architecture)


class ShufflesItsNeighbours(Sound):
    times = count()

    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        around = list(super().neighbours(architecture))
        return iter(Chance(next(self.times)).sample(around, len(around)))


class OverlooksNeighbours(Sound):
    """Symmetric, but some that are one edit apart are not neighbours."""

    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        for other in super().neighbours(architecture):
            if {architecture.genes[0], other.genes[0]} != {"conv1", "conv3"}:
                yield other


class MeasuresOneWay(Sound):
    def distance(self, a: Architecture, b: Architecture) -> int:
        apart = super().distance(a, b)
        return apart - (apart == 3 and a.key > b.key)


class MeasuresNothing(Sound):
    def distance(self, a: Architecture, b: Architecture) -> int:
        apart = super().distance(a, b)
        return 0 if apart > 1 else apart


class MeasuresTooMuch(Sound):
    def distance(self, a: Architecture, b: Architecture) -> int:
        apart = super().distance(a, b)
        return 10 * apart if apart > 1 else apart


class JumpsFurther(Sound):
    def mutate(self, architecture: Architecture, chance: Chance) -> Architecture:
        return super().mutate(super().mutate(architecture, chance), chance)


class HasAFavouriteMutant(Sound):
    def mutate(self, architecture: Architecture, chance: Chance) -> Architecture:
        return next(self.neighbours(architecture))


class BreedsWithoutItsChance(Sound):
    times = count()

    def mutate(self, architecture: Architecture, chance: Chance) -> Architecture:
        return super().mutate(architecture, Chance(next(self.times)))


class HasChildrenOfItsOwn(Sound):
    def crossover(self, a: Architecture, b: Architecture, chance: Chance) -> Architecture:
        return self.mutate(super().crossover(a, b, chance), chance)


class HasStrangersForChildren(Sound):
    def crossover(self, a: Architecture, b: Architecture, chance: Chance) -> Architecture:
        child = super().crossover(a, b, chance)
        return replace(child, skeleton="another")


# ------------------------------------------------------------------------------------------------------ as networks


class UnderstatesItsCost(Sound):
    def cost(self, architecture: Architecture, shape: TaskShape) -> Cost:
        cost = super().cost(architecture, shape)
        return Cost(cost.params, cost.madds // 2)


class BuildsAnotherNetwork(Sound):
    def build(self, architecture: Architecture, shape: TaskShape) -> BlockModule:
        return build(self.block(self.architecture(["conv5"] * 3), shape))


class BuildsForAnotherTask(Sound):
    def build(self, architecture: Architecture, shape: TaskShape) -> BlockModule:
        return super().build(architecture, TaskShape(1, 8, 8, 7))


class TakesPathsBackwards(Sound):
    def supernet(self, shape: TaskShape) -> ChainSupernet:
        made = super().supernet(shape)
        forwards = made.path
        made.path = lambda genes: forwards(genes[::-1])
        return made


class HasAnotherRoot(Sound):
    @property
    def root(self) -> ChainSpace:
        return replace(super().root, skeleton=replace(self.skeleton, head=3))


class HasAReferenceThatCostsNothing(Sound):
    def cost(self, architecture: Architecture, shape: TaskShape) -> Cost:
        return Cost() if architecture == self.reference else super().cost(architecture, shape)

    def sample(self, chance: Chance) -> Architecture:
        return super().sample(chance).with_gene(0, "conv1")


class BuildsAnything(Sound):
    def block(self, architecture: Architecture, shape: TaskShape) -> Block:
        return super().block(self.architecture(architecture.genes[:3]), shape)


VALUE = "it_is_a_frozen_value"
PLAIN = "its_plain_data_read_back_as_the_same_space"
SAMPLE = "a_sample_is_a_member"
SAME_SAMPLES = "a_seed_gives_the_same_samples_every_time"
LISTED = "its_members_are_listed_each_once"
NAMED_ONCE = "neighbours_are_other_members_each_named_once"
SAME_ORDER = "neighbours_come_in_the_same_order_every_time"
BOTH_WAYS = "a_neighbour_has_it_as_a_neighbour_too"
ONE_EDIT = "neighbours_and_only_they_are_one_edit_away"
METRIC = "distance_is_the_same_in_both_directions_and_zero_for_equal_ones_only"
WALK = "a_walk_leads_no_further_than_its_edits"
MUTANT = "a_mutant_is_a_neighbour_and_any_neighbour_may_be_one"
CHILD = "a_child_is_a_member_with_each_gene_from_either_parent"
SAME_BREED = "a_seed_gives_the_same_mutants_and_children_every_time"
PATH = "a_path_of_its_supernet_is_the_stand_alone_network_with_its_weights"
COUNTED = "its_cost_is_what_is_counted_in_the_network"

BREAKS: dict[type[Sound], set[str]] = {
    Sound: set(),
    IsNoValue: {VALUE},
    LosesAnOptionWhenWritten: {PLAIN},
    ForgetsItsReferenceWhenRead: {PLAIN},
    DrawsStrangers: {SAMPLE, LISTED, PLAIN, CHILD, BOTH_WAYS, NAMED_ONCE, PATH},
    DrawsWithoutItsChance: {SAME_SAMPLES, SAME_BREED},
    DrawsTheSameForEverySeed: {"another_seed_gives_other_samples"},
    SharesAKey: {"architectures_share_a_key_exactly_if_they_are_equal"},
    TakesStrangersForMembers: {"a_stranger_is_not_a_member"},
    ListsAMemberTwice: {LISTED},
    ListsTooFew: {LISTED},
    CountsTooMany: {LISTED, PLAIN},
    HasNeighboursInOneDirection: {BOTH_WAYS, ONE_EDIT},
    IsItsOwnNeighbour: {NAMED_ONCE},
    NamesANeighbourTwice: {NAMED_ONCE},
    HasStrangersForNeighbours: {NAMED_ONCE},
    ShufflesItsNeighbours: {SAME_ORDER, SAME_BREED},
    OverlooksNeighbours: {ONE_EDIT},
    MeasuresOneWay: {METRIC},
    MeasuresNothing: {METRIC},
    MeasuresTooMuch: {WALK},
    JumpsFurther: {MUTANT, WALK},
    HasAFavouriteMutant: {MUTANT},
    BreedsWithoutItsChance: {SAME_BREED},
    HasChildrenOfItsOwn: {CHILD},
    HasStrangersForChildren: {CHILD},
    UnderstatesItsCost: {COUNTED, "its_reference_can_be_built"},
    BuildsAnotherNetwork: {COUNTED, PATH},
    BuildsForAnotherTask: {COUNTED, PATH, "its_networks_give_a_score_for_each_class"},
    TakesPathsBackwards: {PATH},
    HasAnotherRoot: {"its_root_builds_the_same_networks"},
    HasAReferenceThatCostsNothing: {"its_reference_can_be_built"},
    BuildsAnything: {"an_architecture_of_another_skeleton_is_refused"},
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_a_space_broken_in_one_way_fails_exactly_the_questions_about_it(broken: type[Sound], failed: Failed) -> None:
    assert failed(Exam(), space=broken(), shape=SHAPE) == BREAKS[broken]


def test_every_question_of_the_exam_is_failed_by_some_broken_space() -> None:
    asked = {name.removeprefix("test_") for name in dir(SpaceContract) if name.startswith("test_")}
    assert asked == set().union(*BREAKS.values())


def test_a_view_that_hides_members_may_list_fewer_than_its_size_if_it_says_so() -> None:
    class ViewExam(Exam):
        knows_its_size = False

    ViewExam().test_its_members_are_listed_each_once(ListsTooFew())
    with pytest.raises(AssertionError, match="listed twice"):
        ViewExam().test_its_members_are_listed_each_once(ListsAMemberTwice())


def test_an_exam_without_its_fixture_says_what_to_give() -> None:
    fixture: Callable[[SpaceContract], SearchSpace] = unwrap(SpaceContract.space)
    with pytest.raises(NotImplementedError, match="Exam has to give the fixture `space`"):
        fixture(Exam())
