"""Subspace: an explicit set of another space's members, with its pockets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar, cast

from nas_engine.architecture import Architecture
from nas_engine.budget import MEASURES, Cost
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible, InvalidArchitecture
from nas_engine.graph.block import Block
from nas_engine.shapes import TaskShape
from nas_engine.spaces.alphabet import Listed
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.chain import ChainSpace
from nas_engine.spaces.skeleton import Skeleton
from nas_engine.wire import Plain

if TYPE_CHECKING:
    from nas_engine.supernets import Supernet


@dataclass(frozen=True)
class Subspace(SearchSpace):
    """Some members of `parent`, in order of key. Neighbours and distances are the parent's, limited to members."""

    kind: ClassVar[str] = "subspace"

    parent: ChainSpace
    chosen: tuple[Architecture, ...]

    @classmethod
    def of(cls, space: SearchSpace, members: set[Architecture] | frozenset[Architecture]) -> Subspace:
        """Members of a space, as a subspace of its root. Raises InvalidArchitecture for an empty set or a stranger."""
        parent = space.root
        if not members:
            raise InvalidArchitecture("a subspace needs at least one member, got none")
        for architecture in members:
            if architecture not in parent:
                raise InvalidArchitecture(f"architecture {architecture.key} is not in the parent space")
        return cls(parent, tuple(sorted(members, key=lambda member: member.key)))

    @cached_property
    def _set(self) -> frozenset[Architecture]:
        return frozenset(self.chosen)

    @property
    def size(self) -> int:
        return len(self.chosen)

    @property
    def reference(self) -> Architecture:
        return self.parent.reference

    @property
    def root(self) -> ChainSpace:
        return self.parent

    def sample(self, chance: Chance) -> Architecture:
        return chance.pick(self.chosen)

    def members(self) -> Iterator[Architecture]:
        return iter(self.chosen)

    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        return (other for other in self.parent.neighbours(architecture) if other in self._set)

    def distance(self, a: Architecture, b: Architecture) -> int:
        return self.parent.distance(a, b)

    def __contains__(self, architecture: Architecture) -> bool:
        return architecture in self._set

    def block(self, architecture: Architecture, shape: TaskShape) -> Block:
        return self.parent.block(architecture, shape)

    def cost(self, architecture: Architecture, shape: TaskShape) -> Cost:
        return self.parent.cost(architecture, shape)

    @property
    def skeleton(self) -> Skeleton | CellSkeleton:
        return self.parent.skeleton

    def costs(self, shape: TaskShape) -> frozenset[Cost]:
        """What its members cost, each figure once."""
        return _costs(self, shape)

    def cost_bounds(self, shape: TaskShape) -> tuple[Cost, Cost]:
        """The exact least and largest cost of any member, each measure by itself."""
        costs = self.costs(shape)
        lows, highs = ([end(getattr(cost, name) for cost in costs) for name in MEASURES] for end in (min, max))
        return Cost(*lows), Cost(*highs)

    def check_supernet(self) -> None:
        """Raises Incompatible where a place has too many options."""
        self.parent.check_supernet()

    def supernet(self, shape: TaskShape) -> Supernet:
        return self.parent.supernet(shape)

    @cached_property
    def pockets(self) -> tuple[tuple[Architecture, ...], ...]:
        """Connected components under 'one edit apart', largest first."""
        left, pockets = set(self.chosen), []
        for start in self.chosen:
            if start not in left:
                continue
            left.discard(start)
            pocket, edge = [start], [start]
            while edge:
                near = [other for other in self.neighbours(edge.pop()) if other in left]
                left.difference_update(near)
                pocket += near
                edge += near
            pockets.append(tuple(sorted(pocket, key=lambda member: member.key)))
        return tuple(sorted(pockets, key=lambda pocket: (-len(pocket), pocket[0].key)))

    @cached_property
    def diversity(self) -> float:
        """Mean edit distance over all pairs of members; 0 for a single one. Counted place by place, not pair by pair."""
        total = 0
        for position, alphabet in enumerate(self.parent.alphabets):
            counts = Counter(member.genes[position] for member in self.chosen)
            total += sum(counts[a] * counts[b] * alphabet.distance(a, b) for a, b in combinations(counts, 2))
        pairs = self.size * (self.size - 1) / 2
        return total / pairs if pairs else 0.0

    def as_product(self) -> ChainSpace:
        """The smallest product of choices that holds every member: an explicit step, for methods that need a product.

        It holds more than the members. Raises Incompatible where a member stands outside the parent's alphabets.
        """
        alphabets = []
        for position, alphabet in enumerate(self.parent.alphabets):
            used = {member.genes[position] for member in self.chosen}
            if not used <= set(alphabet.labels):
                raise Incompatible("the subspace has members outside its parent's alphabets")
            alphabets.append(Listed(tuple(label for label in alphabet.labels if label in used)))
        return ChainSpace(self.parent.skeleton, tuple(alphabets), self.parent.reference_label)

    def plain(self) -> Plain:
        """Genes are stored as indices into the labels in use, so that thousands of members stay small."""
        labels = sorted({label for member in self.chosen for label in member.genes})
        index = {label: number for number, label in enumerate(labels)}
        return {
            "kind": self.kind,
            "parent": self.parent.plain(),
            "labels": labels,
            "members": [[index[label] for label in member.genes] for member in self.chosen],
        }

    @classmethod
    def read(cls, value: Plain) -> Subspace:
        """The subspace that `plain` wrote."""
        parent = ChainSpace.read(cast("Plain", value["parent"]))
        labels = cast("list[str]", value["labels"])
        members = cast("Any", value["members"])
        return cls.of(parent, {parent.architecture([labels[i] for i in genes]) for genes in members})


@lru_cache(maxsize=16)
def _costs(space: Subspace, shape: TaskShape) -> frozenset[Cost]:
    return frozenset(space.cost(member, shape) for member in space.chosen)
