"""Operators: what may stand at a place of a network."""

from nas_engine.operators.autospace_cell import AutoSpaceCell, CellAlphabet, CellGenotype
from nas_engine.operators.base import Operator, OperatorSet, Site
from nas_engine.operators.convolution import Convolution
from nas_engine.operators.declaration import Declaration, labels_by_name
from nas_engine.operators.declared import Declared
from nas_engine.operators.factorized_reduction import FactorizedReduction
from nas_engine.operators.identity import Identity
from nas_engine.operators.inverted_residual import InvertedResidual
from nas_engine.operators.named import EXAMPLES, OPERATORS, operator, operator_set
from nas_engine.operators.pool import AveragePool, MaximumPool
from nas_engine.operators.separable_convolution import DilatedConvolution, SeparableConvolution
from nas_engine.operators.shortcut import Shortcut
from nas_engine.operators.zero import Zero

__all__ = [
    "EXAMPLES",
    "OPERATORS",
    "AutoSpaceCell",
    "AveragePool",
    "CellAlphabet",
    "CellGenotype",
    "Convolution",
    "Declaration",
    "Declared",
    "DilatedConvolution",
    "FactorizedReduction",
    "Identity",
    "InvertedResidual",
    "MaximumPool",
    "Operator",
    "OperatorSet",
    "SeparableConvolution",
    "Shortcut",
    "Site",
    "Zero",
    "labels_by_name",
    "operator",
    "operator_set",
]
