"""The spaces of two tabular benchmarks, and the text form of NAS-Bench-201's cells.

Every network of them was trained by the benchmarks' authors, so that a method can be held against the truth.
"""

from __future__ import annotations

from nas_engine.architecture import Architecture
from nas_engine.errors import InvalidArchitecture
from nas_engine.spaces.alphabet import Listed
from nas_engine.spaces.cell_skeleton import EDGES, CellSkeleton
from nas_engine.spaces.chain import ChainSpace, chain
from nas_engine.spaces.skeleton import Skeleton, Stage

NAMES = {  # our label -> the benchmark's name
    "none": "none",
    "skip": "skip_connect",
    "conv1": "nor_conv_1x1",
    "conv3": "nor_conv_3x3",
    "avg3": "avg_pool_3x3",
}
_LABELS = {name: label for label, name in NAMES.items()}
FORM = "|op~0|+|op~0|op~1|+|op~0|op~1|op~2|"
CUT = "#"  # of a topology: nothing comes through


def nasbench201(cells: int = 5, width: int = 16) -> ChainSpace:
    """NAS-Bench-201's 15,625 cells (Dong 2020); the reference has a 3 x 3 convolution on every edge.

    Cells are told apart by their six operators, as the benchmark does: 6,466 `topology` classes are among them.
    """
    return ChainSpace(CellSkeleton(cells, width), (Listed(tuple(NAMES)),) * len(EDGES), "conv3")


def nasbench_macro() -> ChainSpace:
    """NAS-Bench-Macro's 6,561 networks (Su 2021, https://arxiv.org/abs/2103.11922): eight layers of three blocks.

    Activations are ReLU6 here, ReLU in the benchmark; params and MAdds are the same.
    """
    skeleton = Skeleton((Stage(64, 2, 2), Stage(128, 3, 2), Stage(256, 3, 2)), stem=32, head=1280)
    return chain(skeleton, ("shortcut", "mb3_e3", "mb5_e6"), "mb5_e6")


def cell_string(architecture: Architecture) -> str:
    """A cell as NAS-Bench-201 writes it. Raises InvalidArchitecture for genes that are none of its cells."""
    genes = architecture.genes
    if len(genes) != len(EDGES) or not set(genes) <= NAMES.keys():
        raise InvalidArchitecture(
            f"architecture {architecture.key}: got genes {', '.join(genes)}, wanted six of {', '.join(NAMES)}"
        )
    edges = [f"{NAMES[gene]}~{start}" for gene, (_, start) in zip(genes, EDGES, strict=True)]
    return "+".join(f"|{'|'.join(part)}|" for part in (edges[:1], edges[1:3], edges[3:]))


def read_cell_string(text: str, space: ChainSpace) -> Architecture:
    """The cell that a NAS-Bench-201 string names. Raises InvalidArchitecture for any other text."""
    edges = [edge for node in text.strip().split("+") for edge in node.strip("|").split("|")]
    genes = tuple(_LABELS.get(edge.partition("~")[0], "") for edge in edges)
    if len(genes) == len(EDGES) and all(genes):
        architecture = space.architecture(genes)
        if cell_string(architecture) == text.strip():
            return architecture
    raise InvalidArchitecture(f"got the cell {text!r}, wanted the form {FORM} with operators {', '.join(_LABELS)}")


def topology(architecture: Architecture) -> str:
    """What a cell computes, the same text for isomorphic cells: skips are passed through, what `none` cuts off is left out."""
    nodes = {0: "0"}
    for end in (1, 2, 3):
        parts = [
            _through(NAMES[gene], nodes[start])
            for gene, (to, start) in zip(architecture.genes, EDGES, strict=True)
            if to == end
        ]
        nodes[end] = "+".join(sorted(parts))
    return nodes[3]


def _through(operator: str, source: str) -> str:
    if operator == "none" or source == CUT:
        return CUT
    return source if operator == "skip_connect" else f"({source})@{operator}"
