"""Supernets: shared weights for every option of every choice. Importing this needs torch."""

from nas_engine.supernets.base import Mixture, Pair, Supernet
from nas_engine.supernets.cells import CellSupernet, Edge, MixedCell
from nas_engine.supernets.chain import ChainSupernet, MixedBlock, child_tensors

__all__ = [
    "CellSupernet",
    "ChainSupernet",
    "Edge",
    "MixedBlock",
    "MixedCell",
    "Mixture",
    "Pair",
    "Supernet",
    "child_tensors",
]
