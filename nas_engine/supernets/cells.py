"""The supernet of a repeated cell: each cell has weights of its own, and all cells make the same choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from torch import Tensor, nn

from nas_engine.graph.block import Block
from nas_engine.graph.module import build
from nas_engine.supernets.base import Mixture, Supernet
from nas_engine.supernets.chain import ChainSupernet, MixedBlock


class Edge(NamedTuple):
    """An edge of a cell: its name, the nodes that it leads from and to, and its options by label."""

    name: str
    start: int
    end: int
    options: Mapping[str, Block]


class MixedCell(nn.Module):
    """One cell: node 0 is what comes in, any other node the sum of the edges into it, the last one is what goes out.

    **Shapes**: (B, C, H, W) -> (B, C, H, W); the mixture has one entry an edge.
    """

    def __init__(self, edges: Sequence[Edge]) -> None:
        super().__init__()
        self._wires = tuple((edge.name, edge.start, edge.end) for edge in edges)
        for edge in edges:
            self.add_module(edge.name, MixedBlock(edge.options))

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        nodes = {0: x}
        for (name, start, end), weights in zip(self._wires, mixture, strict=True):
            passed: Tensor = self.get_submodule(name)(nodes[start], weights)
            nodes[end] = nodes[end] + passed if end in nodes else passed
        return nodes[max(nodes)]


class CellSupernet(ChainSupernet):
    """A supernet whose places are the edges of a cell: blocks that are not searched and cells, one after another.

    Parameters of cells are named `<cell>.<edge>.<label>.<path in the operator>`. A place is seen in the first cell.
    """

    def __init__(self, parts: Mapping[str, Block | Sequence[Edge]]) -> None:
        Supernet.__init__(self)
        self._parts = tuple(parts)
        for name, part in parts.items():
            self.add_module(name, build(part) if isinstance(part, Block) else MixedCell(part))
        first = next((name, part) for name, part in parts.items() if not isinstance(part, Block))
        self.places = tuple(f"{first[0]}.{edge.name}" for edge in first[1])

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        for name in self._parts:
            part = self.get_submodule(name)
            x = part(x, mixture) if isinstance(part, MixedCell) else part(x)
        return x
