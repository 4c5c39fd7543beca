"""Brings an operator that keeps its width to the width that the site asks for."""

from __future__ import annotations

from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import BatchNorm, Conv, ReLU
from nas_engine.operators.base import Site


def align(sketch: Sketch, site: Site, width: int | None = None) -> str:
    """Add ReLU, 1x1 convolution and batch-norm if the width differs (Liu 2019 brings a cell's inputs to width so).

    `width`: of what came last, the site's input's unless given.
    """
    if site.channels == (site.input.channels if width is None else width):
        return sketch.last
    return sketch.chain(
        sketch.last, ("align_relu", ReLU()), ("align", Conv(site.channels)), ("align_norm", BatchNorm())
    )
