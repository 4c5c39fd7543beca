"""A network as the Architecture page draws it: distinct cells with the places where they stand, and their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nas_engine.preview import Graph, GraphNode, LayerRow, Network, Part, declared_names, drawings, folded
from nas_engine.preview import recipe as read_recipe
from nas_engine.wire import Plain, plain
from webapp.runs.models import Run


@dataclass(frozen=True)
class Place:
    """Where a cell stands: the block's name, its number among the searched ones (from 0), its layer group, its cost."""

    name: str
    number: int
    group: str
    node: GraphNode


@dataclass
class Cell:
    """One distinct cell of a network. Its letter stands for it in the drawing of the whole."""

    letter: str
    label: str
    name: str  # the label, or what the recipe calls a declared operator
    places: list[Place] = field(default_factory=list)

    @property
    def madds(self) -> int:
        """At all its places."""
        return sum(place.node.cost.madds for place in self.places)


@dataclass(frozen=True)
class LayerBlock:
    """The layers of one block, with the share of the network's MAdds (of its params, where it has none) in percent."""

    node: GraphNode
    input: str
    cell: Cell | None
    group: str
    layers: tuple[tuple[LayerRow, float], ...]
    share: float


@dataclass(frozen=True)
class Drawn:
    """All that the page draws. `data` goes to its script."""

    cells: tuple[Cell, ...]
    blocks: tuple[LayerBlock, ...]
    data: dict[str, Any]


def letters(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def genes_of(asked: Network) -> list[str]:
    """The labels of a network's cells, in order."""
    genes = asked.document["genes"]
    assert isinstance(genes, list)
    return [str(gene) for gene in genes]


def drawn(run: Run, asked: Network) -> Drawn:
    """The drawings of a network of this run."""
    made, names = drawings(read_recipe(run.recipe), genes_of(asked)), declared_names(run.recipe)
    nodes = {node.name: node for node in made.whole.nodes}
    cells: dict[str, Cell] = {}
    for part in made.parts:
        if part.label:
            cell = cells.setdefault(
                part.label, Cell(letters(len(cells)), part.label, names.get(part.label, part.label))
            )
            number = sum(len(other.places) for other in cells.values())
            cell.places.append(Place(part.name, number, part.group, nodes[part.name]))
    blocks = tuple(_blocks(made.parts, nodes, cells, asked.layers))
    return Drawn(tuple(cells.values()), blocks, {"key": asked.key, **_data(made.whole, made.parts, cells)})


def _blocks(
    parts: Sequence[Part], nodes: dict[str, GraphNode], cells: dict[str, Cell], layers: Sequence[LayerRow]
) -> list[LayerBlock]:
    measure = "madds" if any(row.cost.madds for row in layers) else "params"
    total = sum(getattr(row.cost, measure) for row in layers) or 1
    found = []
    for part in parts:
        own = [row for row in layers if row.path.partition(".")[0] == part.name]
        shares = [100 * getattr(row.cost, measure) / total for row in own]
        rows = tuple(zip(own, shares, strict=True))
        found.append(
            LayerBlock(
                nodes[part.name], part.graph.nodes[0].shape, cells.get(part.label), part.group, rows, sum(shares)
            )
        )
    return found


def _data(whole: Graph, parts: Sequence[Part], cells: dict[str, Cell]) -> dict[str, Any]:
    """Each distinct drawing once: the same cell at places of one shape is one."""
    distinct = list(dict.fromkeys(part.graph for part in parts))
    graphs: list[dict[str, Plain]] = [{"every": plain(one), "folded": plain(folded(one))} for one in distinct]
    placed = [
        {
            "name": part.name,
            "group": part.group,
            "label": cells[part.label].name if part.label else "",
            "cell": cells[part.label].letter if part.label else "",
            "graph": distinct.index(part.graph),
        }
        for part in parts
    ]
    return {"whole": plain(whole), "graphs": graphs, "parts": placed}
