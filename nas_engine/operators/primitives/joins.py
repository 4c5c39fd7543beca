"""Joins: steps of a declared operator that take several."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import Concat, Layer, Multiply, PrefixAdd
from nas_engine.operators.primitives.base import Fit, Primitive, Widths


@dataclass(frozen=True, kw_only=True)
class Join(Primitive, ABC):
    """Takes two to eight steps of one size. `ordered`: whether it matters which comes first."""

    least: ClassVar[int] = 2
    most: ClassVar[int] = 8
    ordered: ClassVar[bool] = False
    layer: ClassVar[type[Layer]]

    @property
    def word(self) -> str:
        return self.pattern

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        """Two at a time."""
        joined = inputs[0]
        for number, other in enumerate(inputs[1:], start=1):
            joined = sketch.add(name if number == 1 else f"{name}_{number}", self.layer(), joined, other)
        return joined


@dataclass(frozen=True, kw_only=True)
class AddStep(Join):
    """The sum of steps of one width.

    **Shapes**: several (B, C, H, W) -> the same.
    """

    kind: ClassVar[str] = "add"
    pattern: ClassVar[str] = "add"
    layer: ClassVar[type[Layer]] = PrefixAdd


@dataclass(frozen=True, kw_only=True)
class MultiplyStep(Join):
    """The product of steps of one width, number by number.

    **Shapes**: several (B, C, H, W) -> the same.
    """

    kind: ClassVar[str] = "multiply"
    pattern: ClassVar[str] = "mul"
    layer: ClassVar[type[Layer]] = Multiply


@dataclass(frozen=True, kw_only=True)
class ConcatStep(Join):
    """Channels of several steps, one after another.

    **Shapes**: (B, C1, H, W), (B, C2, H, W), ... -> (B, C1 + C2 + ..., H, W).
    """

    kind: ClassVar[str] = "concat"
    pattern: ClassVar[str] = "cat"
    ordered: ClassVar[bool] = True
    layer: ClassVar[type[Layer]] = Concat

    def widths(self, inputs: Sequence[Widths]) -> Widths:
        return tuple(width for one in inputs for width in one)

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        return sketch.add(name, Concat(), *inputs)
