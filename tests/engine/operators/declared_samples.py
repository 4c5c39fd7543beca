"""Declarations for tests, as people write them."""

from __future__ import annotations

from typing import Any

Step = dict[str, Any]
NORM: Step = {"kind": "norm"}
RELU: Step = {"kind": "activation"}

GHOST: list[Step] = [  # Han 2020: half of the channels, and cheap copies of them
    {"kind": "pointwise", "width": "out/2", "stride": True},
    NORM,
    {**RELU, "name": "real"},
    {"kind": "depthwise", "kernel": 3},
    NORM,
    {**RELU, "name": "ghost"},
    {"kind": "concat", "inputs": ["real", "ghost"]},
]
RESIDUAL: list[Step] = [  # an inverted residual with squeeze-excite
    {"kind": "pointwise", "width": "in*3"},
    NORM,
    {"kind": "activation", "function": "hard_swish"},
    {"kind": "depthwise", "kernel": 5, "stride": True},
    NORM,
    {"kind": "activation", "function": "relu6"},
    {"kind": "attention", "reduction": 3},
    {"kind": "pointwise", "width": "out"},
    {**NORM, "name": "end"},
    {"kind": "skip", "otherwise": "leave_out", "name": "by"},
    {"kind": "add", "inputs": ["by", "end"]},
]
GATED: list[Step] = [  # two ways that multiply each other, beside a projected skip
    {"kind": "conv", "width": "out", "kernel": 3, "groups": 2, "dilation": 2, "stride": True, "name": "wide"},
    {"kind": "pool", "kernel": 3, "stride": True, "inputs": ["x"]},
    {"kind": "pointwise", "width": "out"},
    {"kind": "activation", "function": "sigmoid", "name": "gate"},
    {"kind": "multiply", "inputs": ["wide", "gate"]},
    {"kind": "activation", "function": "silu"},
    {**NORM, "name": "gated"},
    {"kind": "skip", "name": "by"},
    {"kind": "add", "inputs": ["gated", "by", "wide"]},
    {"kind": "activation", "function": "gelu"},
]
BARE: list[Step] = [{"kind": "pool", "function": "avg", "kernel": 5, "stride": True}]
BY: list[Step] = [{"kind": "skip"}]
SAMPLES = {"ghost": GHOST, "residual": RESIDUAL, "gated": GATED, "bare": BARE, "by": BY}


def declaration(name: str, nodes: list[Step] | None = None) -> dict[str, Any]:
    """A declaration as plain data."""
    return {"name": name, "nodes": SAMPLES[name] if nodes is None else nodes}
