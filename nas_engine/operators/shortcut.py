"""Shortcut: passes its input on, projected where the shape changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import BatchNorm, Conv
from nas_engine.operators.base import Operator, Site


@dataclass(frozen=True)
class Shortcut(Operator):
    """The input itself; a linear 1x1 convolution with the site's stride, and batch-norm, where the shape changes (He 2016).

    Unlike `skip` it has no activation, and one strided convolution rather than two that are shifted. It is the
    identity of NAS-Bench-Macro (Su 2021).

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "shortcut"
    pattern: ClassVar[str] = "shortcut"

    @property
    def label(self) -> str:
        return "shortcut"

    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        if not site.keeps_shape:
            sketch.add("project", Conv(site.channels, 1, site.stride))
            sketch.add("norm", BatchNorm())
        return sketch.block()
