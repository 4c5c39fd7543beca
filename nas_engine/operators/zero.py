"""None: passes nothing on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nas_engine.graph.block import Block, Sketch
from nas_engine.graph.layers import Zeros
from nas_engine.operators.base import Operator, Site


@dataclass(frozen=True)
class Zero(Operator):
    """Zeros in the right shape (Liu 2019's `none`). In a chain it would cut the network, so chains refuse it.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "none"
    pattern: ClassVar[str] = "none"

    @property
    def label(self) -> str:
        return "none"

    def block(self, site: Site) -> Block:
        sketch = Sketch(self.label, site.input)
        sketch.add("zeros", Zeros(site.channels, site.stride))
        return sketch.block()
