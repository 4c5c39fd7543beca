"""Separable convolutions: depthwise, then pointwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import BatchNorm, Conv, Depthwise, ReLU
from nas_engine.operators.base import Operator, Site

Kernel = Annotated[int, Field(ge=3, le=11, description="pixels along one side, odd")]


@dataclass(frozen=True)
class SeparableConvolution(Operator):
    """Twice ReLU, depthwise k x k, 1x1, batch-norm; the first time with the stride (Liu 2019).

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "separable_convolution"
    pattern: ClassVar[str] = r"sep(?P<kernel>3|5|7|9|11)"

    kernel: Kernel

    @property
    def label(self) -> str:
        return f"sep{self.kernel}"

    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        for turn, (stride, channels) in enumerate(((site.stride, site.input.channels), (1, site.channels)), start=1):
            sketch.add(f"relu{turn}", ReLU())
            sketch.add(f"depthwise{turn}", Depthwise(self.kernel, stride))
            sketch.add(f"pointwise{turn}", Conv(channels))
            sketch.add(f"norm{turn}", BatchNorm())
        return sketch.block()


@dataclass(frozen=True)
class DilatedConvolution(Operator):
    """ReLU, depthwise k x k with dilation 2, 1x1, batch-norm, once (Liu 2019).

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "dilated_convolution"
    pattern: ClassVar[str] = r"dil(?P<kernel>3|5|7|9|11)"

    kernel: Kernel

    @property
    def label(self) -> str:
        return f"dil{self.kernel}"

    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.add("relu", ReLU())
        sketch.add("depthwise", Depthwise(self.kernel, site.stride, dilation=2))
        sketch.add("pointwise", Conv(site.channels))
        sketch.add("norm", BatchNorm())
        return sketch.block()
