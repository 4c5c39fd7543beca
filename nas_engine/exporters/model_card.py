"""The model card: what the network is, what it costs, how it was compared; and what it says of some test images."""

from __future__ import annotations

import json
from typing import ClassVar

from nas_engine.architecture import Architecture
from nas_engine.exporters.base import Exporter, TrainedNetwork
from nas_engine.products import Comparison, Control
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace
from nas_engine.wire import Plain


class ModelCard(Exporter):
    """`MODEL_CARD.md`; and `samples.json`, some test images with what the network says of them, where it was compared."""

    kind: ClassVar[str] = "model_card"

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        files = {"MODEL_CARD.md": card(network).encode()}
        if network.comparison is not None and network.comparison.samples:
            files["samples.json"] = (json.dumps(samples(network, network.comparison), indent=2) + "\n").encode()
        return files


def samples(network: TrainedNetwork, comparison: Comparison) -> Plain:
    """`samples.json`: `split` and `position` say where in the packed data an image is."""
    classes = network.preprocessing.classes
    return {
        "format": "spacewright/samples",
        "version": 1,
        "data": network.source.get("data"),
        "architecture": network.architecture.key,
        "samples": [
            {
                "split": one.split,
                "position": one.position,
                "name": one.name,
                "class": classes[one.label],
                "predicted": classes[one.said],
                "probability": one.share,
            }
            for one in comparison.samples
        ],
    }


def card(network: TrainedNetwork) -> str:
    """The text of the card."""
    block, how, shape = network.block, network.preprocessing, network.shape
    return "\n".join(
        [
            f"# {network.name}",
            "",
            f"Image classifier with {len(how.classes)} classes ({', '.join(how.classes)}), found by architecture search.",
            "",
            "| | |",
            "|---|---|",
            f"| Architecture | `{network.architecture.key}` |",
            f"| Trained on | {network.data} |",
            f"| Input | {shape.channels} x {how.height} x {how.width}, resized by area |",
            f"| Normalisation | mean {list(how.mean)}, deviation {list(how.deviation)}, in raw pixel units |",
            f"| Augmentation of the training images | {network.augmentation} |",
            f"| Parameters | {block.cost.params:,} |",
            f"| MAdds (convolutions and linear layers, batch 1) | {block.cost.madds:,} |",
            f"| Validation accuracy | {network.validation:.4f} |",
            "",
            "`network.py` prepares raw images itself (`predict`). `network.onnx`, where it is here too, does not:",
            f"its input `images` (any batch x {shape.channels} x {how.height} x {how.width}, float32) is resized and normalised",
            "already, as above; its output `scores` has one score a class, before softmax. Its metadata holds the same",
            "figures and the classes.",
            "",
            *_compared(network.comparison),
            *_controlled(network.comparison, network.control),
            *places_and_layers(network.space, network.architecture, shape),
        ]
    )


def places_and_layers(space: ChainSpace, architecture: Architecture, shape: TaskShape) -> list[str]:
    """The lines of a card that say what stands where, and what each layer costs."""
    places = enumerate(zip(space.skeleton.groups, architecture.genes, strict=True))
    return [
        "## Cells",
        "",
        "| place | group | operator |",
        "|---|---|---|",
        *(f"| {number} | {group} | `{gene}` |" for number, (group, gene) in places),
        "",
        "## Layers",
        "",
        "| layer | kind | output | params | MAdds |",
        "|---|---|---|---|---|",
        *(
            f"| {row.path} | {row.layer} | {row.output} | {row.cost.params:,} | {row.cost.madds:,} |"
            for row in space.block(architecture, shape).rows()
            if row.cost.params or row.cost.madds
        ),
        "",
    ]


def _compared(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return []
    rival = comparison.random
    return [
        "## Against the reference network",
        "",
        f"Both trained identically with {len(comparison.seeds)} seeds; the test split was opened once, for all together.",
        "",
        "| | test accuracy, one a seed | params | MAdds |",
        "|---|---|---|---|",
        _row("this network", comparison.winner, comparison.winner_cost.params, comparison.winner_cost.madds),
        _row("reference", comparison.reference, comparison.reference_cost.params, comparison.reference_cost.madds),
        *([_row("best of random search", rival.scores, rival.cost.params, rival.cost.madds)] if rival else []),
        "",
        f"Difference {comparison.difference:+.4f}: **{comparison.verdict}**",
        f"(95 % interval {comparison.low:+.4f} to {comparison.high:+.4f}, paired bootstrap over seeds).",
        "",
    ]


def _controlled(comparison: Comparison | None, control: Control | None) -> list[str]:
    """What random search found, and how far the search's estimate agrees with training; or that nobody looked."""
    if comparison is None:
        return []
    heading = ["## Against random search", ""]
    if control is None:
        return [*heading, "Random search at equal cost: not run. Add a `control` stage to the recipe.", ""]
    lines = [
        f"{control.draws} random networks of the space that the search began with were trained alike, within the same limits."
    ]
    if (rival := comparison.random) is not None:
        lines += [
            f"This network less the best of them: {rival.difference:+.4f}: **{rival.verdict}**",
            f"(95 % interval {rival.low:+.4f} to {rival.high:+.4f}, paired bootstrap over {len(rival.seeds)} seeds).",
        ]
    else:
        lines += ["None of them was trained to the end beside this network, so nothing is said of the difference."]
    correlations = (
        ("The search's estimate with the score after training", control.correlation, "networks of its ranking"),
        ("Params with score", control.by_params, "random networks"),
        ("MAdds with score", control.by_madds, "random networks"),
    )
    told = [
        f"| {what} | {found.value:+.2f} | {found.low:+.2f} to {found.high:+.2f} | {found.pairs} {of} |"
        for what, found, of in correlations
        if found is not None
    ]
    table = (
        ["", "| rank correlation (Kendall's tau-b) | | 95 % interval | of |", "|---|---|---|---|", *told]
        if told
        else []
    )
    return [*heading, *lines, *table, ""]


def _row(name: str, scores: tuple[float, ...], params: int, madds: int) -> str:
    return f"| {name} | {', '.join(f'{score:.4f}' for score in scores)} | {params:,} | {madds:,} |"
