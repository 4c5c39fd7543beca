"""The operator's input, passed by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nas_engine.graph.block import INPUT, Sketch
from nas_engine.graph.layers import BatchNorm, Conv
from nas_engine.operators.primitives.base import Fit, Primitive, Widths


@dataclass(frozen=True, kw_only=True)
class SkipStep(Primitive):
    """The operator's input, in the shape that the place asks for: the input itself where the shape is kept.

    Elsewhere a linear 1x1 convolution with the stride and batch-norm (He 2016), or nothing, where an `add` can do without it.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "skip"
    pattern: ClassVar[str] = r"skip(?P<otherwise>\?)?"
    least: ClassVar[int] = 0
    most: ClassVar[int] = 0

    otherwise: Annotated[
        Literal["project", "leave_out"], Field(description="what it is where the shape is not kept")
    ] = "project"

    @classmethod
    def from_fields(cls, fields: dict[str, str | None]) -> SkipStep:
        return cls(otherwise="leave_out" if fields["otherwise"] else "project")

    @property
    def word(self) -> str:
        return "skip?" if self.otherwise == "leave_out" else "skip"

    @property
    def strides(self) -> bool:
        return True

    @property
    def starts(self) -> bool:
        return True

    def widths(self, inputs: Sequence[Widths]) -> Widths:
        return ("out",)

    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str | None:
        if fit.site.keeps_shape:
            return INPUT
        if self.otherwise == "leave_out":
            return None
        projected = sketch.add(name, Conv(fit.after, 1, fit.site.stride), INPUT)
        return sketch.add(f"{name}_norm", BatchNorm(), projected)
