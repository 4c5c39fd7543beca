"""A chain of choices: one operator at each place of a skeleton."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, cast

from nas_engine.architecture import Architecture
from nas_engine.budget import MEASURES, Cost
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible, InvalidArchitecture
from nas_engine.graph.block import Block
from nas_engine.operators import Site, operator
from nas_engine.shapes import FeatureShape, TaskShape
from nas_engine.spaces.alphabet import Alphabet, Cells, Listed
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.cell_skeleton import EDGES, CellSkeleton, edge_name, inside
from nas_engine.spaces.ledger import ledger
from nas_engine.spaces.skeleton import Skeleton
from nas_engine.wire import Plain, plain, read

if TYPE_CHECKING:
    from nas_engine.supernets import ChainSupernet, Edge

MOST_OPTIONS = 64  # at one place of a supernet
NOMINAL = TaskShape(3, 64, 64, 10)  # where an operator may stand depends on widths and strides, not on the image


@dataclass(frozen=True)
class ChainSpace(SearchSpace):
    """One alphabet a place of a skeleton: blocks in a chain, or the edges of a cell that is repeated.

    AutoSpace's open cell space has `Cells` at each place, an evolved space short lists. An architecture's genes are
    operator labels, so one skeleton's architectures keep their keys when the space around them is evolved or shrunk.
    """

    kind: ClassVar[str] = "chain"

    skeleton: Skeleton | CellSkeleton
    alphabets: tuple[Alphabet, ...]
    reference_label: str

    def __post_init__(self) -> None:
        if len(self.alphabets) != len(self.skeleton.groups):
            raise Incompatible(f"{len(self.alphabets)} alphabets for a skeleton of {len(self.skeleton.groups)} places")
        for position, alphabet in enumerate(self.alphabets):
            if isinstance(self.skeleton, Skeleton) and "none" in alphabet:
                raise Incompatible(
                    f"place {position}: operator 'none' would cut the chain; leave it out, 'skip' passes on"
                )
        operator(self.reference_label)

    @property
    def size(self) -> int:
        return prod(alphabet.size for alphabet in self.alphabets)

    @cached_property
    def _skeleton_digest(self) -> str:
        return self.skeleton.digest

    def architecture(self, genes: Sequence[str]) -> Architecture:
        """The architecture with these labels. Raises InvalidArchitecture where the number is wrong."""
        if len(genes) != len(self.alphabets):
            raise InvalidArchitecture(self._miscounted(genes))
        return Architecture(self.kind, self._skeleton_digest, tuple(genes))

    def _miscounted(self, genes: Sequence[str]) -> str:
        return f"got {len(genes)} genes, wanted {len(self.alphabets)}, one a place of the skeleton"

    @property
    def reference(self) -> Architecture:
        return self.architecture([self.reference_label] * len(self.alphabets))

    @property
    def root(self) -> ChainSpace:
        return self

    def sample(self, chance: Chance) -> Architecture:
        return self.architecture([alphabet.sample(chance) for alphabet in self.alphabets])

    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        for position, alphabet in enumerate(self.alphabets):
            for label in alphabet.neighbours(architecture.genes[position]):
                yield architecture.with_gene(position, label)

    def distance(self, a: Architecture, b: Architecture) -> int:
        pairs = zip(self.alphabets, a.genes, b.genes, strict=True)
        return sum(alphabet.distance(x, y) for alphabet, x, y in pairs if x != y)

    def __contains__(self, architecture: Architecture) -> bool:
        return (
            architecture.kind == self.kind
            and architecture.skeleton == self._skeleton_digest
            and len(architecture.genes) == len(self.alphabets)
            and all(label in alphabet for label, alphabet in zip(architecture.genes, self.alphabets, strict=True))
        )

    def members(self) -> Iterator[Architecture]:
        if self.size > 10**7:
            return super().members()
        return (self.architecture(genes) for genes in product(*(alphabet.labels for alphabet in self.alphabets)))

    def block(self, architecture: Architecture, shape: TaskShape) -> Block:
        if architecture.skeleton != self._skeleton_digest:
            raise InvalidArchitecture(f"architecture {architecture.key} belongs to another skeleton than this space's")
        if len(architecture.genes) != len(self.alphabets):
            raise InvalidArchitecture(f"architecture {architecture.key}: {self._miscounted(architecture.genes)}")
        operators = [operator(label) for label in architecture.genes]
        return self.skeleton.network(f"network {architecture.key}", shape, operators)

    def cost(self, architecture: Architecture, shape: TaskShape) -> Cost:
        """A sum over places, so that costing thousands of members is cheap."""
        return ledger(self.skeleton, shape).network(architecture.genes)

    def cost_bounds(self, shape: TaskShape) -> tuple[Cost, Cost]:
        """The exact least and largest cost of any member, each measure by itself."""
        return _cost_bounds(self, shape)

    def narrowed(self, options: Mapping[str, Sequence[str]]) -> ChainSpace:
        """The space in which each layer group chooses among the labels given for it."""
        return ChainSpace(
            self.skeleton, tuple(Listed(tuple(options[group])) for group in self.skeleton.groups), self.reference_label
        )

    def check_supernet(self) -> None:
        """Raises Incompatible where a place has more than 64 options."""
        crowded = max(alphabet.size for alphabet in self.alphabets)
        if crowded > MOST_OPTIONS:
            raise Incompatible(
                f"a place of this space has {crowded:,} options, a supernet holds {MOST_OPTIONS};"
                " evolve the space first"
            )

    def supernet(self, shape: TaskShape) -> ChainSupernet:
        """Every option at every place, in a repeated cell in each of the cells. Raises Incompatible where a place has more than 64."""
        from nas_engine.supernets import CellSupernet, ChainSupernet

        self.check_supernet()
        if isinstance(self.skeleton, CellSkeleton):
            parts = self.skeleton.parts(shape)
            return CellSupernet({name: self._edges(p) if isinstance(p, FeatureShape) else p for name, p in parts})
        places = [
            {label: operator(label).at(site) for label in alphabet.labels}
            for alphabet, site in zip(self.alphabets, self.skeleton.sites(shape), strict=True)
        ]
        return ChainSupernet(self.skeleton.stem_block(shape), places, self.skeleton.head_block(shape))

    def _edges(self, features: FeatureShape) -> list[Edge]:
        """The edges of a cell, each with its options."""
        from nas_engine.supernets import Edge

        return [
            Edge(
                edge_name(end, start),
                start,
                end,
                {label: operator(label).at(inside(features)) for label in alphabet.labels},
            )
            for alphabet, (end, start) in zip(self.alphabets, EDGES, strict=True)
        ]

    def plain(self) -> Plain:
        """Alphabets are listed once each; `places` says which stands where."""
        distinct = list(dict.fromkeys(self.alphabets))
        return {
            "kind": self.kind,
            "skeleton": plain(self.skeleton),
            "alphabets": [alphabet.plain() for alphabet in distinct],
            "places": [distinct.index(alphabet) for alphabet in self.alphabets],
            "reference": self.reference_label,
        }

    @classmethod
    def read(cls, value: Plain) -> ChainSpace:
        """The space that `plain` wrote."""
        alphabets = [
            Listed(tuple(entry)) if isinstance(entry, list) else read(Cells, entry)
            for entry in cast("list[Any]", value["alphabets"])
        ]
        places = tuple(alphabets[index] for index in cast("list[int]", value["places"]))
        skeleton = cast("Plain", value["skeleton"])
        kind: type[Skeleton | CellSkeleton] = CellSkeleton if "cells" in skeleton else Skeleton
        return cls(read(kind, skeleton), places, str(value["reference"]))


@lru_cache(maxsize=64)
def _cost_bounds(space: ChainSpace, shape: TaskShape) -> tuple[Cost, Cost]:
    held = ledger(space.skeleton, shape)
    least = largest = held.fixed
    known: dict[tuple[Alphabet, tuple[Site, ...]], tuple[Cost, Cost]] = {}
    for at in zip(space.alphabets, held.stands, strict=True):
        if at not in known:
            costs = at[0].costs(at[1])
            lows, highs = ([end(getattr(cost, name) for cost in costs) for name in MEASURES] for end in (min, max))
            known[at] = Cost(*lows), Cost(*highs)
        least, largest = least + known[at][0], largest + known[at][1]
    return least, largest


def place_cost(skeleton: Skeleton | CellSkeleton, shape: TaskShape, position: int, label: str) -> Cost:
    """What an operator costs at a place of a skeleton; in a repeated cell, in all of the cells."""
    return ledger(skeleton, shape).at(position, label)


def fixed_cost(skeleton: Skeleton | CellSkeleton, shape: TaskShape) -> Cost:
    """What is not searched."""
    return ledger(skeleton, shape).fixed


def autospace(
    skeleton: Skeleton,
    kernels: tuple[int, ...] = (3, 5),
    expansion: int = 6,
    mixing: bool = True,
    reference: str | None = None,
) -> ChainSpace:
    """AutoSpace's layered cell space (Zhou 2021): every legal cell at every place. The reference is R3 unless given.

    Raises Incompatible for a reference that cannot stand at every place.
    """
    cells = Cells(kernels, expansion, mixing)
    label = f"{5 if 5 in kernels else kernels[0]}/1,2/1,2 D2 00 e{expansion}" if reference is None else reference
    return ChainSpace(skeleton, (cells,) * len(skeleton.groups), _everywhere(skeleton, label))


def chain(skeleton: Skeleton | CellSkeleton, labels: tuple[str, ...], reference: str | None = None) -> ChainSpace:
    """A chain of choices, or a repeated cell, from one operator set; a place offers those that can stand there.

    The reference is the first operator unless given. Raises Incompatible for a place where no operator can stand, and
    for a reference that cannot stand at every place.
    """
    alphabets = []
    for position, site in enumerate(skeleton.sites(NOMINAL)):
        fitting = tuple(operator(label).canonical.label for label in labels if operator(label).accepts(site))
        if not fitting:
            raise Incompatible(f"place {position} ({site}): none of {', '.join(labels)} can stand there")
        alphabets.append(Listed(fitting))
    return ChainSpace(skeleton, tuple(alphabets), _everywhere(skeleton, labels[0] if reference is None else reference))


def _everywhere(skeleton: Skeleton | CellSkeleton, reference: str) -> str:
    """The reference's canonical label, if it can stand at every place."""
    for position, site in enumerate(skeleton.sites(NOMINAL)):
        if reference == "none" or not operator(reference).accepts(site):
            raise Incompatible(
                f"reference {reference!r} cannot stand at place {position} ({site});"
                " give another operator as the reference"
            )
    return operator(reference).canonical.label
