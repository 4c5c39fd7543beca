"""The supernet of a chain of choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from nas_engine.errors import InvalidArchitecture
from nas_engine.graph.block import Block
from nas_engine.graph.module import BlockModule, build
from nas_engine.supernets.base import Mixture, Pair, Supernet


class MixedBlock(nn.Module):
    """One choice: its options in parallel, summed by the weights given, one of them alone, or two of them.

    **Shapes**: (B, C, H, W) -> (B, C', H', W'); weights (options,).
    """

    def __init__(self, options: Mapping[str, Block]) -> None:
        super().__init__()
        self.labels = tuple(options)
        for label, block in options.items():
            self.add_module(label, build(block))

    def option(self, label: str) -> BlockModule:
        """The module of one option."""
        return self.get_submodule(label)  # type: ignore[return-value]

    def forward(self, x: Tensor, weights: int | Tensor | Pair) -> Tensor:
        if isinstance(weights, int):
            chosen: Tensor = self.option(self.labels[weights])(x)
            return chosen
        if isinstance(weights, Pair):
            on: Tensor = self.option(self.labels[weights.on])(x)
            with torch.no_grad():
                off: Tensor = self.option(self.labels[weights.off])(x)
            return weights.gates[0] * on + weights.gates[1] * off
        outputs: list[Tensor] = [self.option(label)(x) for label in self.labels]
        mixed = outputs[0] * weights[0]
        for output, weight in zip(outputs[1:], weights[1:], strict=True):
            mixed = torch.addcmul(mixed, output, weight)
        return mixed


class ChainSupernet(Supernet):
    """Stem, one mixed block a place, head. Parameters are named `block_<place>.<label>.<path in the block>`."""

    def __init__(self, stem: Block, places: Sequence[Mapping[str, Block]], head: Block) -> None:
        super().__init__()
        self.stem = build(stem)
        self.head = build(head)
        self.places = tuple(f"block_{i}" for i in range(len(places)))
        for name, options in zip(self.places, places, strict=True):
            self.add_module(name, MixedBlock(options))

    def place(self, position: int) -> MixedBlock:
        return self.get_submodule(self.places[position])  # type: ignore[return-value]

    def forward(self, x: Tensor, mixture: Mixture) -> Tensor:
        x = self.stem(x)
        for position, weights in enumerate(mixture):
            x = self.place(position)(x, weights)
        scores: Tensor = self.head(x)
        return scores

    def path(self, genes: Sequence[str]) -> Mixture:
        """One index a place. Raises InvalidArchitecture for an option that the supernet does not hold."""
        indices = []
        for position, label in enumerate(genes):
            labels = self.place(position).labels
            if label not in labels:
                raise InvalidArchitecture(f"place {position}: got {label!r}, wanted one of {', '.join(labels)}")
            indices.append(labels.index(label))
        return indices


def child_tensors(
    supernet: Mapping[str, Tensor], genes: Sequence[str], stands: Sequence[Sequence[str]] | None = None
) -> dict[str, Tensor]:
    """The stand-alone network's tensors out of a supernet's, by their names in the stand-alone network.

    `stands`: for each place the modules in which its operator stands, as a skeleton knows them; `block_<place>` unless given.
    """
    places = [(f"block_{position}",) for position in range(len(genes))] if stands is None else stands
    chosen = {module: label for modules, label in zip(places, genes, strict=True) for module in modules}
    depths = {module.count(".") + 1 for module in chosen}
    taken = {}
    for name, tensor in supernet.items():
        steps = name.split(".")
        depth = next((depth for depth in depths if ".".join(steps[:depth]) in chosen), None)
        if depth is None:
            taken[name] = tensor
        elif steps[depth] == chosen[".".join(steps[:depth])]:
            taken[".".join(steps[:depth] + steps[depth + 1 :])] = tensor
    return taken
