"""SearchSpace: an immutable description of a set of architectures, and how to build one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture
from nas_engine.graph.block import Block
from nas_engine.shapes import TaskShape
from nas_engine.wire import Plain

if TYPE_CHECKING:
    from nas_engine.graph.module import BlockModule
    from nas_engine.spaces.chain import ChainSpace
    from nas_engine.supernets import Supernet


class SearchSpace(ABC):
    """A set of architectures with a neighbourhood. Values only: a network is built from it and thrown away."""

    kind: ClassVar[str]

    @property
    @abstractmethod
    def size(self) -> int:
        """How many distinct architectures it holds."""

    @property
    @abstractmethod
    def reference(self) -> Architecture:
        """The network that a search must beat; it need not be a member."""

    @property
    @abstractmethod
    def root(self) -> ChainSpace:
        """The space that it was cut from: what building a member needs, without the list of members."""

    @abstractmethod
    def sample(self, chance: Chance) -> Architecture:
        """A member, drawn independently and uniformly for each choice."""

    @abstractmethod
    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        """Members one edit away, itself excluded. Symmetric."""

    @abstractmethod
    def distance(self, a: Architecture, b: Architecture) -> int:
        """Edits between two architectures; 1 for neighbours, 0 only for equal ones."""

    @abstractmethod
    def __contains__(self, architecture: Architecture) -> bool: ...

    @abstractmethod
    def block(self, architecture: Architecture, shape: TaskShape) -> Block:
        """The whole network as data. Raises InvalidArchitecture for one it cannot build."""

    @abstractmethod
    def plain(self) -> Plain:
        """The space as JSON data; `spaces.space` reads it."""

    def members(self) -> Iterator[Architecture]:
        """Every member, each once. Only for spaces small enough to walk."""
        raise InvalidArchitecture(f"a {self.kind} space of {self.size:,} architectures cannot be listed")

    def cost(self, architecture: Architecture, shape: TaskShape) -> Cost:
        """Params and MAdds of the whole network."""
        return self.block(architecture, shape).cost

    def build(self, architecture: Architecture, shape: TaskShape) -> BlockModule:
        """The network, freshly initialised from torch's global generator, channels-last."""
        from nas_engine.graph.module import build

        return build(self.block(architecture, shape))

    def mutate(self, architecture: Architecture, chance: Chance) -> Architecture:
        """A neighbour, each equally likely; the architecture itself where it has none."""
        around = list(self.neighbours(architecture))
        return chance.pick(around) if around else architecture

    def crossover(self, a: Architecture, b: Architecture, chance: Chance) -> Architecture:
        """A child that takes each gene from either parent; `a` where ten such children are no members."""
        for _ in range(10):
            genes = tuple(chance.pick((x, y)) for x, y in zip(a.genes, b.genes, strict=True))
            child = Architecture(a.kind, a.skeleton, genes)
            if child in self:
                return child
        return a


@runtime_checkable
class Relaxable(Protocol):
    """A space that can make a supernet."""

    def check_supernet(self) -> None:
        """Raise Incompatible where a place has more options than a supernet holds."""

    def supernet(self, shape: TaskShape) -> Supernet:
        """Every option of every choice, freshly initialised. Raises Incompatible where there are too many."""
