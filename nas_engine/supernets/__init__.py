"""Supernets: shared weights for every option of every choice. Importing this needs torch."""

from nas_engine.supernets.base import Mixture, Supernet
from nas_engine.supernets.chain import ChainSupernet, MixedBlock, child_tensors

__all__ = ["ChainSupernet", "MixedBlock", "Mixture", "Supernet", "child_tensors"]
