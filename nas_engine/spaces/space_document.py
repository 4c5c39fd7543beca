"""The space's JSON document: a space that was evolved or shrunk, to be kept, moved and begun from again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from nas_engine.components import checked
from nas_engine.errors import InvalidArchitecture, InvalidRecipe, NasError, shown
from nas_engine.operators import operator
from nas_engine.spaces.alphabet import Alphabet, Cells, Listed
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.chain import NOMINAL, ChainSpace
from nas_engine.spaces.skeleton import Skeleton
from nas_engine.spaces.subspace import Subspace
from nas_engine.wire import Plain

SPACE_FORMAT = "spacewright/space"
SPACE_VERSION = 1
MOST_PLACES = 256
MOST_OPTIONS_LISTED = 4_096  # of one alphabet, written out
MOST_MEMBERS = 10_000
MOST_GENES = 250_000  # members times places: half a megabyte, which a recipe can still carry

Options = Annotated[tuple[str, ...], Field(min_length=1, max_length=MOST_OPTIONS_LISTED)]


@dataclass(frozen=True)
class SpaceDocument:
    """A space as JSON: options at each place of a skeleton, and where only some of their combinations belong to it, those.

    Made by `space_document`; `space` is what it describes. Raises InvalidRecipe, naming the field.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    format: Annotated[Literal["spacewright/space"], Field(description="what this is")]
    version: Annotated[Literal[1], Field(description="of this format")]
    skeleton: Annotated[Skeleton | CellSkeleton, Field(description="what is not searched")]
    alphabets: Annotated[
        tuple[Options | Cells, ...],
        Field(
            min_length=1,
            max_length=MOST_PLACES,
            description="distinct sets of options: operator labels, or every cell of some kernels",
        ),
    ]
    places: Annotated[
        tuple[int, ...],
        Field(
            min_length=1, max_length=MOST_PLACES, description="for each place, the position of its set in `alphabets`"
        ),
    ]
    reference: Annotated[str, Field(max_length=600, description="operator at every place of the reference network")]
    labels: Annotated[
        tuple[str, ...],
        Field(max_length=MOST_OPTIONS_LISTED, description="operators of the members, where they are listed"),
    ] = ()
    members: Annotated[
        tuple[tuple[int, ...], ...],
        Field(
            max_length=MOST_MEMBERS,
            description="networks of the space, each as positions in `labels`; empty: every combination",
        ),
    ] = ()

    def __post_init__(self) -> None:
        _read(self)

    @property
    def space(self) -> ChainSpace | Subspace:
        """The space."""
        return _read(self)

    def _root(self) -> ChainSpace:
        sets = [self._alphabet(number) for number in range(len(self.alphabets))]
        with _naming("skeleton.first.operator", getattr(self.skeleton, "first", None)):
            sites = self.skeleton.sites(NOMINAL)
        if len(self.places) != len(sites):
            raise InvalidRecipe("places", f"{len(self.places)} places", f"{len(sites)}, one a place of the skeleton")
        for place, number in enumerate(self.places):
            if not 0 <= number < len(sets):
                raise InvalidRecipe(f"places.{place}", number, f"a position in 'alphabets', 0 to {len(sets) - 1}")
        for number, site in dict.fromkeys(zip(self.places, sites, strict=True)):
            found = sets[number]
            for position, label in enumerate(found.labels if isinstance(found, Listed) else ()):
                if not operator(label).accepts(site):
                    raise InvalidRecipe(
                        f"alphabets.{number}.{position}", label, f"an operator that can stand at {site}"
                    )
        with _naming("reference", self.reference):
            reference = operator(self.reference).canonical.label
            if reference == "none" or not all(operator(reference).accepts(site) for site in sites):
                raise InvalidRecipe("reference", self.reference, "an operator that can stand at every place")
        with _naming("alphabets", f"{len(sets)} sets"):
            return ChainSpace(self.skeleton, tuple(sets[number] for number in self.places), reference)

    def _alphabet(self, number: int) -> Alphabet:
        given = self.alphabets[number]
        if isinstance(given, Cells):
            return given
        with _naming(f"alphabets.{number}", list(given)):
            return Listed(tuple(operator(label).canonical.label for label in given))

    def _check_members(self, root: ChainSpace) -> None:
        if len(self.members) * len(self.places) > MOST_GENES:
            raise InvalidRecipe(
                "members", f"{len(self.members):,} of {len(self.places)} genes", f"at most {MOST_GENES:,} genes in all"
            )
        if self.labels and not self.members:
            raise InvalidRecipe("labels", list(self.labels), "none where no members are listed")
        for number, genes in enumerate(self.members):
            if len(genes) != len(self.places) or not all(0 <= gene < len(self.labels) for gene in genes):
                wanted = f"{len(self.places)} positions in 'labels', one a place"
                raise InvalidRecipe(f"members.{number}", list(genes), wanted)
            for place, gene in enumerate(genes):
                if self.labels[gene] not in root.alphabets[place]:
                    got = self.labels[gene]
                    raise InvalidRecipe(f"members.{number}.{place}", got, f"one of the options at place {place}")


@lru_cache(maxsize=8)
def _read(document: SpaceDocument) -> ChainSpace | Subspace:
    """Kept: to check thousands of members takes a second, and a page asks for the same space again and again."""
    root = document._root()
    document._check_members(root)
    if not document.members:
        return root
    return Subspace.of(root, {root.architecture([document.labels[i] for i in genes]) for genes in document.members})


def space_document(space: ChainSpace | Subspace) -> Plain:
    """The document of a space; equal spaces have equal documents. The reading of it says whether it is too large to travel."""
    root = space.root.plain()
    found: Plain = {"format": SPACE_FORMAT, "version": SPACE_VERSION}
    found |= {name: root[name] for name in ("skeleton", "alphabets", "places", "reference")}
    if isinstance(space, Subspace):
        own = space.plain()
        found |= {name: own[name] for name in ("labels", "members")}
    return found


def read_space_document(value: object) -> ChainSpace | Subspace:
    """The space of a document. Raises InvalidArchitecture, naming the field."""
    if not isinstance(value, Mapping):
        raise InvalidArchitecture(f"a space document is a JSON object, got {type(value).__name__}")
    if value.get("format") != SPACE_FORMAT or value.get("version") != SPACE_VERSION:
        raise InvalidArchitecture(
            f"got format {shown(value.get('format'))} version {shown(value.get('version'))},"
            f" wanted {SPACE_FORMAT!r} version {SPACE_VERSION}"
        )
    try:
        return checked(SpaceDocument, dict(value)).space
    except InvalidRecipe as error:
        raise InvalidArchitecture(str(error).replace("recipe field", "space field", 1)) from error


@contextmanager
def _naming(field: str, got: object) -> Iterator[None]:
    """What is wrong in here is wrong with this field."""
    try:
        yield
    except InvalidRecipe:
        raise
    except NasError as error:
        raise InvalidRecipe(field, got, f"another value: {error}") from error
