"""Networks as data: primitive layers, blocks of them, what is drawn from a block. `module` and `counter` need torch."""

from nas_engine.graph.block import INPUT, Block, LayerRow, Node, Sketch

__all__ = ["INPUT", "Block", "LayerRow", "Node", "Sketch"]
