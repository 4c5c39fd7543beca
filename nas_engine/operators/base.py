"""Operator and OperatorSet: what may stand at a place of a network."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from nas_engine.budget import Cost
from nas_engine.errors import Incompatible, InvalidArchitecture
from nas_engine.graph.block import Block
from nas_engine.shapes import FeatureShape


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a network: what comes in, how many channels must go out, and by how much the image shrinks."""

    input: FeatureShape
    channels: int
    stride: int = 1

    @property
    def output(self) -> FeatureShape:
        return self.input.strided(self.stride, self.channels)

    @property
    def keeps_shape(self) -> bool:
        return self.stride == 1 and self.channels == self.input.channels

    def __str__(self) -> str:
        return f"{self.input} -> {self.output}"


class Operator(ABC):
    """A named building block: makes a block of layers for a site, and so states its shapes, params and MAdds.

    Operators are frozen dataclasses; their fields are their configuration. `label` is their one text form (an
    architecture's genes are labels) and `read` its inverse.
    """

    kind: ClassVar[str]  # name in the catalog
    pattern: ClassVar[str]  # regular expression of the labels, one named group a field

    @property
    @abstractmethod
    def label(self) -> str: ...

    @abstractmethod
    def block(self, site: Site) -> Block:
        """The layers, for a site that `accepts` holds for."""

    @classmethod
    def read(cls, label: str) -> Operator | None:
        """The operator of this kind whose label this is, or None (also for another spelling, such as 'mb3_e06')."""
        match = re.fullmatch(cls.pattern, label)
        found = None if match is None else cls.from_fields(match.groupdict())
        return found if found is not None and found.label == label else None

    @classmethod
    def from_fields(cls, fields: dict[str, str | None]) -> Operator:
        """An operator from a label's groups; the usual fields are whole numbers."""
        return cls(**{name: int(value) for name, value in fields.items() if value is not None})

    @property
    def canonical(self) -> Operator:
        """The one form of equal operators: architectures hold the labels of canonical ones."""
        return self

    def accepts(self, site: Site) -> bool:
        """Whether it can stand there."""
        return True

    def at(self, site: Site) -> Block:
        """The layers at a site. Raises Incompatible where it cannot stand there."""
        if not self.accepts(site):
            raise Incompatible(f"operator {self.label} cannot stand at {site} (stride {site.stride})")
        return self.block(site)

    def cost(self, site: Site) -> Cost:
        """Params and MAdds at a site."""
        return self.at(site).cost


@dataclass(frozen=True)
class OperatorSet:
    """An ordered, immutable set of operators."""

    operators: tuple[Operator, ...]

    def __post_init__(self) -> None:
        if not self.operators:
            raise InvalidArchitecture("an operator set needs at least one operator, got none")
        twice = sorted({label for label in self.labels if self.labels.count(label) > 1})
        if twice:
            raise InvalidArchitecture(f"an operator set holds each operator once, got {', '.join(twice)} twice")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        return tuple(operator.label for operator in self.operators)

    def __iter__(self) -> Iterator[Operator]:
        return iter(self.operators)

    def __len__(self) -> int:
        return len(self.operators)

    def __contains__(self, label: str) -> bool:
        return label in self.labels
