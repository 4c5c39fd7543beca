"""Skip: passes its input on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nas_engine.graph.block import Block, Sketch
from nas_engine.operators.align import align
from nas_engine.operators.base import Operator, Site
from nas_engine.operators.factorized_reduction import FactorizedReduction


@dataclass(frozen=True)
class Identity(Operator):
    """The input itself; a factorised reduction where there is a stride, a 1x1 where only the width changes (Liu 2019).

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "identity"
    pattern: ClassVar[str] = "skip"

    @property
    def label(self) -> str:
        return "skip"

    def accepts(self, site: Site) -> bool:
        return site.stride == 1 or FactorizedReduction().accepts(site)

    def block(self, site: Site) -> Block:
        if site.stride != 1:
            return FactorizedReduction().at(site)
        sketch = Sketch(self.label, site.input)
        align(sketch, site)
        return sketch.block()
