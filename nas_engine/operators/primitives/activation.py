"""Activations as steps of a declared operator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import GELU, HardSwish, Layer, ReLU, ReLU6, Sigmoid, SiLU
from nas_engine.operators.primitives.base import Fit, Primitive

FUNCTIONS: dict[str, type[Layer]] = {
    "relu": ReLU,
    "relu6": ReLU6,
    "silu": SiLU,
    "hard_swish": HardSwish,
    "gelu": GELU,
    "sigmoid": Sigmoid,
}


@dataclass(frozen=True, kw_only=True)
class ActivationStep(Primitive):
    """A function of each number by itself.

    **Shapes**: (B, C, H, W) -> the same.
    """

    kind: ClassVar[str] = "activation"
    pattern: ClassVar[str] = rf"(?P<function>{'|'.join(FUNCTIONS)})"

    function: Annotated[
        Literal["relu", "relu6", "silu", "hard_swish", "gelu", "sigmoid"], Field(description="which function")
    ] = "relu"

    @property
    def word(self) -> str:
        return self.function

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str:
        return sketch.add(name, FUNCTIONS[self.function](), *inputs)
