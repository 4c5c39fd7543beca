"""Alphabet: what may stand at one place of a chain, and which options are one edit apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import ConfigDict, Field

from nas_engine.budget import Cost
from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture
from nas_engine.operators import AutoSpaceCell, CellAlphabet, CellGenotype, Site, operator, operator_set
from nas_engine.operators.autospace_cell import genes_apart
from nas_engine.wire import Plain


class Alphabet(ABC):
    """The options at a place, as operator labels in canonical form."""

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]: ...

    @abstractmethod
    def neighbours(self, label: str) -> Iterator[str]: ...

    @abstractmethod
    def distance(self, a: str, b: str) -> int: ...

    @abstractmethod
    def plain(self) -> object: ...

    def __contains__(self, label: str) -> bool:
        return label in self.labels

    @property
    def size(self) -> int:
        return len(self.labels)

    def sample(self, chance: Chance) -> str:
        return chance.pick(self.labels)

    def costs(self, stands: Sequence[Site]) -> frozenset[Cost]:
        """What the options cost at all the sites where one choice stands, each figure once."""
        return frozenset(sum((operator(label).cost(site) for site in stands), Cost()) for label in self.labels)


@dataclass(frozen=True)
class Listed(Alphabet):
    """An operator set: any two options are one edit apart."""

    options: tuple[str, ...]

    def __post_init__(self) -> None:
        operator_set(self.options)  # raises for unknown, repeated or missing operators

    @property
    def labels(self) -> tuple[str, ...]:
        return self.options

    def neighbours(self, label: str) -> Iterator[str]:
        return (other for other in self.options if other != label)

    def distance(self, a: str, b: str) -> int:
        return int(a != b)

    def plain(self) -> object:
        return list(self.options)


@dataclass(frozen=True)
class Cells(Alphabet):
    """Every legal AutoSpace cell at one expansion ratio: options are one edit apart where one raw gene differs."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    kernels: Annotated[
        tuple[int, ...], Field(min_length=1, max_length=5, description="depthwise kernels, odd, from 3")
    ] = (3, 5)
    expansion: Annotated[int, Field(ge=1, le=12, description="inner width as a multiple of a cell's input")] = 6
    mixing: Annotated[bool, Field(description="whether a node may multiply its inputs instead of adding them")] = True

    def __post_init__(self) -> None:
        for kernel in self.kernels:
            if kernel < 3 or kernel % 2 == 0 or self.kernels.count(kernel) > 1:
                got = ", ".join(map(str, self.kernels))
                raise InvalidArchitecture(
                    f"kernels of AutoSpace cells: got {got}, wanted odd numbers from 3, each once"
                )

    @property
    def cells(self) -> CellAlphabet:
        return CellAlphabet(self.kernels, self.mixing)

    @property
    def labels(self) -> tuple[str, ...]:
        return _labels(self)

    @property
    def size(self) -> int:
        return self.cells.size

    def costs(self, stands: Sequence[Site]) -> frozenset[Cost]:
        return self.cells.costs(self.expansion, stands[0]) if len(stands) == 1 else super().costs(stands)

    def __contains__(self, label: str) -> bool:
        return _holds(self, label)

    def label(self, genotype: CellGenotype) -> str:
        """The canonical label of a genotype."""
        return AutoSpaceCell(genotype.canonical, self.expansion).label

    def genotype(self, label: str) -> CellGenotype:
        cell = operator(label)
        if not isinstance(cell, AutoSpaceCell):
            raise InvalidArchitecture(f"got operator {label!r}, wanted an AutoSpace cell such as '5/1,2/1,2 D2 00 e6'")
        return cell.genotype

    def neighbours(self, label: str) -> Iterator[str]:
        return iter(_neighbours(self, label))

    def distance(self, a: str, b: str) -> int:
        return genes_apart(self.genotype(a), self.genotype(b))

    def plain(self) -> Plain:
        return {"kernels": list(self.kernels), "expansion": self.expansion, "mixing": self.mixing}


@lru_cache(maxsize=16)
def _labels(alphabet: Cells) -> tuple[str, ...]:
    return tuple(f"{text} e{alphabet.expansion}" for text in alphabet.cells.texts())


@lru_cache(maxsize=65536)
def _holds(alphabet: Cells, label: str) -> bool:
    try:
        cell = AutoSpaceCell.read(label)
    except InvalidArchitecture:  # spelt as a cell, with a gene that no cell has
        return False
    return (
        isinstance(cell, AutoSpaceCell)
        and cell.expansion == alphabet.expansion
        and cell.genotype in alphabet.cells
        and cell.genotype == cell.genotype.canonical
    )


@lru_cache(maxsize=8192)
def _neighbours(alphabet: Cells, label: str) -> tuple[str, ...]:
    around = alphabet.cells.neighbours(alphabet.genotype(label))
    return tuple(alphabet.label(genotype) for genotype in sorted(around))
