"""Normalisation as a step of a declared operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import BatchNorm
from nas_engine.operators.primitives.base import Fit, Primitive


@dataclass(frozen=True, kw_only=True)
class NormStep(Primitive):
    """Batch-norm.

    **Shapes**: (B, C, H, W) -> the same.
    """

    kind: ClassVar[str] = "norm"
    pattern: ClassVar[str] = "norm"

    @property
    def word(self) -> str:
        return "norm"

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        return sketch.add(name, BatchNorm(), *inputs)
