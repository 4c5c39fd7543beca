"""What a recipe may say of its space; each choice makes the space that it describes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from nas_engine.components import without_younger_defaults
from nas_engine.errors import InvalidRecipe, NasError
from nas_engine.operators import Declaration, labels_by_name
from nas_engine.spaces.alphabet import Cells
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.chain import NOMINAL, ChainSpace, autospace, chain
from nas_engine.spaces.nasbench import nasbench201, nasbench_macro
from nas_engine.spaces.skeleton import Skeleton, skeleton_named
from nas_engine.spaces.space_document import SpaceDocument
from nas_engine.spaces.subspace import Subspace

MOST_DECLARED = 32
SkeletonField = Annotated[
    str | Skeleton, Field(description="a built-in skeleton's name, or stages, widths and strides")
]


OperatorsField = Annotated[
    tuple[str, ...],
    Field(
        min_length=1,
        max_length=64,
        description="operator labels, such as mb3_e6 or sep5, and names of `declared` ones",
    ),
]
DeclaredField = Annotated[
    tuple[Declaration, ...],
    Field(max_length=MOST_DECLARED, description="operators of your own, by the names that other fields call them"),
]
NOTHING: Mapping[str, str] = {}


class SpaceChoice(ABC):
    """A recipe's space."""

    kind: ClassVar[str]

    @abstractmethod
    def space(self) -> ChainSpace | Subspace:
        """Raises Incompatible, UnknownComponent or InvalidArchitecture where its parts do not fit."""


@dataclass(frozen=True)
class OpenCells(SpaceChoice):
    """AutoSpace's layered cell space: every legal cell at every place (Zhou 2021)."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "autospace"

    skeleton: SkeletonField = "digits"
    kernels: Annotated[
        tuple[int, ...], Field(min_length=1, max_length=5, description="depthwise kernels, odd, from 3")
    ] = (3, 5)
    expansion: Annotated[int, Field(ge=1, le=12, description="inner width as a multiple of a cell's input")] = 6
    mixing: Annotated[bool, Field(description="whether a node may multiply its inputs instead of adding them")] = True
    reference: Annotated[
        str | None, Field(description="operator at every place of the reference network; empty: R3")
    ] = None

    def __post_init__(self) -> None:
        _check_skeleton(self.skeleton)
        with _naming("kernels", list(self.kernels)):
            Cells(self.kernels, self.expansion, self.mixing)
        with _naming("reference", self.reference):
            self.space()

    def space(self) -> ChainSpace:
        return autospace(_skeleton(self.skeleton), self.kernels, self.expansion, self.mixing, self.reference)


@dataclass(frozen=True)
class OperatorChain(SpaceChoice):
    """A chain of choices: one operator of the set at each place."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "chain"

    operators: OperatorsField
    skeleton: SkeletonField = "digits"
    reference: Annotated[
        str | None, Field(description="operator at every place of the reference network; empty: the first")
    ] = None
    declared: DeclaredField = ()

    def __post_init__(self) -> None:
        labels = labels_by_name(self.declared)
        skeleton = _check_skeleton(self.skeleton, labels)
        with _naming("operators", list(self.operators)):
            chain(skeleton, _resolved(self.operators, labels), "skip")  # which can be the reference anywhere
        with _naming("reference", self.reference):
            self.space()

    @model_serializer(mode="wrap")
    def _without_younger_defaults(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return without_younger_defaults(self, write, {"declared": ()})

    def space(self) -> ChainSpace:
        labels = labels_by_name(self.declared)
        reference = None if self.reference is None else labels.get(self.reference, self.reference)
        return chain(_skeleton(self.skeleton, labels), _resolved(self.operators, labels), reference)


@dataclass(frozen=True)
class OperatorCell(SpaceChoice):
    """A repeated cell: one operator of the set on each of its six edges, wired as NAS-Bench-201's (Dong 2020)."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "cell"

    operators: OperatorsField
    cells: Annotated[int, Field(ge=1, le=32, description="cells a stage")] = 3
    width: Annotated[int, Field(ge=1, le=512, description="channels of the first stage")] = 16
    stages: Annotated[int, Field(ge=1, le=5, description="stages, each twice as wide as the one before")] = 3
    reference: Annotated[
        str | None, Field(description="operator on every edge of the reference network; empty: the first")
    ] = None
    declared: DeclaredField = ()

    def __post_init__(self) -> None:
        labels = labels_by_name(self.declared)
        with _naming("operators", list(self.operators)):
            chain(self._skeleton, _resolved(self.operators, labels), "skip")
        with _naming("reference", self.reference):
            self.space()

    @property
    def _skeleton(self) -> CellSkeleton:
        return CellSkeleton(self.cells, self.width, self.stages)

    def space(self) -> ChainSpace:
        labels = labels_by_name(self.declared)
        reference = None if self.reference is None else labels.get(self.reference, self.reference)
        return chain(self._skeleton, _resolved(self.operators, labels), reference)


@dataclass(frozen=True)
class NasBench201(SpaceChoice):
    """NAS-Bench-201's cell: one of five operators on each of six edges, 15,625 networks (Dong 2020)."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "nasbench201"

    cells: Annotated[int, Field(ge=1, le=32, description="cells a stage; the benchmark's is 5")] = 5
    width: Annotated[int, Field(ge=1, le=512, description="channels of the first stage; the benchmark's is 16")] = 16

    def space(self) -> ChainSpace:
        return nasbench201(self.cells, self.width)


@dataclass(frozen=True)
class NasBenchMacro(SpaceChoice):
    """NAS-Bench-Macro's chain: one of three blocks in each of eight layers, 6,561 networks (Su 2021)."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "nasbench_macro"

    def space(self) -> ChainSpace:
        return nasbench_macro()


@dataclass(frozen=True)
class Saved(SpaceChoice):
    """A space that an earlier run evolved or shrunk, whole: the recipe needs nothing else."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "saved"

    document: Annotated[SpaceDocument, Field(description="the space, as space.json of a run holds it")]

    def space(self) -> ChainSpace | Subspace:
        return self.document.space


@contextmanager
def _naming(field: str, got: object) -> Iterator[None]:
    """What is wrong in here is wrong with this field: a form shows it beside its input."""
    try:
        yield
    except NasError as error:
        raise InvalidRecipe(field, got, f"another value: {error}") from error


def _check_skeleton(choice: str | Skeleton, declared: Mapping[str, str] = NOTHING) -> Skeleton:
    """Raises InvalidRecipe for a name that no skeleton has, and for a first block that cannot stand where it does."""
    with _naming("skeleton", choice):
        skeleton = _skeleton(choice, declared)
    first = skeleton.first
    with _naming("skeleton.first.operator", first.operator if first else None):
        skeleton.sites(NOMINAL)
    return skeleton


def _skeleton(choice: str | Skeleton, declared: Mapping[str, str] = NOTHING) -> Skeleton:
    """The skeleton; where a declared operator is its first block, with the label in place of the name."""
    held = skeleton_named(choice) if isinstance(choice, str) else choice
    if held.first is None or held.first.operator not in declared:
        return held
    return replace(held, first=replace(held.first, operator=declared[held.first.operator]))


def _resolved(operators: Sequence[str], declared: Mapping[str, str]) -> tuple[str, ...]:
    """Labels, in place of names too."""
    return tuple(declared.get(one, one) for one in operators)


SPACE_CHOICES: dict[str, type[SpaceChoice]] = {
    kind.kind: kind for kind in (OpenCells, OperatorChain, OperatorCell, NasBench201, NasBenchMacro, Saved)
}
