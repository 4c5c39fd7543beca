"""The architecture's JSON document: what is needed to build and count one network again."""

from __future__ import annotations

from typing import Any, cast

from nas_engine.architecture import Architecture
from nas_engine.components import checked
from nas_engine.errors import Incompatible, InvalidArchitecture, InvalidRecipe, UnknownComponent, shown
from nas_engine.operators import operator
from nas_engine.shapes import TaskShape
from nas_engine.spaces.alphabet import Listed
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.chain import ChainSpace
from nas_engine.spaces.skeleton import Skeleton, skeleton_named
from nas_engine.wire import Plain, plain

FORMAT = "spacewright/architecture"
VERSION = 1


def document(space: ChainSpace, architecture: Architecture, shape: TaskShape) -> Plain:
    """The document of a network."""
    cost = space.cost(architecture, shape)
    return {
        "format": FORMAT,
        "version": VERSION,
        "key": architecture.key,
        "skeleton": plain(space.skeleton),
        "input": plain(shape),
        "genes": list(architecture.genes),
        "cost": plain(cost),
    }


def read_document(value: object, skeleton: str | None = None) -> tuple[ChainSpace, Architecture, TaskShape]:
    """The network of a document: a space that holds just it, its architecture, its input shape.

    `skeleton`, a built-in skeleton's name, stands in for the document's own. Raises InvalidArchitecture, naming the
    field.
    """
    if not isinstance(value, dict):
        raise InvalidArchitecture(f"an architecture document is a JSON object, got {type(value).__name__}")
    if value.get("format") != FORMAT or value.get("version") != VERSION:
        raise InvalidArchitecture(
            f"got format {shown(value.get('format'))} version {shown(value.get('version'))}, wanted {FORMAT!r} version {VERSION}"
        )
    genes = value.get("genes")
    if not isinstance(genes, list) or not all(isinstance(gene, str) for gene in genes):
        raise InvalidArchitecture(
            f"genes: got {shown(genes)}, wanted a list of operator labels, one a place of the skeleton"
        )
    try:
        shape = checked(TaskShape, value.get("input"), "input")
        own = cast("Any", skeleton or value.get("skeleton"))
        kind: type[Skeleton | CellSkeleton] = CellSkeleton if isinstance(own, dict) and "cells" in own else Skeleton
        plan = skeleton_named(own) if isinstance(own, str) else checked(kind, own, "skeleton")
    except InvalidRecipe as error:
        raise InvalidArchitecture(str(error).replace("recipe field", "architecture field")) from error
    except UnknownComponent as error:
        raise InvalidArchitecture(f"skeleton: {error}") from error
    if len(genes) != len(plan.groups):
        raise InvalidArchitecture(f"genes: got {len(genes)}, wanted {len(plan.groups)}, one a place of the skeleton")
    where = "skeleton.first.operator"
    try:
        for position, (gene, site) in enumerate(zip(genes, plan.sites(shape), strict=True)):
            where = f"genes.{position}"
            operator(gene).at(site)
        where = "genes"
        genes = [operator(gene).canonical.label for gene in genes]  # equal cells have one key
        space = ChainSpace(plan, tuple(Listed((gene,)) for gene in genes), genes[0])
    except (UnknownComponent, InvalidArchitecture, Incompatible) as error:
        raise InvalidArchitecture(f"{where}: {error}") from error
    return space, space.architecture(genes), shape
