"""A planted test of the differentiable fitness: cells of which it is known beforehand which see most of the image.

Between a 1x1 stem and the classifier's average nothing but the cells looks at a neighbourhood, so the cell that filters
twice should be scored above the one that does not filter at all.
"""

from __future__ import annotations

from nas_engine.chance import Chance
from nas_engine.graph.block import Sketch
from nas_engine.graph.layers import BatchNorm, Conv, Flatten, GlobalAvgPool, Linear, ReLU6
from nas_engine.operators import Site, operator
from nas_engine.shapes import FeatureShape
from nas_engine.supernets import ChainSupernet
from nas_engine.tasks import Batches, OpenTask
from nas_engine.trainers.fitness import CellFitness, Reading
from nas_engine.trainers.optimiser import cosine, momentum_descent, set_rate

IDENTITY_ONLY = "2/1,2/1,2 D2 00 e3"
ONE_DW3 = "3/1,2/1,2 D2 00 e3"
TWO_DW3 = "3/1,3/1,2 D2 00 e3"
TWO_DW5 = "5/1,5/1,2 D2 00 e3"
CELLS = (IDENTITY_ONLY, ONE_DW3, TWO_DW3, TWO_DW5)
DOUBLE_DEPTHWISE = (TWO_DW3, TWO_DW5)

WIDTHS = (8, 16, 24, 32)  # of the stem, then of each layer


def planted_ranking(
    task: OpenTask,
    seed: int,
    layers: int = 1,
    *,
    joint: bool = False,
    reading: Reading = "softmax",
    steps: int = 200,
    free_from: int = 50,
    batch: int = 64,
    learning_rate: float = 0.1,
    score_rate: float = 0.05,
) -> tuple[tuple[str, ...], ...]:
    """The cells of each layer, best score first, after training them in parallel; the first layer has stride 2.

    Each step trains the weights; from `free_from` on it trains the scores too, on held-out images unless `joint`.
    """
    import torch

    chance = Chance(seed)
    with chance.owning_torch():
        network = _network(task, layers).to(task.train.device)
        fitness = CellFitness(
            network,
            groups := [f"layer {number}" for number in range(1, layers + 1)],
            {group: [0.0] * len(CELLS) for group in groups},
            {group: [0] * len(CELLS) for group in groups},
            reading=reading,
        )
        for_weights, for_scores = (task.train, task.train) if joint else task.train.halves(chance.below(2**62))
        stream, score_stream = (Batches(split, batch, chance.below(2**62)) for split in (for_weights, for_scores))
        optimiser = momentum_descent(network, learning_rate, weight_decay=4e-5)
        score_optimiser = torch.optim.Adam(fitness.scores.values(), score_rate, betas=(0.5, 0.999))
        for step in range(steps):
            set_rate(optimiser, cosine(step, steps, learning_rate))
            fitness.train_weights(optimiser, task, *stream.next(), clip=5.0)
            if step >= free_from:
                fitness.train_scores(score_optimiser, task, *score_stream.next())
    return tuple(
        tuple(label for _, label in sorted(zip(fitness.scores[group].tolist(), CELLS, strict=True), reverse=True))
        for group in groups
    )


def _network(task: OpenTask, layers: int) -> ChainSupernet:
    stem = Sketch("stem", task.shape.input)
    stem.chain(stem.last, ("conv", Conv(WIDTHS[0])), ("norm", BatchNorm()), ("act", ReLU6()))
    features: FeatureShape = stem.block().output
    places = []
    for layer in range(layers):
        site = Site(features, WIDTHS[layer + 1], stride=2 if layer == 0 else 1)
        places.append({label: operator(label).at(site) for label in CELLS})
        features = site.output
    head = Sketch("head", features)
    head.chain(head.last, ("pool", GlobalAvgPool()), ("flatten", Flatten()), ("classifier", Linear(task.shape.classes)))
    return ChainSupernet(stem.block(), places, head.block())
