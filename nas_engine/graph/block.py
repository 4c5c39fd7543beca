"""Block: a small directed graph of layers and of other blocks. One description, from which everything else is drawn.

From it come shapes, params and MAdds (here, without torch), the torch module (`graph.module`), the exported source, the
layer table and the picture of the cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from nas_engine.budget import Cost
from nas_engine.errors import Incompatible
from nas_engine.graph.layers import Layer
from nas_engine.shapes import FeatureShape

INPUT = "x"


@dataclass(frozen=True)
class Node:
    """A named step: what it applies, and to whose outputs. The name is a Python identifier, unique in its block."""

    name: str
    body: Layer | Block
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class LayerRow:
    """One line of a layer table."""

    path: str
    layer: str
    inputs: tuple[FeatureShape, ...]
    output: FeatureShape
    cost: Cost


@dataclass(frozen=True)
class Block:
    """A graph with one input, `x`, and one output. Nodes are in an order in which they can be computed."""

    title: str
    input: FeatureShape
    nodes: tuple[Node, ...]
    result: str = INPUT

    @cached_property
    def shapes(self) -> dict[str, FeatureShape]:
        """The shape that each node gives, by name; `x` is the input's."""
        shapes = {INPUT: self.input}
        for node in self.nodes:
            unknown = [name for name in node.inputs if name not in shapes]
            if unknown:
                raise Incompatible(
                    f"{self.title}: {node.name} follows {', '.join(unknown)}, which no step before it gives"
                )
            shapes[node.name] = self._output(node, [shapes[name] for name in node.inputs])
        return shapes

    def _output(self, node: Node, inputs: list[FeatureShape]) -> FeatureShape:
        if isinstance(node.body, Block):
            if inputs != [node.body.input]:
                gets = ", ".join(map(str, inputs))
                raise Incompatible(f"{self.title}: {node.name} is made for {node.body.input}, gets {gets}")
            return node.body.output
        try:
            return node.body.output(*inputs)
        except Incompatible as error:
            raise Incompatible(f"{self.title}: {node.name}: {error}") from error

    @property
    def output(self) -> FeatureShape:
        return self.shapes[self.result]

    @cached_property
    def cost(self) -> Cost:
        return sum((row.cost for row in self.rows()), Cost())

    def inputs_of(self, node: Node) -> tuple[FeatureShape, ...]:
        return tuple(self.shapes[name] for name in node.inputs)

    def rows(self, prefix: str = "") -> Iterator[LayerRow]:
        """The layer table: every primitive, in order, with its path, shapes and cost."""
        for node in self.nodes:
            path = f"{prefix}{node.name}"
            if isinstance(node.body, Block):
                yield from node.body.rows(f"{path}.")
                continue
            inputs = self.inputs_of(node)
            cost = Cost(node.body.params(*inputs), node.body.madds(*inputs))
            yield LayerRow(path, type(node.body).__name__, inputs, self.shapes[node.name], cost)


class Sketch:
    """Draws a block: `add` a layer to what came before, get its name, go on."""

    def __init__(self, title: str, input_shape: FeatureShape) -> None:
        self._title, self._input = title, input_shape
        self._nodes: list[Node] = []

    def add(self, name: str, body: Layer | Block, *inputs: str) -> str:
        """Add a step; without `inputs` it follows the step before. Returns its name."""
        if name == INPUT or any(node.name == name for node in self._nodes):
            raise Incompatible(f"{self._title}: two steps are named {name}")
        self._nodes.append(Node(name, body, inputs or (self.last,)))
        return name

    def chain(self, start: str, *steps: tuple[str, Layer | Block]) -> str:
        """Add steps one after another, beginning at `start`; returns the last one's name."""
        for name, body in steps:
            start = self.add(name, body, start)
        return start

    @property
    def last(self) -> str:
        return self._nodes[-1].name if self._nodes else INPUT

    def block(self, result: str | None = None) -> Block:
        return Block(self._title, self._input, tuple(self._nodes), self.last if result is None else result)
