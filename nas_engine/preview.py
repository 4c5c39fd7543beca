"""Preview: what a page or a person wants to know of a recipe or network before anything is spent. Analytic, without torch."""

from __future__ import annotations

from dataclasses import dataclass

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.chance import Chance, seed_from
from nas_engine.feasibility import SAMPLES, Feasibility, feasibility
from nas_engine.graph.block import INPUT, Block, LayerRow
from nas_engine.operators import operator
from nas_engine.recipe import Recipe, recipe
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace
from nas_engine.spaces.document import document, read_document
from nas_engine.stages import Search


@dataclass(frozen=True)
class Preview:
    """`size`: architectures in the space. `sampled`: costs of uniform samples. `evaluations`: what the search stages ask for at most."""

    size: int
    reference: Cost
    sampled: tuple[Cost, ...]
    feasibility: Feasibility
    evaluations: int | None


def preview(plan: Recipe) -> Preview:
    """A recipe's space: its size, what networks in it cost, which share is within the budget."""
    space, shape = plan.space.space(), plan.task.shape
    chance = Chance(seed_from(plan.seed, "preview"))
    sampled = tuple(space.cost(space.sample(chance), shape) for _ in range(SAMPLES))
    asked = [stage.strategy.evaluations for stage in plan.pipeline if isinstance(stage, Search)]
    known = [count for count in asked if count is not None]
    most = plan.budget.search.evaluations
    total = sum(known) if len(known) == len(asked) else most
    return Preview(space.size, space.cost(space.reference, shape), sampled, feasibility(plan), total)


@dataclass(frozen=True)
class GraphNode:
    """A node of a drawing. `kind` is the layer's or block's class."""

    name: str
    kind: str
    title: str
    shape: str
    cost: Cost


@dataclass(frozen=True)
class Graph:
    """A block as nodes and edges, to be laid out and drawn; `x` is the input."""

    title: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[str, str], ...]
    output: str


def graph(block: Block) -> Graph:
    """One level of a block: blocks inside it are single nodes."""
    nodes = [GraphNode(INPUT, "Input", "input", str(block.input), Cost())]
    costs = {node.name: sum((row.cost for row in _own_rows(block, node.name)), Cost()) for node in block.nodes}
    for node in block.nodes:
        inner = isinstance(node.body, Block)
        title = node.body.title if isinstance(node.body, Block) else type(node.body).__name__
        kind = "Block" if inner else type(node.body).__name__
        nodes.append(GraphNode(node.name, kind, title, str(block.shapes[node.name]), costs[node.name]))
    edges = tuple((source, node.name) for node in block.nodes for source in node.inputs)
    return Graph(block.title, tuple(nodes), edges, block.result)


def _own_rows(block: Block, name: str) -> list[LayerRow]:
    return [row for row in block.rows() if row.path == name or row.path.startswith(f"{name}.")]


def cell_graph(label: str, space: ChainSpace, position: int, shape: TaskShape) -> Graph:
    """The drawing of an operator at a place of a space."""
    return graph(operator(label).at(space.skeleton.sites(shape)[position]))


def layer_table(space: ChainSpace, architecture: Architecture, shape: TaskShape) -> list[LayerRow]:
    """Every layer of a network with its path, shapes and cost."""
    return list(space.block(architecture, shape).rows())


__all__ = [
    "Feasibility",
    "Graph",
    "GraphNode",
    "Preview",
    "cell_graph",
    "document",
    "feasibility",
    "graph",
    "layer_table",
    "preview",
    "read_document",
    "recipe",
]
