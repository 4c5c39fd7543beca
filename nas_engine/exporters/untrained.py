"""A network that nobody retrained, as files: its document, its source without weights, and a card that says so. Without torch."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nas_engine.architecture import Architecture
from nas_engine.exporters.model_card import places_and_layers
from nas_engine.exporters.pytorch_source import network_classes
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace
from nas_engine.spaces.document import document


@dataclass(frozen=True)
class Found:
    """A network as a search left it. `how` says in words what gave the score."""

    name: str  # of the run
    architecture: Architecture
    space: ChainSpace
    shape: TaskShape
    data: str
    score: float
    how: str


def untrained_files(found: Found) -> dict[str, str]:
    """File name -> text."""
    value = document(found.space, found.architecture, found.shape)
    return {
        "architecture.json": json.dumps(value, indent=2) + "\n",
        "network.py": _source(found),
        "MODEL_CARD.md": _card(found),
    }


def _source(found: Found) -> str:
    main, parts = network_classes(found.space.block(found.architecture, found.shape))
    cost, shape = found.space.cost(found.architecture, found.shape), found.shape
    header = _HEADER.format(
        name=found.name.replace('"', "'").replace("\\", "/"),
        params=cost.params,
        madds=cost.madds,
        key=found.architecture.key,
        score=found.score,
        how=found.how.replace('"', "'").replace("\\", "/"),
        shape=f"(B, {shape.channels}, {shape.height}, {shape.width})",
        classes=shape.classes,
    )
    return "\n\n\n".join(
        [header, *parts, _FOOTER.format(main=main, example=f"1, {shape.channels}, {shape.height}, {shape.width}")]
    )


def _card(found: Found) -> str:
    cost, shape = found.space.cost(found.architecture, found.shape), found.shape
    return "\n".join(
        [
            f"# {found.name}: the best so far, not retrained",
            "",
            "**No weights come with this network.** Its run ended, or has not ended, before the winner was trained and exported.",
            "It has not been trained by itself, not been compared with the reference, and the test split was not opened for it.",
            "The score below ranks candidates within one search; it is no accuracy that this network reaches.",
            "",
            "| | |",
            "|---|---|",
            f"| Architecture | `{found.architecture.key}` |",
            f"| Score in the search | {found.score:.4f}, {found.how} |",
            f"| Searched on | {found.data} |",
            f"| Input | {shape.channels} x {shape.height} x {shape.width}, {shape.classes} classes |",
            f"| Parameters | {cost.params:,} |",
            f"| MAdds (convolutions and linear layers, batch 1) | {cost.madds:,} |",
            "",
            *places_and_layers(found.space, found.architecture, found.shape),
        ]
    )


_HEADER = '''"""{name}: the best network so far, found by Spacewright and not retrained: it comes without weights.

{params:,} parameters, {madds:,} multiply-adds an image; architecture {key}. Its score in the search was {score:.4f},
{how}. Train it before you use it:

    from network import Network
    network = Network()  # {shape} -> (B, {classes}), with initial weights
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional'''

_FOOTER = """if __name__ == "__main__":
    untrained = {main}().eval()
    scores = untrained(torch.zeros({example}))
    print(sum(p.numel() for p in untrained.parameters()), "parameters, without training; scores", tuple(scores.shape))
"""
