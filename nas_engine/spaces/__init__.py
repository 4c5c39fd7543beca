"""Search spaces: sets of architectures, with a neighbourhood."""

from nas_engine.errors import UnknownComponent
from nas_engine.spaces.alphabet import Alphabet, Cells, Listed
from nas_engine.spaces.base import Relaxable, SearchSpace
from nas_engine.spaces.cell_skeleton import CellSkeleton
from nas_engine.spaces.chain import ChainSpace, autospace, chain
from nas_engine.spaces.nasbench import cell_string, nasbench201, nasbench_macro, read_cell_string, topology
from nas_engine.spaces.skeleton import SKELETONS, FirstBlock, Skeleton, Stage, skeleton_named
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
    "CellSkeleton",
    "Cells",
    "ChainSpace",
    "FirstBlock",
    "Listed",
    "Relaxable",
    "SearchSpace",
    "Skeleton",
    "Stage",
    "Subspace",
    "Within",
    "autospace",
    "cell_string",
    "chain",
    "nasbench201",
    "nasbench_macro",
    "read_cell_string",
    "skeleton_named",
    "space",
    "topology",
]
