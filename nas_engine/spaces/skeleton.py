"""Skeleton: what a chain leaves fixed: stem, stages with widths and strides, head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from pydantic import ConfigDict, Field

from nas_engine.budget import Cost
from nas_engine.errors import UnknownComponent
from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import BatchNorm, Conv, Flatten, GlobalAvgPool, Linear, ReLU6
from nas_engine.operators import Operator, Site, operator
from nas_engine.shapes import FeatureShape, TaskShape
from nas_engine.wire import digest, plain

Width = Annotated[int, Field(ge=1, le=4096, description="channels")]


@dataclass(frozen=True)
class Stage:
    """Blocks of one width; the first of them carries the stride."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    width: Width
    blocks: Annotated[int, Field(ge=1, le=64, description="searchable blocks")]
    stride: Annotated[int, Field(ge=1, le=4, description="by how much the first block shrinks the image")] = 1


@dataclass(frozen=True)
class FirstBlock:
    """A block between stem and stages that is not searched."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    operator: Annotated[str, Field(description="operator label")]
    width: Width


@dataclass(frozen=True)
class Skeleton:
    """Stem (3x3 convolution), perhaps a fixed block, stages of searchable blocks, perhaps a 1x1 head, classifier."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    stages: Annotated[
        tuple[Stage, ...], Field(min_length=1, max_length=32, description="from the image to the classifier")
    ]
    stem: Width = 16
    stem_stride: Annotated[int, Field(ge=1, le=4, description="stride of the stem")] = 1
    first: FirstBlock | None = None
    head: Annotated[int, Field(ge=0, le=8192, description="width of the 1x1 head; 0 leaves it out")] = 0

    @property
    def digest(self) -> str:
        return digest(plain(self))

    @property
    def groups(self) -> tuple[str, ...]:
        """The layer group of each searchable block: a stage's first block is one, its other blocks share another."""
        return tuple(
            f"stage {number} {'first' if block == 0 else 'rest'}"
            for number, stage in enumerate(self.stages, start=1)
            for block in range(stage.blocks)
        )

    @property
    def modules(self) -> tuple[tuple[str, ...], ...]:
        """For each place, the modules of a network in which its operator stands: one."""
        return tuple((f"block_{place}",) for place in range(len(self.groups)))

    def stem_block(self, shape: TaskShape) -> Block:
        sketch = Sketch("stem", shape.input)
        sketch.add("conv", Conv(self.stem, 3, self.stem_stride))
        sketch.add("norm", BatchNorm())
        sketch.add("act", ReLU6())
        if self.first is not None:
            site = Site(shape.input.strided(self.stem_stride, self.stem), self.first.width)
            sketch.add("first", operator(self.first.operator).at(site))
        return sketch.block()

    def sites(self, shape: TaskShape) -> tuple[Site, ...]:
        """The site of each searchable block."""
        return _sites(self, shape)

    def stands(self, shape: TaskShape, position: int) -> tuple[Site, ...]:
        """Everywhere that the operator of one place stands: there only."""
        return self.sites(shape)[position : position + 1]

    def fixed_cost(self, shape: TaskShape) -> Cost:
        """What stem and head cost."""
        return self.stem_block(shape).cost + self.head_block(shape).cost

    def network(self, title: str, shape: TaskShape, operators: Sequence[Operator]) -> Block:
        """The whole network with these operators at its places."""
        sketch = Sketch(title, shape.input)
        sketch.add("stem", self.stem_block(shape))
        for position, (chosen, site) in enumerate(zip(operators, self.sites(shape), strict=True)):
            sketch.add(f"block_{position}", chosen.at(site))
        sketch.add("head", self.head_block(shape))
        return sketch.block()

    def head_block(self, shape: TaskShape) -> Block:
        sketch = Sketch("head", self.sites(shape)[-1].output)
        if self.head:
            sketch.chain(sketch.last, ("conv", Conv(self.head)), ("norm", BatchNorm()), ("act", ReLU6()))
        sketch.add("pool", GlobalAvgPool())
        sketch.add("flatten", Flatten())
        sketch.add("classifier", Linear(shape.classes))
        return sketch.block()


@lru_cache(maxsize=64)
def _sites(skeleton: Skeleton, shape: TaskShape) -> tuple[Site, ...]:
    features: FeatureShape = skeleton.stem_block(shape).output
    sites = []
    for stage in skeleton.stages:
        for block in range(stage.blocks):
            site = Site(features, stage.width, stage.stride if block == 0 else 1)
            sites.append(site)
            features = site.output
    return tuple(sites)


def _stages(*rows: tuple[int, int, int]) -> tuple[Stage, ...]:
    return tuple(Stage(*row) for row in rows)


SKELETONS: dict[str, Skeleton] = {
    # Zhou 2021's released network (the same as ProxylessNAS's default): 224 x 224 images, 21 searchable blocks
    "mobile": Skeleton(
        _stages((24, 4, 2), (40, 4, 2), (80, 4, 2), (96, 4, 1), (192, 4, 2), (320, 1, 1)),
        stem=32,
        stem_stride=2,
        first=FirstBlock("mb3_e1", 16),
        head=1280,
    ),
    "small": Skeleton(_stages((16, 2, 1), (24, 2, 2), (32, 2, 2)), stem=16, head=128),  # 28 x 28 and 32 x 32 images
    "digits": Skeleton(_stages((8, 2, 2), (12, 2, 1), (16, 1, 2)), stem=8, head=32),  # 8 x 8 images
    "tiny": Skeleton(_stages((8, 1, 2), (12, 2, 1)), stem=6),  # 8 x 8 images, for tests
}


def skeleton_named(name: str) -> Skeleton:
    """A built-in skeleton. Raises UnknownComponent."""
    if name not in SKELETONS:
        raise UnknownComponent("skeleton", name, tuple(SKELETONS))
    return SKELETONS[name]
