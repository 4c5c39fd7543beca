"""The AutoSpace cell: four nodes, eight genes (Zhou 2021, ICCV; decoded from the authors' released files).

What is stated as the release's is read off its files; the gene names, the width alignment and the multiplicative mix
are OUR CHOICE where the paper's text is not to be had.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import ClassVar, cast

from nas_engine.budget import Cost
from nas_engine.errors import InvalidArchitecture, shown
from nas_engine.graph.block import INPUT, Block, Sketch
from nas_engine.graph.layers import AvgPool, BatchNorm, Conv, Depthwise, PrefixAdd, PrefixGate, ReLU6
from nas_engine.operators.base import Operator, Site

NONE, IDENTITY = 1, 2  # edge codes; any other code is the literal kernel of a depthwise convolution
GENES = ("e10", "e20", "e21", "e31", "e32", "d", "m2", "m3")
CHAIN_EDGES, SKIP_EDGES = ("e10", "e21", "e32"), ("e20", "e31")
EDGES = (*CHAIN_EDGES, *SKIP_EDGES)


@dataclass(frozen=True, order=True)
class CellGenotype:
    """Eight genes: operator of each edge (`eij`: from node j to node i), node that expands, mix of nodes 2 and 3.

    Edge codes: 1 none (skip edges only), 2 identity, k depthwise k x k. The edge from input to output (e30) is always
    none: the cell has an identity shortcut instead. `d`: the node (0, 1, 2) whose input a 1x1 convolution expands.
    `m2`, `m3`: 0 adds, 1 multiplies with channel attention.
    """

    e10: int
    e20: int
    e21: int
    e31: int
    e32: int
    d: int = 2
    m2: int = 0
    m3: int = 0

    def __post_init__(self) -> None:
        for name in GENES:
            value = getattr(self, name)
            legal = (
                value in (0, 1, 2)
                if name == "d"
                else value in (0, 1)
                if name.startswith("m")
                else value == IDENTITY or (value >= 3 and value % 2 == 1) or (value == NONE and name in SKIP_EDGES)
            )
            if not legal:
                wanted = {"d": "0, 1 or 2", "m": "0 or 1"}.get(name[0], "2 (identity) or an odd kernel from 3")
                if name in SKIP_EDGES:
                    wanted = "1 (none), " + wanted
                raise InvalidArchitecture(f"AutoSpace cell gene {name}: got {shown(value)}, wanted {wanted}")

    @property
    def text(self) -> str:
        """Such as '5/1,2/1,2 D2 00': e10 / e20,e21 / e31,e32, expansion node, mix bits."""
        return _text(*(getattr(self, gene) for gene in GENES))

    @classmethod
    def read(cls, text: str) -> CellGenotype:
        match = re.fullmatch(r"(\d+)/(\d+),(\d+)/(\d+),(\d+) D(\d) (\d)(\d)", text)
        cell = None if match is None else cls(*map(int, match.groups()))
        if cell is None or cell.text != text:
            raise InvalidArchitecture(f"AutoSpace cell: got {shown(text)}, wanted a text such as '5/1,2/1,2 D2 00'")
        return cell

    @property
    def canonical(self) -> CellGenotype:
        """The one form of equal cells: a mix bit is 0 where its node has one input."""
        dead2, dead3 = self.e20 == NONE, self.e31 == NONE
        return replace(self, m2=0 if dead2 else self.m2, m3=0 if dead3 else self.m3)

    def raw_forms(self) -> Iterator[CellGenotype]:
        """Every genotype that is this same cell: dead mix bits take either value."""
        for m2 in (0, 1) if self.e20 == NONE else (self.m2,):
            for m3 in (0, 1) if self.e31 == NONE else (self.m3,):
                yield replace(self, m2=m2, m3=m3)

    def matrix(self) -> list[list[object]]:
        """The released form: 4 x 4, edges below the diagonal, `d` and the mix bits in the last column."""
        return [
            [0, 0, 0, self.d],
            [self.e10, 0, 0, [self.m2, self.m3]],
            [self.e20, self.e21, 0, 0],
            [NONE, self.e31, self.e32, 0],
        ]

    @classmethod
    def from_matrix(cls, matrix: list[list[object]]) -> CellGenotype:
        """Read the released form. Raises InvalidArchitecture for any other."""
        try:
            edges = [matrix[1][0], *matrix[2][:2], *matrix[3][1:3]]
            mix = cast("list[object]", matrix[1][3])
            genes = [int(str(value)) for value in (*edges, matrix[0][3], *mix)]
        except (LookupError, TypeError, ValueError) as error:
            raise InvalidArchitecture(
                f"AutoSpace cell matrix: got {shown(matrix)}, wanted the released 4x4 form"
            ) from error
        cell = cls(*genes) if len(genes) == len(GENES) else None
        if cell is None or cell.matrix() != matrix:
            raise InvalidArchitecture(
                f"AutoSpace cell matrix: got {shown(matrix)}, wanted 4x4, e30 = 1, zeros as padding"
            )
        return cell


@dataclass(frozen=True)
class CellAlphabet:
    """The legal cells for given kernels: with (3, 5) and mixing, 5,184 genotypes of which 3,969 are canonical."""

    kernels: tuple[int, ...] = (3, 5)
    mixing: bool = True

    def values(self, gene: str) -> tuple[int, ...]:
        """What a gene may be."""
        if gene == "d":
            return (0, 1, 2)
        if gene.startswith("m"):
            return (0, 1) if self.mixing else (0,)
        return ((NONE,) if gene in SKIP_EDGES else ()) + (IDENTITY, *self.kernels)

    def __contains__(self, genotype: CellGenotype) -> bool:
        return all(getattr(genotype, gene) in self.values(gene) for gene in GENES)

    def mutants(self, genotype: CellGenotype) -> Iterator[CellGenotype]:
        """Every legal genotype that differs in exactly one gene (16 with the default alphabet)."""
        for gene in GENES:
            for value in self.values(gene):
                if value != getattr(genotype, gene):
                    yield replace(genotype, **{gene: value})

    def neighbours(self, canonical: CellGenotype) -> set[CellGenotype]:
        """Canonical cells one raw edit from any raw form of this one, itself excluded: symmetric by construction."""
        raw = (form for form in canonical.raw_forms() if form in self)
        return {mutant.canonical for form in raw for mutant in self.mutants(form)} - {canonical}

    def raw(self) -> Iterator[CellGenotype]:
        """Every legal genotype."""
        return (CellGenotype(*genes) for genes in product(*(self.values(gene) for gene in GENES)))

    def canonical(self) -> Iterator[CellGenotype]:
        """Every distinct cell."""
        return (CellGenotype(*genes) for genes in self._alive())

    def texts(self) -> Iterator[str]:
        """The text of every distinct cell, in the same order: with five kernels there are a hundred thousand."""
        return (_text(*genes) for genes in self._alive())

    def _alive(self) -> Iterator[tuple[int, ...]]:
        for genes in product(*(self.values(gene) for gene in GENES)):
            _, e20, _, e31, _, _, m2, m3 = genes
            if not (m2 and e20 == NONE) and not (m3 and e31 == NONE):
                yield genes

    @property
    def size(self) -> int:
        """How many distinct cells: a skip edge that is none leaves its mix bit dead."""
        chain, mixes = 1 + len(self.kernels), len(self.values("m2"))
        return 3 * chain**3 * (1 + chain * mixes) ** 2

    def costs(self, expansion: int, site: Site) -> frozenset[Cost]:
        """What its cells cost at a site, each figure once.

        Edges cost what they cost by themselves once it is settled where the cell expands, so no cell is made for it.
        """
        found: set[tuple[int, int]] = set()
        for d in self.values("d"):
            params, madds, rates = _rates(d, expansion, site)
            sums = {(params, madds)}
            for name, width, pixels in rates:
                ways = {_edge_cost(code, width, pixels) for code in self.values(name)}
                sums = {(before[0] + way[0], before[1] + way[1]) for before in sums for way in ways}
            found |= sums
        return frozenset(Cost(*figures) for figures in found)


def _text(e10: int, e20: int, e21: int, e31: int, e32: int, d: int, m2: int, m3: int) -> str:
    return f"{e10}/{e20},{e21}/{e31},{e32} D{d} {m2}{m3}"


def genes_apart(a: CellGenotype, b: CellGenotype) -> int:
    """Genes in which two cells differ; a dead mix bit agrees with either value."""
    apart: int = sum(getattr(a, gene) != getattr(b, gene) for gene in GENES[:6])
    for bit, edge in (("m2", "e20"), ("m3", "e31")):
        alive = getattr(a, edge) != NONE and getattr(b, edge) != NONE
        apart += alive and getattr(a, bit) != getattr(b, bit)
    return apart


@dataclass(frozen=True)
class AutoSpaceCell(Operator):
    """A cell of AutoSpace at a width: genotype and expansion ratio.

    Nodes 0 to 2 work at the input's resolution, the edges into node 3 carry the stride; node 3 is projected, linearly,
    to the site's width; an identity shortcut is added exactly where the shape is kept.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "autospace_cell"
    pattern: ClassVar[str] = r"(?P<genotype>\d+/\d+,\d+/\d+,\d+ D\d \d\d) e(?P<expansion>[1-9]\d*)"

    genotype: CellGenotype
    expansion: int

    @classmethod
    def from_fields(cls, fields: dict[str, str | None]) -> AutoSpaceCell:
        return cls(CellGenotype.read(str(fields["genotype"])), int(str(fields["expansion"])))

    @property
    def label(self) -> str:
        return f"{self.genotype.text} e{self.expansion}"

    @property
    def canonical(self) -> AutoSpaceCell:
        return replace(self, genotype=self.genotype.canonical)

    def block(self, site: Site) -> Block:
        return _cell_block(self.genotype, self.expansion, site)

    def cost(self, site: Site) -> Cost:
        """In closed form: a space has thousands of cells, and a page costs tens of thousands of them in a second."""
        params, madds, rates = _rates(self.genotype.d, self.expansion, site)
        for name, width, pixels in rates:
            edge = _edge_cost(getattr(self.genotype, name), width, pixels)
            params, madds = params + edge[0], madds + edge[1]
        return Cost(params, madds)


@lru_cache(maxsize=1024)
def _rates(d: int, expansion: int, site: Site) -> tuple[int, int, tuple[tuple[str, int, int], ...]]:
    """What every cell that expands at node `d` has (params and MAdds of both 1x1 convolutions), and each edge's width and pixels."""
    before, inner = site.input.channels, site.input.channels * expansion
    pixels, pixels_out = site.input.pixels, site.output.pixels
    params = before * inner + 2 * inner + inner * site.channels + 2 * site.channels
    madds = before * inner * pixels + inner * site.channels * pixels_out
    edges = ((name, int(name[1]), int(name[2])) for name in EDGES)
    rates = tuple(
        (name, inner if d <= start else before, pixels_out if end == 3 else pixels) for name, end, start in edges
    )
    return params, madds, rates


def _edge_cost(code: int, width: int, pixels: int) -> tuple[int, int]:
    """Params and MAdds of an edge with this operator."""
    return (0, 0) if code in (NONE, IDENTITY) else ((code**2 + 2) * width, code**2 * width * pixels)


@lru_cache(maxsize=4096)
def _cell_block(genes: CellGenotype, expansion: int, site: Site) -> Block:
    sketch = Sketch(f"AutoSpace cell {genes.text} e{expansion}", site.input)

    def expanded(node: int, value: str) -> str:
        if genes.d != node:
            return value
        width = site.input.channels * expansion
        return sketch.chain(value, ("expand", Conv(width)), ("expand_norm", BatchNorm()), ("expand_act", ReLU6()))

    def edge(end: int, start: int, value: str) -> str | None:
        code, stride = getattr(genes, f"e{end}{start}"), site.stride if end == 3 else 1
        name = f"edge{start}{end}"
        if code == NONE:
            return None
        if code != IDENTITY:
            steps = ((name, Depthwise(code, stride)), (f"{name}_norm", BatchNorm()), (f"{name}_act", ReLU6()))
            return sketch.chain(value, *steps)
        return value if stride == 1 else sketch.add(f"{name}_pool", AvgPool(stride, stride), value)

    def mixed(node: int, skip: str | None, chain: str | None) -> str:
        assert chain is not None  # chain edges are never 'none'
        if skip is None:
            return chain
        multiplies = genes.m2 if node == 2 else genes.m3
        return sketch.add(f"mix{node}", PrefixGate() if multiplies else PrefixAdd(), skip, chain)

    node0 = expanded(0, INPUT)
    node1 = expanded(1, mixed(1, None, edge(1, 0, node0)))
    node2 = expanded(2, mixed(2, edge(2, 0, node0), edge(2, 1, node1)))
    node3 = mixed(3, edge(3, 1, node1), edge(3, 2, node2))
    out = sketch.chain(node3, ("project", Conv(site.channels)), ("project_norm", BatchNorm()))
    if site.keeps_shape:
        out = sketch.add("shortcut", PrefixAdd(), INPUT, out)
    return sketch.block(out)
