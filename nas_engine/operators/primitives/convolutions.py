"""Convolutions as steps of a declared operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import Conv, Depthwise
from nas_engine.operators.primitives.base import (
    WIDTH,
    Dilation,
    Fit,
    Kernel,
    Primitive,
    Stride,
    WideKernel,
    Width,
    Widths,
)

Groups = Annotated[
    Literal[1, 2, 4, 8, 16],
    Field(description="groups of channels that do not see each other; as many of them as divide both widths"),
]
STRIDE = r"(:(?P<stride>s))?"


@dataclass(frozen=True, kw_only=True)
class DenseStep(Primitive):
    """A k x k convolution, without bias.

    **Shapes**: (B, C, H, W) -> (B, width, ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "conv"
    pattern: ClassVar[str] = (
        rf"conv(?P<kernel>1|3|5|7|9|11):(?P<width>{WIDTH})(:g(?P<groups>2|4|8|16))?(:d(?P<dilation>2|3|4))?{STRIDE}"
    )

    width: Width
    kernel: Kernel = 3
    groups: Groups = 1
    dilation: Dilation = 1
    stride: Stride = False

    @property
    def word(self) -> str:
        groups = f":g{self.groups}" if self.groups != 1 else ""
        dilation = f":d{self.dilation}" if self.dilation != 1 and self.kernel != 1 else ""
        return f"conv{self.kernel}:{self.width}{groups}{dilation}" + (":s" if self.stride else "")

    @property
    def strides(self) -> bool:
        return self.stride

    def widths(self, inputs: Sequence[Widths]) -> Widths:
        return (self.width,)

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        groups = gcd(self.groups, fit.before, fit.after)
        stride = fit.site.stride if self.stride else 1
        return sketch.add(name, Conv(fit.after, self.kernel, stride, self.dilation, groups=groups), *inputs)


@dataclass(frozen=True, kw_only=True)
class PointwiseStep(Primitive):
    """A 1x1 convolution, without bias: `conv` with kernel 1, and written so.

    **Shapes**: (B, C, H, W) -> (B, width, H', W').
    """

    kind: ClassVar[str] = "pointwise"
    pattern: ClassVar[str] = r"(?!)"  # its word is read as a `conv`

    width: Width
    groups: Groups = 1
    stride: Stride = False

    @property
    def word(self) -> str:
        return DenseStep(width=self.width, kernel=1, groups=self.groups, stride=self.stride).word

    @property
    def strides(self) -> bool:
        return self.stride

    def widths(self, inputs: Sequence[Widths]) -> Widths:
        return (self.width,)

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        dense = DenseStep(width=self.width, kernel=1, groups=self.groups, stride=self.stride)
        return dense.draw(sketch, name, inputs, fit)


@dataclass(frozen=True, kw_only=True)
class DepthwiseStep(Primitive):
    """A k x k convolution of each channel by itself.

    **Shapes**: (B, C, H, W) -> (B, C, ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "depthwise"
    pattern: ClassVar[str] = rf"dw(?P<kernel>3|5|7|9|11)(:d(?P<dilation>2|3|4))?{STRIDE}"

    kernel: WideKernel = 3
    dilation: Dilation = 1
    stride: Stride = False

    @property
    def word(self) -> str:
        dilation = f":d{self.dilation}" if self.dilation != 1 else ""
        return f"dw{self.kernel}{dilation}" + (":s" if self.stride else "")

    @property
    def strides(self) -> bool:
        return self.stride

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        layer = Depthwise(self.kernel, fit.site.stride if self.stride else 1, self.dilation)
        return sketch.add(name, layer, *inputs)
