"""Dense convolution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import BatchNorm, Conv, ReLU
from nas_engine.operators.base import Operator, Site


@dataclass(frozen=True)
class Convolution(Operator):
    """ReLU, k x k convolution with the site's stride, batch-norm.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "convolution"
    pattern: ClassVar[str] = r"conv(?P<kernel>1|3|5|7|9|11)"

    kernel: Annotated[int, Field(ge=1, le=11, description="pixels along one side, odd")]

    @property
    def label(self) -> str:
        return f"conv{self.kernel}"

    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.add("relu", ReLU())
        sketch.add("conv", Conv(site.channels, self.kernel, site.stride))
        sketch.add("norm", BatchNorm())
        return sketch.block()
