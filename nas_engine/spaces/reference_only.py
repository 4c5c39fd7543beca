"""The reference-only space: what a study would choose among without any search of the space.

A space that was evolved or shrunk is worth its cost only where it beats this one in the same budget band.
"""

from __future__ import annotations

from nas_engine.operators import AutoSpaceCell, CellGenotype, operator
from nas_engine.operators.autospace_cell import EDGES, IDENTITY, NONE
from nas_engine.spaces.alphabet import Alphabet, Cells, Listed
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.chain import ChainSpace

KERNEL = 5  # of the released chains


def reference_only(space: SearchSpace) -> ChainSpace:
    """The space without search, on the same skeleton and with the same reference. Limits are not heeded.

    Where AutoSpace cells stand, a place offers the three linear chains that Zhou 2021 released at the end of every layer
    (R1, R2, R3), at the expansion of the study's reference, and that reference itself: OUR CHOICE, the paper's own
    baseline space was not to be had. Any other place offers the reference alone.
    """
    root = space.root
    places = tuple(_options(alphabet, root.reference_label) for alphabet in root.alphabets)
    return ChainSpace(root.skeleton, places, root.reference_label)


def _options(alphabet: Alphabet, reference: str) -> Listed:
    cells = _cells(alphabet)
    if not cells:
        return Listed((reference,))
    own = operator(reference)
    expansion = own.expansion if isinstance(own, AutoSpaceCell) else cells[0].expansion
    chains = (AutoSpaceCell(genotype, expansion).label for genotype in _chains(_kernel(alphabet, cells)))
    return Listed(tuple(dict.fromkeys((*chains, reference))))


def _cells(alphabet: Alphabet) -> list[AutoSpaceCell]:
    """The AutoSpace cells among the options; one of a whole alphabet of them is enough."""
    if isinstance(alphabet, Cells):
        return [AutoSpaceCell(_chain(alphabet.kernels[0], 1), alphabet.expansion)]
    return [found for found in map(operator, alphabet.labels) if isinstance(found, AutoSpaceCell)]


def _kernel(alphabet: Alphabet, cells: list[AutoSpaceCell]) -> int:
    """5, as released, where cells have it; else the least kernel that they do have."""
    if isinstance(alphabet, Cells):
        known = set(alphabet.kernels)
    else:
        known = {getattr(cell.genotype, edge) for cell in cells for edge in EDGES} - {NONE, IDENTITY}
    return KERNEL if KERNEL in known or not known else min(known)


def _chains(kernel: int) -> tuple[CellGenotype, ...]:
    """R1, R2, R3: linear chains of three, two and one depthwise convolution."""
    return tuple(_chain(kernel, count) for count in (3, 2, 1))


def _chain(kernel: int, count: int) -> CellGenotype:
    """A chain whose first edges are depthwise convolutions, without skip edges; node 2 expands."""
    e10, e21, e32 = (kernel if place < count else IDENTITY for place in range(3))
    return CellGenotype(e10, NONE, e21, NONE, e32)
