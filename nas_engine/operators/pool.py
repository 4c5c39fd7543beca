"""Pooling operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import AvgPool, MaxPool
from nas_engine.operators.align import align
from nas_engine.operators.base import Operator, Site

Kernel = Annotated[int, Field(ge=3, le=11, description="pixels along one side, odd")]


@dataclass(frozen=True)
class MaximumPool(Operator):
    """k x k maximum with the site's stride; then a 1x1 where the width changes.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "max_pool"
    pattern: ClassVar[str] = r"max(?P<kernel>3|5|7|9|11)"

    kernel: Kernel

    @property
    def label(self) -> str:
        return f"max{self.kernel}"

    def block(self, site: Site) -> Block:
        return _pooled(self.label, MaxPool(self.kernel, site.stride), site)


@dataclass(frozen=True)
class AveragePool(Operator):
    """k x k average (padding left out of its count) with the site's stride; then a 1x1 where the width changes.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "avg_pool"
    pattern: ClassVar[str] = r"avg(?P<kernel>3|5|7|9|11)"

    kernel: Kernel

    @property
    def label(self) -> str:
        return f"avg{self.kernel}"

    def block(self, site: Site) -> Block:
        return _pooled(self.label, AvgPool(self.kernel, site.stride), site)


def _pooled(label: str, pool: MaxPool | AvgPool, site: Site) -> Block:
    sketch = Sketch(label, site.input)
    sketch.add("pool", pool)
    align(sketch, site)
    return sketch.block()
