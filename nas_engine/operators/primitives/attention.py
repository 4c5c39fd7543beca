"""Attention over channels as a step of a declared operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import Conv, GlobalAvgPool, ReLU, Scale, Sigmoid
from nas_engine.operators.primitives.base import Fit, Primitive


@dataclass(frozen=True, kw_only=True)
class AttentionStep(Primitive):
    """Squeeze-excite: channels are rescaled by what the whole image shows (Hu 2018).

    **Shapes**: (B, C, H, W) -> the same.
    """

    kind: ClassVar[str] = "attention"
    pattern: ClassVar[str] = r"se(?P<reduction>[2-9]|[12][0-9]|3[0-2])"

    reduction: Annotated[int, Field(ge=2, le=32, description="by how much its inner width is smaller")] = 4

    @property
    def word(self) -> str:
        return f"se{self.reduction}"

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        gate = sketch.chain(
            inputs[0],
            (f"{name}_squeeze", GlobalAvgPool()),
            (f"{name}_reduce", Conv(max(1, fit.after // self.reduction), bias=True)),
            (f"{name}_reduce_act", ReLU()),
            (f"{name}_excite", Conv(fit.after, bias=True)),
            (f"{name}_gate", Sigmoid()),
        )
        return sketch.add(name, Scale(), inputs[0], gate)
