"""Search spaces: sets of architectures, with a neighbourhood."""

from nas_engine.errors import UnknownComponent
from nas_engine.spaces.alphabet import Alphabet, Cells, Listed
from nas_engine.spaces.band import Band
from nas_engine.spaces.base import Relaxable, SearchSpace
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.chain import ChainSpace, autospace, chain
from nas_engine.spaces.nasbench import cell_string, nasbench201, nasbench_macro, read_cell_string, topology
from nas_engine.spaces.reference_only import reference_only
from nas_engine.spaces.released import ReleasedSpace
from nas_engine.spaces.released_network import read_released_network, released_network
from nas_engine.spaces.skeleton import SKELETONS, FirstBlock, Skeleton, Stage, skeleton_named
from nas_engine.spaces.space_document import SpaceDocument, read_space_document, space_document
from nas_engine.spaces.subspace import Subspace
from nas_engine.spaces.within import Within
from nas_engine.wire import Plain

SPACES: dict[str, type[ChainSpace] | type[Subspace]] = {kind.kind: kind for kind in (ChainSpace, Subspace)}


def space(value: Plain) -> ChainSpace | Subspace:
    """The space that its `plain` wrote. Raises UnknownComponent."""
    kind = str(value.get("kind"))
    if kind not in SPACES:
        raise UnknownComponent("space", kind, tuple(SPACES))
    return SPACES[kind].read(value)


__all__ = [
    "SKELETONS",
    "SPACES",
    "Alphabet",
    "Band",
    "CellSkeleton",
    "Cells",
    "ChainSpace",
    "FirstBlock",
    "Listed",
    "Relaxable",
    "ReleasedSpace",
    "SearchSpace",
    "Skeleton",
    "SpaceDocument",
    "Stage",
    "Subspace",
    "Within",
    "autospace",
    "cell_string",
    "chain",
    "nasbench201",
    "nasbench_macro",
    "read_cell_string",
    "read_released_network",
    "read_space_document",
    "reference_only",
    "released_network",
    "skeleton_named",
    "space",
    "space_document",
    "topology",
]
