"""View: the members of a space that something lets through."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.graph.block import Block
from nas_engine.shapes import TaskShape
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.chain import ChainSpace
from nas_engine.wire import Plain


@dataclass(frozen=True)
class View(SearchSpace):
    """Whoever looks through it never sees the members outside. A subclass says who is inside, and draws."""

    space: SearchSpace

    @abstractmethod
    def _inside(self, architecture: Architecture) -> bool:
        """Of a member of the space: whether it is seen."""

    @property
    def size(self) -> int:
        """Of the whole space: how many are inside is not known without costing each."""
        return self.space.size

    @property
    def reference(self) -> Architecture:
        return self.space.reference

    @property
    def root(self) -> ChainSpace:
        return self.space.root

    def neighbours(self, architecture: Architecture) -> Iterator[Architecture]:
        return (other for other in self.space.neighbours(architecture) if self._inside(other))

    def members(self) -> Iterator[Architecture]:
        return (member for member in self.space.members() if self._inside(member))

    def distance(self, a: Architecture, b: Architecture) -> int:
        return self.space.distance(a, b)

    def __contains__(self, architecture: Architecture) -> bool:
        return architecture in self.space and self._inside(architecture)

    def block(self, architecture: Architecture, shape: TaskShape) -> Block:
        return self.space.block(architecture, shape)

    def cost(self, architecture: Architecture, shape: TaskShape) -> Cost:
        return self.space.cost(architecture, shape)

    def plain(self) -> Plain:
        return self.space.plain()
