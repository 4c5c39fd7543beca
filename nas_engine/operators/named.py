"""Reads an operator from its label."""

from __future__ import annotations

from functools import lru_cache

from nas_engine.errors import UnknownComponent
from nas_engine.operators.autospace_cell import AutoSpaceCell
from nas_engine.operators.base import Operator, OperatorSet
from nas_engine.operators.convolution import Convolution
from nas_engine.operators.declared import Declared
from nas_engine.operators.factorized_reduction import FactorizedReduction
from nas_engine.operators.identity import Identity
from nas_engine.operators.inverted_residual import InvertedResidual
from nas_engine.operators.pool import AveragePool, MaximumPool
from nas_engine.operators.separable_convolution import DilatedConvolution, SeparableConvolution
from nas_engine.operators.shortcut import Shortcut
from nas_engine.operators.zero import Zero

OPERATORS: tuple[type[Operator], ...] = (
    Identity,
    Zero,
    Convolution,
    SeparableConvolution,
    DilatedConvolution,
    MaximumPool,
    AveragePool,
    FactorizedReduction,
    InvertedResidual,
    Shortcut,
    AutoSpaceCell,
    Declared,
)

EXAMPLES = (
    "skip",
    "none",
    "conv3",
    "sep5",
    "dil3",
    "max3",
    "avg3",
    "reduce",
    "mb3_e6",
    "mb5_e3_se",
    "shortcut",
    "5/1,2/1,2 D2 00 e6",
    "[dw3:s conv1:out norm relu]",
)


@lru_cache(maxsize=16384)
def operator(label: str) -> Operator:
    """The operator that a label names. Raises UnknownComponent."""
    for kind in OPERATORS:
        found = kind.read(label)
        if found is not None:
            return found
    raise UnknownComponent("operator", label, EXAMPLES)


def operator_set(labels: tuple[str, ...] | list[str]) -> OperatorSet:
    """An operator set from labels."""
    return OperatorSet(tuple(operator(label) for label in labels))
