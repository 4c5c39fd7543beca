"""Preview: what a page or a person wants to know of a recipe or network before anything is spent. Analytic, without torch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.chance import Chance, seed_from
from nas_engine.components import checked
from nas_engine.exporters import Found, untrained_files
from nas_engine.feasibility import Feasibility, feasibility, impossible, sampled_costs
from nas_engine.graph.block import INPUT, Block, LayerRow
from nas_engine.graph.layers import Layer
from nas_engine.operators import Declaration, Site, operator
from nas_engine.recipe import Recipe, recipe
from nas_engine.shapes import FeatureShape, TaskShape
from nas_engine.spaces import ChainSpace
from nas_engine.spaces.document import FORMAT, VERSION, document, read_document
from nas_engine.stages import Search
from nas_engine.wire import Plain, plain


@dataclass(frozen=True)
class Preview:
    """`size`: architectures in the space. `sampled`: costs of uniform samples. `evaluations`: what all stages ask for at most."""

    size: int
    reference: Cost
    sampled: tuple[Cost, ...]
    feasibility: Feasibility
    evaluations: int | None


def preview(plan: Recipe) -> Preview:
    """A recipe's space: its size, what networks in it cost, which share is within the budget."""
    space, shape = plan.space.space(), plan.task.shape
    sampled = sampled_costs(space, shape, plan.seed)
    return Preview(space.size, space.cost(space.reference, shape), sampled, feasibility(plan), evaluations(plan))


def evaluations(plan: Recipe) -> int | None:
    """What a recipe's stages ask for at most; None where nothing limits it."""
    asked = [stage.evaluations for stage in plan.pipeline]
    known = [count for count in asked if count is not None]
    return sum(known) if len(known) == len(asked) else plan.budget.search.evaluations


def drawn(plan: Recipe, *names: object) -> Iterator[tuple[Architecture, Cost]]:
    """Networks within a recipe's limits, each with its cost: uniform draws without end, the same ones for the same names.

    A network may come again. Raises Infeasible where exact bounds say that there is none.
    """
    refuse_impossible(plan)
    space, shape = plan.space.space(), plan.task.shape
    chance = Chance(seed_from(plan.seed, "drawn", *names))
    while True:
        network = space.sample(chance)
        cost = space.cost(network, shape)
        if plan.budget.network.allow(cost):
            yield network, cost


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
        title = node.body.title if isinstance(node.body, Block) else layer_words(node.body)
        kind = "Block" if inner else type(node.body).__name__
        nodes.append(GraphNode(node.name, kind, title, str(block.shapes[node.name]), costs[node.name]))
    edges = tuple((source, node.name) for node in block.nodes for source in node.inputs)
    return Graph(block.title, tuple(nodes), edges, block.result)


FOLLOWERS = {
    "BatchNorm": "norm",
    "ReLU": "ReLU",
    "ReLU6": "ReLU6",
    "Sigmoid": "sigmoid",
    "SiLU": "SiLU",
    "HardSwish": "hard swish",
    "GELU": "GELU",
    "Dropout": "dropout",
}
_WORDS = {
    "Conv": "conv",
    "Depthwise": "depthwise",
    "MaxPool": "max pool",
    "AvgPool": "average pool",
    "GlobalAvgPool": "global average",
    "BatchNorm": "batch norm",
    "PrefixAdd": "add",
    "PrefixGate": "gate",
    "ShiftOnePixel": "shift by a pixel",
}


def layer_words(layer: Layer) -> str:
    """A layer as a drawing names it: 'depthwise 5×5, stride 2'."""
    name = type(layer).__name__
    words = _WORDS.get(name, FOLLOWERS.get(name, name.lower()))
    kernel, stride, dilation = (getattr(layer, field, None) for field in ("kernel", "stride", "dilation"))
    if kernel is not None:
        words += f" {kernel}×{kernel}"
    if stride is not None and stride != 1:
        words += f", stride {stride}"
    if dilation is not None and dilation != 1:
        words += f", dilation {dilation}"
    if getattr(layer, "groups", 1) != 1:
        words += f", {layer.groups} groups"  # type: ignore[attr-defined]
    return words


def folded(drawn: Graph) -> Graph:
    """A drawing with norms and activations folded into the step that they follow: its title gets ' + norm + ReLU6'."""
    uses = Counter(source for source, _ in drawn.edges)
    sources: dict[str, list[str]] = {}
    for source, end in drawn.edges:
        sources.setdefault(end, []).append(source)
    kept: dict[str, GraphNode] = {}
    stands: dict[str, str] = {}  # node -> the node that it is drawn in
    for node in drawn.nodes:
        before = sources.get(node.name, [])
        lone = len(before) == 1 and uses[before[0]] == 1 and stands[before[0]] != INPUT
        if node.kind not in FOLLOWERS or not lone:
            kept[node.name], stands[node.name] = node, node.name
            continue
        name = stands[node.name] = stands[before[0]]
        title = f"{kept[name].title} + {FOLLOWERS[node.kind]}"
        kept[name] = replace(kept[name], title=title, shape=node.shape, cost=kept[name].cost + node.cost)
    edges = [(stands[source], stands[end]) for source, end in drawn.edges]
    outer = tuple((source, end) for source, end in edges if source != end)
    return Graph(drawn.title, tuple(kept.values()), outer, stands[drawn.output])


def _own_rows(block: Block, name: str) -> list[LayerRow]:
    return [row for row in block.rows() if row.path == name or row.path.startswith(f"{name}.")]


def cell_graph(label: str, space: ChainSpace, position: int, shape: TaskShape) -> Graph:
    """The drawing of an operator at a place of a space."""
    return graph(operator(label).at(space.skeleton.sites(shape)[position]))


def layer_table(space: ChainSpace, architecture: Architecture, shape: TaskShape) -> list[LayerRow]:
    """Every layer of a network with its path, shapes and cost."""
    return list(space.block(architecture, shape).rows())


@dataclass(frozen=True)
class Place:
    """Where an operator is looked at: what comes in, how many channels go out, by how much the image shrinks."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    channels: Annotated[int, Field(ge=1, le=4096, description="channels that come in")] = 32
    out: Annotated[int, Field(ge=1, le=4096, description="channels that go out")] = 32
    height: Annotated[int, Field(ge=1, le=1024, description="pixels from top to bottom")] = 16
    width: Annotated[int, Field(ge=1, le=1024, description="pixels from left to right")] = 16
    stride: Annotated[int, Field(ge=1, le=4, description="by how much the image shrinks")] = 1


@dataclass(frozen=True)
class Standing:
    """An operator at a place: its label, its cost, what goes out, every layer, its drawing."""

    label: str
    cost: Cost
    output: str
    layers: tuple[LayerRow, ...]
    graph: Graph


def standing(label: str, place: Place) -> Standing:
    """An operator at a place. Raises UnknownComponent or InvalidArchitecture for its label, Incompatible for the place."""
    block = operator(label).at(Site(FeatureShape(place.channels, place.height, place.width), place.out, place.stride))
    return Standing(label, block.cost, str(block.output), tuple(block.rows()), graph(block))


def declared_label(declaration: object) -> str:
    """The label of what plain data declares. Raises InvalidRecipe, naming the field."""
    return checked(Declaration, declaration).operator.label


def read_place(value: object) -> Place:
    """A place from plain data. Raises InvalidRecipe, naming the field."""
    return checked(Place, value)


def declared_names(recipe_data: Mapping[str, Any]) -> dict[str, str]:
    """Label -> name, of what a recipe that was taken declares: how its pages call those operators."""
    space = recipe_data.get("space")
    declared = space.get("declared", ()) if isinstance(space, dict) else ()
    return {declared_label(one): str(one["name"]) for one in declared}


@dataclass(frozen=True)
class Network:
    """One network of a recipe's space: its document, every layer, and the drawing of each place."""

    key: str
    document: Plain
    cost: Cost
    layers: tuple[LayerRow, ...]
    cells: tuple[Graph, ...]


def network(plan: Recipe, genes: Sequence[str]) -> Network:
    """The network that these labels make on the recipe's skeleton. Raises InvalidArchitecture."""
    held, architecture, shape = _held(plan, genes)
    cells = [cell_graph(label, held, position, shape) for position, label in enumerate(architecture.genes)]
    layers = layer_table(held, architecture, shape)
    cost = held.cost(architecture, shape)
    return Network(architecture.key, document(held, architecture, shape), cost, tuple(layers), tuple(cells))


def untrained(plan: Recipe, genes: Sequence[str], score: float, stage: int) -> dict[str, str]:
    """The files of a network that a stage of the recipe scored and nobody retrained: name -> text. Raises InvalidArchitecture."""
    held, architecture, shape = _held(plan, genes)
    asked = plan.pipeline[stage]
    how = f"given by {asked.estimator.kind} in stage '{asked.name}'" if isinstance(asked, Search) else asked.name
    data = str(getattr(plan.task, "data", plan.task.kind))
    return untrained_files(Found(plan.name, architecture, held, shape, data, score, how))


def _held(plan: Recipe, genes: Sequence[str]) -> tuple[ChainSpace, Architecture, TaskShape]:
    space = plan.space.space()
    sketch = {
        "format": FORMAT,
        "version": VERSION,
        "skeleton": plain(space.root.skeleton),
        "input": plain(plan.task.shape),
    }
    return read_document({**sketch, "genes": list(genes)})


@dataclass(frozen=True)
class Part:
    """A block of a network: its node in the drawing of the whole, its layer group and label (none where it is fixed)."""

    name: str
    group: str
    label: str
    graph: Graph


@dataclass(frozen=True)
class Drawings:
    """What a page draws of a network: one node a block, and every block by itself, in order."""

    whole: Graph
    parts: tuple[Part, ...]


def drawings(plan: Recipe, genes: Sequence[str]) -> Drawings:
    """The drawings of the network that these labels make on the recipe's skeleton. Raises InvalidArchitecture."""
    held, architecture, shape = _held(plan, genes)
    block = held.block(architecture, shape)
    searched = iter(zip(held.skeleton.groups, architecture.genes, strict=True))
    parts = []
    for node in block.nodes:
        if isinstance(node.body, Block):
            group, label = next(searched) if node.name.startswith("block_") else ("", "")
            parts.append(Part(node.name, group, label, graph(node.body)))
    return Drawings(graph(block), tuple(parts))


def refuse_impossible(plan: Recipe) -> None:
    """Raise Infeasible where exact bounds say that no network of the space is within the budget."""
    refused = impossible(plan)
    if refused is not None:
        refused.refuse()


__all__ = [
    "Drawings",
    "Feasibility",
    "Graph",
    "GraphNode",
    "LayerRow",
    "Network",
    "Part",
    "Place",
    "Preview",
    "Standing",
    "cell_graph",
    "declared_label",
    "declared_names",
    "document",
    "drawings",
    "drawn",
    "evaluations",
    "feasibility",
    "folded",
    "graph",
    "layer_table",
    "layer_words",
    "network",
    "preview",
    "read_document",
    "read_place",
    "recipe",
    "refuse_impossible",
    "standing",
    "untrained",
]
