"""Inverted residual: expand, filter each channel, project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from nas_engine.graph.block import INPUT, Block, Sketch
from nas_engine.graph.layers import BatchNorm, Conv, Depthwise, GlobalAvgPool, PrefixAdd, ReLU, ReLU6, Scale, Sigmoid
from nas_engine.operators.base import Operator, Site


@dataclass(frozen=True)
class InvertedResidual(Operator):
    """1x1 expansion, depthwise k x k, squeeze-excite if asked, linear 1x1 projection; shortcut where shape is kept.

    Sandler 2018 (MobileNetV2), https://arxiv.org/abs/1801.04381; squeeze-excite Hu 2018, a quarter of the input's
    width. With expansion 1 there is no expansion layer.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)).
    """

    kind: ClassVar[str] = "inverted_residual"
    pattern: ClassVar[str] = r"mb(?P<kernel>3|5|7|9|11)_e(?P<expansion>1[0-2]|[1-9])(?P<squeeze_excite>_se)?"

    kernel: Annotated[int, Field(ge=3, le=11, description="pixels along one side, odd")]
    expansion: Annotated[int, Field(ge=1, le=12, description="inner width as a multiple of the input's")]
    squeeze_excite: Annotated[bool, Field(description="rescale channels by what the whole image shows")] = False

    @classmethod
    def from_fields(cls, fields: dict[str, str | None]) -> InvertedResidual:
        return cls(int(str(fields["kernel"])), int(str(fields["expansion"])), fields["squeeze_excite"] is not None)

    @property
    def label(self) -> str:
        return f"mb{self.kernel}_e{self.expansion}" + ("_se" if self.squeeze_excite else "")

    def block(self, site: Site) -> Block:
        sketch = Sketch(f"inverted residual {self.label}", site.input)
        if self.expansion != 1:
            width = site.input.channels * self.expansion
            sketch.chain(INPUT, ("expand", Conv(width)), ("expand_norm", BatchNorm()), ("expand_act", ReLU6()))
        sketch.add("depthwise", Depthwise(self.kernel, site.stride))
        sketch.add("depthwise_norm", BatchNorm())
        filtered = sketch.add("depthwise_act", ReLU6())
        if self.squeeze_excite:
            squeezed, inner = max(1, site.input.channels // 4), site.input.channels * self.expansion
            gate = sketch.chain(
                filtered,
                ("squeeze", GlobalAvgPool()),
                ("reduce", Conv(squeezed, bias=True)),
                ("reduce_act", ReLU()),
                ("excite", Conv(inner, bias=True)),
                ("gate", Sigmoid()),
            )
            filtered = sketch.add("scale", Scale(), filtered, gate)
        out = sketch.chain(filtered, ("project", Conv(site.channels)), ("project_norm", BatchNorm()))
        if site.keeps_shape:
            sketch.add("shortcut", PrefixAdd(), INPUT, out)
        return sketch.block()
