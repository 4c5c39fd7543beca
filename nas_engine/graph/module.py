"""A block as a torch module."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nas_engine.graph import torch_layers
from nas_engine.graph.block import INPUT, Block
from nas_engine.graph.layers import Call


def build(block: Block) -> BlockModule:
    """The network of a block, channels-last (on CPUs depthwise convolutions are 2 to 20 times slower otherwise)."""
    return BlockModule(block).to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


class BlockModule(nn.Module):
    """Computes a block, node by node. Parameter names are node paths, the same as in the exported source.

    **Shapes**: (B, C, H, W) of `block.input` to (B, C', H', W') of `block.output`, or (B, features) after a flatten.
    """

    def __init__(self, block: Block) -> None:
        super().__init__()
        self.block = block
        for node in block.nodes:
            body = node.body
            made = BlockModule(body) if isinstance(body, Block) else construct(body.call(*block.inputs_of(node)))
            self.add_module(node.name, made)

    def forward(self, x: Tensor) -> Tensor:
        values = {INPUT: x}
        for node in self.block.nodes:
            values[node.name] = self._modules[node.name](*[values[name] for name in node.inputs])  # type: ignore[misc]
        return values[self.block.result]


def construct(call: Call) -> nn.Module:
    """The layer that a call describes."""
    home = nn if hasattr(nn, call.name) else torch_layers
    made: nn.Module = getattr(home, call.name)(*call.positional, **dict(call.named))
    return made
