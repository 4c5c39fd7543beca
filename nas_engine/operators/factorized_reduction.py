"""Factorised reduction: halves the image without losing every second pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import BatchNorm, Concat, Conv, ReLU, ShiftOnePixel
from nas_engine.operators.base import Operator, Site


@dataclass(frozen=True)
class FactorizedReduction(Operator):
    """ReLU, two strided 1x1 convolutions side by side, the second on the image shifted by a pixel, concat, batch-norm.

    Liu 2019 (DARTS), https://arxiv.org/abs/1806.09055. With an odd width the second path takes the extra channel.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)), s > 1, C' > 1.
    """

    kind: ClassVar[str] = "factorized_reduction"
    pattern: ClassVar[str] = "reduce"

    @property
    def label(self) -> str:
        return "reduce"

    def accepts(self, site: Site) -> bool:
        return site.stride > 1 and site.channels > 1

    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        start = sketch.add("relu", ReLU())
        half = site.channels // 2
        even = sketch.add("even", Conv(half, stride=site.stride), start)
        shifted = sketch.add("shift", ShiftOnePixel(), start)
        odd = sketch.add("odd", Conv(site.channels - half, stride=site.stride), shifted)
        sketch.add("concat", Concat(), even, odd)
        sketch.add("norm", BatchNorm())
        return sketch.block()
