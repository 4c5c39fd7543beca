"""Pooling as steps of a declared operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import AvgPool, MaxPool
from nas_engine.operators.primitives.base import Fit, Primitive, Stride, WideKernel


@dataclass(frozen=True, kw_only=True)
class PoolStep(Primitive):
    """The largest or the mean of k x k pixels.

    **Shapes**: (B, C, H, W) -> (B, C, ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "pool"
    pattern: ClassVar[str] = r"(?P<function>max|avg)(?P<kernel>3|5|7|9|11)(:(?P<stride>s))?"

    function: Annotated[Literal["max", "avg"], Field(description="the largest, or the mean without padding")] = "max"
    kernel: WideKernel = 3
    stride: Stride = False

    @property
    def word(self) -> str:
        return f"{self.function}{self.kernel}" + (":s" if self.stride else "")

    @property
    def strides(self) -> bool:
        return self.stride

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        layer = MaxPool if self.function == "max" else AvgPool
        return sketch.add(name, layer(self.kernel, fit.site.stride if self.stride else 1), *inputs)
