"""The exam of every search space."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import FrozenInstanceError
from itertools import combinations
from typing import ClassVar

import pytest
import torch

from nas_engine import spaces
from nas_engine.architecture import Architecture
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible, InvalidArchitecture
from nas_engine.graph.counter import count
from nas_engine.graph.module import BlockModule
from nas_engine.shapes import TaskShape
from nas_engine.spaces import Relaxable, SearchSpace
from nas_engine.supernets import child_tensors
from nas_engine.wire import canonical

STEPS = 6  # of a random walk


class SpaceContract:
    """What every search space promises, as tests. Inherit it, give one fixture, and pytest runs the exam::

        class TestHoneycomb(SpaceContract):
            @pytest.fixture
            def space(self) -> SearchSpace:
                return Honeycomb(rings=3)

    `shape` is a fixture too: the task that networks are built for, 8 x 8 images unless given. A view whose `size` also
    counts what it hides says so with `knows_its_size = False`. What the space itself claims (its size in numbers, its
    errors) is tested beside the exam, in the same file.
    """

    draws: ClassVar[int] = 6  # members that are looked at
    looks: ClassVar[int] = 8  # neighbours of each that are looked at again
    builds: ClassVar[int] = 3  # networks that are built
    walkable: ClassVar[int] = 5_000  # a space of at most so many members is listed
    knows_its_size: ClassVar[bool] = True

    @pytest.fixture
    def space(self) -> SearchSpace:
        """The space under examination; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `space`")

    @pytest.fixture
    def shape(self) -> TaskShape:
        """The task that networks are built for."""
        return TaskShape(channels=1, height=8, width=8, classes=10)

    def drawn(self, space: SearchSpace, seed: int = 0) -> list[Architecture]:
        """Distinct members, in the order drawn; fewer where the space seems to hold no more."""
        chance = Chance(seed)
        return list(dict.fromkeys(space.sample(chance) for _ in range(4 * self.draws)))[: self.draws]

    def pairs(self, space: SearchSpace) -> Iterator[tuple[Architecture, Architecture]]:
        """Pairs of different members, far apart and near each other."""
        drawn, chance = self.drawn(space), Chance(1)
        yield from combinations(drawn, 2)
        for architecture in drawn:
            around = list(space.neighbours(architecture))
            near = [(architecture, other) for other in chance.sample(around, self.looks)]
            near += combinations(chance.sample(around, self.looks), 2)
            yield from ((a, b) for a, b in near if a != b)

    # ---------------------------------------------------------------------------------------------------- as a value

    def test_it_is_a_frozen_value(self, space: SearchSpace) -> None:
        assert deepcopy(space) == space, f"{space!r} does not equal a copy of itself"
        with pytest.raises(FrozenInstanceError):
            space.anything = 1  # type: ignore[attr-defined]

    def test_its_plain_data_read_back_as_the_same_space(self, space: SearchSpace) -> None:
        plain = json.loads(canonical(space.plain()))
        read = spaces.space(plain)
        assert read.plain() == plain, "what was read is written otherwise"
        assert read.size == space.size, f"{space.size:,} architectures were written, {read.size:,} were read"
        assert all(architecture in read for architecture in self.drawn(space)), "a member was lost on the way"
        if type(read) is type(space):
            assert read == space
            assert self.drawn(read) == self.drawn(space), "the space that was read draws other samples"

    # ---------------------------------------------------------------------------------------------------- members

    def test_a_sample_is_a_member(self, space: SearchSpace) -> None:
        for architecture in self.drawn(space):
            assert architecture in space, f"drew {architecture}, which is not in the space"

    def test_a_seed_gives_the_same_samples_every_time(self, space: SearchSpace) -> None:
        first, again = self.drawn(space), self.drawn(deepcopy(space))
        assert first == again, "the same seed gave other samples: is there randomness that is not from the Chance?"

    def test_another_seed_gives_other_samples(self, space: SearchSpace) -> None:
        if self.knows_its_size and space.size == 1:
            return
        draws = {seed: [space.sample(chance) for _ in range(40)] for seed in (1, 2) for chance in [Chance(seed)]}
        assert draws[1] != draws[2], "40 samples do not depend on the seed"

    def test_architectures_share_a_key_exactly_if_they_are_equal(self, space: SearchSpace) -> None:
        found = {architecture for pair in self.pairs(space) for architecture in pair}
        keys = {architecture.key for architecture in found}
        assert len(keys) == len(found), f"{len(found)} different architectures have {len(keys)} keys"
        for architecture in found:
            again = Architecture(architecture.kind, architecture.skeleton, tuple(architecture.genes))
            assert again == architecture
            assert again.key == architecture.key, f"{architecture}: an equal architecture has another key"

    def test_a_stranger_is_not_a_member(self, space: SearchSpace) -> None:
        for architecture in self.drawn(space):
            for stranger in _strangers(architecture):
                assert stranger not in space, f"{stranger} counts as a member"

    def test_its_members_are_listed_each_once(self, space: SearchSpace) -> None:
        if space.size > self.walkable:
            return
        members = list(space.members())
        assert len(set(members)) == len(members), "a member is listed twice"
        assert all(member in space for member in members), "a listed architecture is not in the space"
        listed = set(members)
        assert all(architecture in listed for architecture in self.drawn(space)), "a sample is not in the list"
        agrees = len(members) == space.size if self.knows_its_size else len(members) <= space.size
        assert agrees, f"lists {len(members):,} members, says it holds {space.size:,}"

    # ------------------------------------------------------------------------------------------------- neighbourhood

    def test_neighbours_are_other_members_each_named_once(self, space: SearchSpace) -> None:
        for architecture in self.drawn(space):
            around = list(space.neighbours(architecture))
            assert architecture not in around, f"{architecture} is its own neighbour"
            assert len(set(around)) == len(around), f"{architecture}: a neighbour is named twice"
            for other in around:
                assert other in space, f"{architecture}: its neighbour {other} is not in the space"

    def test_neighbours_come_in_the_same_order_every_time(self, space: SearchSpace) -> None:
        for architecture in self.drawn(space):
            first, again = list(space.neighbours(architecture)), list(deepcopy(space).neighbours(architecture))
            assert first == again, f"{architecture}: its neighbours come in another order the second time"

    def test_a_neighbour_has_it_as_a_neighbour_too(self, space: SearchSpace) -> None:
        for architecture in self.drawn(space):
            for other in Chance(2).sample(list(space.neighbours(architecture)), self.looks):
                back = architecture in set(space.neighbours(other))
                assert back, f"{other} is a neighbour of {architecture}, but not the other way round"

    def test_neighbours_and_only_they_are_one_edit_away(self, space: SearchSpace) -> None:
        for a, b in self.pairs(space):
            distance, near = space.distance(a, b), b in set(space.neighbours(a))
            assert (distance == 1) == near, f"{a} and {b}: distance {distance}, neighbours: {near}"

    def test_distance_is_the_same_in_both_directions_and_zero_for_equal_ones_only(self, space: SearchSpace) -> None:
        for a, b in self.pairs(space):
            there, back = space.distance(a, b), space.distance(b, a)
            assert there == back, f"from {a} to {b} it is {there}, back {back}"
            assert there > 0, f"{a} and {b} differ, their distance is {there}"
            assert space.distance(a, a) == 0, f"{a} is {space.distance(a, a)} away from itself"

    def test_a_walk_leads_no_further_than_its_edits(self, space: SearchSpace) -> None:
        chance = Chance(3)
        for start in self.drawn(space):
            here = start
            for step in range(1, STEPS + 1):
                here = space.mutate(here, chance)
                distance = space.distance(start, here)
                assert distance <= step, f"{step} edits from {start} led to {here}, {distance} away"

    # ----------------------------------------------------------------------------------------- mutation, crossover

    def test_a_mutant_is_a_neighbour_and_any_neighbour_may_be_one(self, space: SearchSpace) -> None:
        for architecture in self.drawn(space):
            around, chance = set(space.neighbours(architecture)), Chance(4)
            mutants = {space.mutate(architecture, chance) for _ in range(20 * min(len(around), 25) + 1)}
            wanted = around or {architecture}
            assert mutants <= wanted, f"{architecture}: a mutant is no neighbour of it"
            few = min(len(wanted), 25)
            assert len(mutants) >= few, (
                f"{architecture}: of {len(wanted)} neighbours only {len(mutants)} became mutants"
            )

    def test_a_child_is_a_member_with_each_gene_from_either_parent(self, space: SearchSpace) -> None:
        drawn, chance = self.drawn(space), Chance(5)
        for a, b in combinations(drawn, 2):
            child = space.crossover(a, b, chance)
            assert child in space, f"{a} and {b} have the child {child}, which is not in the space"
            genes = zip(child.genes, a.genes, b.genes, strict=True)
            assert all(gene in (x, y) for gene, x, y in genes), f"{a} and {b} have the child {child}: whose genes?"

    def test_a_seed_gives_the_same_mutants_and_children_every_time(self, space: SearchSpace) -> None:
        def bred() -> list[Architecture]:
            chance, drawn = Chance(6), self.drawn(space)
            mutants = [space.mutate(architecture, chance) for architecture in drawn]
            return mutants + [space.crossover(a, b, chance) for a, b in combinations(drawn, 2)]

        assert bred() == bred(), "the same seed bred others: is there randomness that is not from the Chance?"

    # ---------------------------------------------------------------------------------------------- as networks

    def test_its_cost_is_what_is_counted_in_the_network(self, space: SearchSpace, shape: TaskShape) -> None:
        for architecture in self.drawn(space)[: self.builds]:
            said, block = space.cost(architecture, shape), space.block(architecture, shape)
            assert said == block.cost, f"{architecture}: says {said}, its block costs {block.cost}"
            counted = count(_network(space, architecture, shape), shape.input)
            assert said == counted, f"{architecture}: says {said}, the counter finds {counted}"

    def test_its_networks_give_a_score_for_each_class(self, space: SearchSpace, shape: TaskShape) -> None:
        for architecture in self.drawn(space)[: self.builds]:
            network = _network(space, architecture, shape).eval()
            for batch in (1, 3):
                images = torch.zeros(batch, shape.channels, shape.height, shape.width)
                with torch.no_grad():
                    got = tuple(network(images).shape)
                wanted = (batch, shape.classes)
                assert got == wanted, f"{architecture}: {batch} images give {got}, wanted {wanted}"

    def test_its_root_builds_the_same_networks(self, space: SearchSpace, shape: TaskShape) -> None:
        for architecture in self.drawn(space)[: self.builds]:
            same = space.root.block(architecture, shape) == space.block(architecture, shape)
            assert same, f"{architecture}: the root builds another network"

    def test_a_path_of_its_supernet_is_the_stand_alone_network_with_its_weights(
        self, space: SearchSpace, shape: TaskShape
    ) -> None:
        """Asked of spaces that can make a supernet."""
        if not isinstance(space, Relaxable):
            return
        try:
            space.check_supernet()
        except Incompatible:
            return
        drawn = self.drawn(space)[: self.builds]
        with Chance(7).owning_torch():
            supernet, images = space.supernet(shape), torch.randn(5, shape.channels, shape.height, shape.width)
            with torch.no_grad():
                for architecture in drawn:  # running statistics that differ from the fresh ones
                    supernet.train()(3 * images, supernet.path(architecture.genes))
            supernet.eval()
        for architecture in drawn:
            network = _network(space, architecture, shape).eval()
            tensors = child_tensors(supernet.state_dict(), architecture.genes, space.root.skeleton.modules)
            network.load_state_dict(tensors)  # strictly: none missing, none too many
            with torch.no_grad():
                got, wanted = supernet(images, supernet.path(architecture.genes)), network(images)
            assert torch.equal(got, wanted), f"{architecture}: its path gives {got[0]}, the network itself {wanted[0]}"

    def test_its_reference_can_be_built(self, space: SearchSpace, shape: TaskShape) -> None:
        reference = space.reference
        assert space.cost(reference, shape) == space.block(reference, shape).cost

    def test_an_architecture_of_another_skeleton_is_refused(self, space: SearchSpace, shape: TaskShape) -> None:
        architecture = self.drawn(space)[0]
        foreign, longer = _strangers(architecture)[1:]
        for stranger in (foreign, longer):
            with pytest.raises(InvalidArchitecture):
                space.block(stranger, shape)


def _strangers(architecture: Architecture) -> tuple[Architecture, Architecture, Architecture]:
    """The same genes under another kind of space and another skeleton, and one gene too many."""
    kind, skeleton, genes = architecture.kind, architecture.skeleton, architecture.genes
    return (
        Architecture(f"not {kind}", skeleton, genes),
        Architecture(kind, f"not {skeleton}", genes),
        Architecture(kind, skeleton, (*genes, genes[-1])),
    )


def _network(space: SearchSpace, architecture: Architecture, shape: TaskShape) -> BlockModule:
    with Chance(0).owning_torch():
        return space.build(architecture, shape)
