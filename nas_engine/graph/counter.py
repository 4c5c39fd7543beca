"""Counts any built network: a row a convolution, linear layer or other owner of parameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nas_engine.budget import Cost
from nas_engine.graph.block import LayerRow
from nas_engine.shapes import FeatureShape


def layer_table(network: nn.Module, input_shape: FeatureShape) -> list[LayerRow]:
    """What each layer of a built network costs, in order of execution, by the convention of `budget.Cost`.

    The network is run once on zeros, batch 1, in evaluation mode; its modes and buffers are left as they were. A layer
    that runs twice pays its MAdds twice and its params once.
    """
    rows: list[LayerRow] = []
    seen: set[int] = set()
    hooks = []

    def note(name: str) -> object:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            own = [p for p in module.parameters(recurse=False) if p.requires_grad and id(p) not in seen]
            seen.update(id(p) for p in own)
            cost = Cost(sum(p.numel() for p in own), _madds(module, output))
            rows.append(LayerRow(name, type(module).__name__, tuple(_shape(t) for t in inputs), _shape(output), cost))

        return hook

    for name, module in network.named_modules():
        if not list(module.children()) or list(module.parameters(recurse=False)):
            hooks.append(module.register_forward_hook(note(name)))
    training = {module: module.training for module in network.modules()}
    example = next(network.parameters(), torch.empty(0))
    try:
        network.eval()
        with torch.no_grad():
            network(example.new_zeros(1, input_shape.channels, input_shape.height, input_shape.width))
    finally:
        for module, mode in training.items():
            module.training = mode
        for handle in hooks:
            handle.remove()
    return rows


def count(network: nn.Module, input_shape: FeatureShape) -> Cost:
    """Params and MAdds of a built network: the sum of its layer table."""
    return sum((row.cost for row in layer_table(network, input_shape)), Cost())


def _madds(module: nn.Module, output: Tensor) -> int:
    if isinstance(module, nn.Conv2d):
        return int(module.weight[0].numel() * output[0].numel())
    if isinstance(module, nn.Linear):
        return int(module.in_features * output[0].numel())
    return 0


def _shape(tensor: Tensor) -> FeatureShape:
    return FeatureShape(*tensor.shape[1:])
