"""Primitives: the steps that a declared operator is made of."""

from nas_engine.operators.primitives.activation import ActivationStep
from nas_engine.operators.primitives.attention import AttentionStep
from nas_engine.operators.primitives.base import INPUT_WIDTH, Primitive, Widths, channels
from nas_engine.operators.primitives.convolutions import DenseStep, DepthwiseStep, PointwiseStep
from nas_engine.operators.primitives.joins import AddStep, ConcatStep, Join, MultiplyStep
from nas_engine.operators.primitives.norm import NormStep
from nas_engine.operators.primitives.pools import PoolStep
from nas_engine.operators.primitives.skip import SkipStep

PRIMITIVES: dict[str, type[Primitive]] = {
    kind.kind: kind
    for kind in (
        DenseStep,
        DepthwiseStep,
        PointwiseStep,
        NormStep,
        ActivationStep,
        PoolStep,
        AttentionStep,
        SkipStep,
        AddStep,
        MultiplyStep,
        ConcatStep,
    )
}

__all__ = [
    "INPUT_WIDTH",
    "PRIMITIVES",
    "ActivationStep",
    "AddStep",
    "AttentionStep",
    "ConcatStep",
    "DenseStep",
    "DepthwiseStep",
    "Join",
    "MultiplyStep",
    "NormStep",
    "PointwiseStep",
    "PoolStep",
    "Primitive",
    "SkipStep",
    "Widths",
    "channels",
]
