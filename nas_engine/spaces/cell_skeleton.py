"""CellSkeleton: what a repeated cell leaves fixed, as in NAS-Bench-201 (Dong 2020, https://arxiv.org/abs/2001.00326)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Annotated

from pydantic import ConfigDict, Field

from nas_engine.budget import Cost
from nas_engine.graph.block import INPUT, Block, Sketch
from nas_engine.graph.layers import AvgPool, BatchNorm, Conv, Flatten, GlobalAvgPool, Linear, PrefixAdd, ReLU
from nas_engine.operators import Operator, Site
from nas_engine.shapes import FeatureShape, TaskShape
from nas_engine.wire import digest, plain

EDGES = ((1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2))  # (to, from), in the order of the benchmark's strings


@dataclass(frozen=True)
class CellSkeleton:
    """One cell of four nodes, the same everywhere: stem, stages of it, a residual block that halves the image between two.

    A place is an edge of the cell; a node is the sum of its edges, node 0 the cell's input and node 3 its output.
    Each stage is twice as wide as the one before.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    cells: Annotated[int, Field(ge=1, le=32, description="cells a stage")] = 5
    width: Annotated[int, Field(ge=1, le=512, description="channels of the stem and of the first stage")] = 16
    stages: Annotated[int, Field(ge=1, le=5, description="stages, each twice as wide as the one before")] = 3

    @property
    def digest(self) -> str:
        return digest(plain(self))

    @property
    def groups(self) -> tuple[str, ...]:
        """A name for each edge: 'edge 2<-0' leads from node 0 to node 2."""
        return tuple(f"edge {end}<-{start}" for end, start in EDGES)

    def sites(self, shape: TaskShape) -> tuple[Site, ...]:
        """The site of each edge in a cell of the first stage."""
        return (inside(self._stage_input(shape, 0)),) * len(EDGES)

    def stands(self, shape: TaskShape, position: int) -> tuple[Site, ...]:
        """Everywhere that the operator of one edge stands: in every cell."""
        return tuple(inside(self._stage_input(shape, stage)) for stage in range(self.stages) for _ in range(self.cells))

    def fixed_cost(self, shape: TaskShape) -> Cost:
        """What is not cells."""
        last = self._stage_input(shape, self.stages - 1)
        between = [_reduction(self._stage_input(shape, stage)).cost for stage in range(self.stages - 1)]
        return sum(between, self._stem(shape).cost + _head(last, shape.classes).cost)

    def network(self, title: str, shape: TaskShape, operators: Sequence[Operator]) -> Block:
        """The whole network with these operators on the cell's edges."""
        sketch, cells = Sketch(title, shape.input), {}
        for name, part in self.parts(shape):
            if isinstance(part, FeatureShape) and part not in cells:
                cells[part] = _cell(part, operators)
            sketch.add(name, cells[part] if isinstance(part, FeatureShape) else part)
        return sketch.block()

    def parts(self, shape: TaskShape) -> Iterator[tuple[str, Block | FeatureShape]]:
        """The network's parts in order, by name: a block, or for a cell what comes into it."""
        number = count()
        yield "stem", self._stem(shape)
        for stage in range(self.stages):
            features = self._stage_input(shape, stage)
            for _ in range(self.cells):
                yield f"cell_{next(number)}", features
            if stage + 1 < self.stages:
                yield f"reduction_{stage}", _reduction(features)
        yield "head", _head(features, shape.classes)

    @property
    def modules(self) -> tuple[tuple[str, ...], ...]:
        """For each edge, the modules of a network in which its operator stands: one in every cell."""
        cells = range(self.stages * self.cells)
        return tuple(tuple(f"cell_{cell}.{edge_name(*edge)}" for cell in cells) for edge in EDGES)

    def _stem(self, shape: TaskShape) -> Block:
        sketch = Sketch("stem", shape.input)
        sketch.add("conv", Conv(self.width, 3))
        sketch.add("norm", BatchNorm())
        return sketch.block()

    def _stage_input(self, shape: TaskShape, stage: int) -> FeatureShape:
        features = FeatureShape(self.width, shape.height, shape.width)
        for _ in range(stage):
            features = features.strided(2, 2 * features.channels)
        return features


def edge_name(end: int, start: int) -> str:
    """What the module on an edge is called."""
    return f"edge_{end}{start}"


def inside(features: FeatureShape) -> Site:
    """The site of every edge of a cell."""
    return Site(features, features.channels)


def _cell(features: FeatureShape, operators: Sequence[Operator]) -> Block:
    """Four nodes; each edge's operator sees the node that it leaves."""
    sketch, values = Sketch("cell", features), {0: INPUT}
    for (end, start), operator in zip(EDGES, operators, strict=True):
        edge = sketch.add(edge_name(end, start), operator.at(inside(features)), values[start])
        values[end] = edge if end not in values else sketch.add(f"node_{end}{start}", PrefixAdd(), values[end], edge)
    return sketch.block()


def _reduction(features: FeatureShape) -> Block:
    """He 2016's residual block at twice the width, its shortcut a 2 x 2 average and a 1 x 1 convolution."""
    width, sketch = 2 * features.channels, Sketch("reduction", features)
    deep = sketch.chain(
        INPUT,
        ("relu_a", ReLU()),
        ("conv_a", Conv(width, 3, 2)),
        ("norm_a", BatchNorm()),
        ("relu_b", ReLU()),
        ("conv_b", Conv(width, 3)),
        ("norm_b", BatchNorm()),
    )
    shallow = sketch.chain(INPUT, ("average", AvgPool(2, 2)), ("project", Conv(width)))
    sketch.add("add", PrefixAdd(), shallow, deep)
    return sketch.block()


def _head(features: FeatureShape, classes: int) -> Block:
    sketch = Sketch("head", features)
    sketch.chain(
        INPUT,
        ("norm", BatchNorm()),
        ("act", ReLU()),
        ("pool", GlobalAvgPool()),
        ("flatten", Flatten()),
        ("classifier", Linear(classes)),
    )
    return sketch.block()
