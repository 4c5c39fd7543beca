"""What a step of AutoSpace costs: K cells and the reference in parallel, beside what their MAdds predict.

    python benchmarks/evolution_cost.py [--seeds 10] [--first-seed 0] [--out docs/results/evolution_cost.json]

A seed is a generation of random cells (K=4 and the reference). In turn, within one run and one thread: a weight step of the five in
parallel, of each cell alone at every place, a fitness step, and what a generation spends on building its network and putting
it away. Figures are ratios of processor time. Toy scale.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from time import process_time

import torch
from space_report import Row, arguments, environment, table, write

from nas_engine.chance import Chance
from nas_engine.products import Products
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace, Skeleton, Stage, autospace
from nas_engine.spaces.chain import fixed_cost, place_cost
from nas_engine.tasks import OpenTask, Preprocessing, Split
from nas_engine.trainers import AutoSpace
from nas_engine.trainers.autospace import STEP_BATCHES
from nas_engine.trainers.optimiser import momentum_descent

BATCH, ROUNDS, GENERATION = 64, 7, AutoSpace().steps * STEP_BATCHES
SKELETONS = {
    "14x14, widths 16 to 32": (14, Skeleton((Stage(16, 2, 1), Stage(24, 2, 2), Stage(32, 1, 1)), stem=16)),
    "28x28, widths 16 to 32": (28, Skeleton((Stage(16, 2, 2), Stage(24, 2, 2), Stage(32, 1, 1)), stem=16)),
}


@dataclass
class Measured(AutoSpace):
    """An evolution that notes what building and putting away its networks took."""

    rebuilds: list[float] = field(default_factory=list)

    def _begin_generation(self) -> None:
        begun = process_time()
        super()._begin_generation()
        self.rebuilds.append(process_time() - begun)

    def _end_generation(self) -> None:
        begun = process_time()
        super()._end_generation()
        self.rebuilds[-1] += process_time() - begun


def noise(pixels: int) -> OpenTask:
    """A task of random images: what they show does not matter to the clock."""
    images = torch.randn(4 * BATCH, 1, pixels, pixels).to(memory_format=torch.channels_last)
    split = Split(images, torch.randint(0, 10, (len(images),)))
    how = Preprocessing(pixels, pixels, (0.0,), (1.0,), tuple("0123456789"))
    return OpenTask(TaskShape(1, pixels, pixels, 10), split, split, how)


def seconds(steps: Sequence[Callable[[], object]]) -> list[float]:
    """Of each step, the median over rounds in which they take turns."""
    for step in steps:
        step()
    spent: list[list[float]] = [[] for _ in steps]
    for _ in range(ROUNDS):
        for own, step in zip(spent, steps, strict=True):
            begun = process_time()
            step()
            own.append(process_time() - begun)
    return [median(own) for own in spent]


def row_of(name: str, task: OpenTask, space: ChainSpace, seed: int) -> Row:
    trainer = Measured(generations=2, steps=GENERATION // STEP_BATCHES, batch=BATCH)
    trainer.setup(Products(space=space), task, Chance(seed))
    for _ in range(trainer.length):
        trainer.step()
    rebuild = mean(trainer.rebuilds)
    trainer._begin_generation()  # a third one, whose steps are taken apart
    inputs, labels = trainer._stream.next()
    fitness, network, standing = trainer._fitness, trainer._network, trainer._standing()

    def weights() -> object:
        return fitness.train_weights(trainer._optimiser, task, inputs, labels, trainer.clip)

    def scores() -> object:
        return fitness.train_scores(trainer._score_optimiser, task, inputs, labels)

    def alone(slot: int) -> Callable[[], object]:
        """A weight step of the network whose every place holds the group's cell in this slot, and nothing else."""
        path = space.architecture([standing[group][slot] for group in space.skeleton.groups])
        single = space.build(path, task.shape)
        optimiser = momentum_descent(single, trainer.learning_rate, trainer.weight_decay)
        single.train()

        def step() -> None:
            loss = task.loss(single(inputs), labels)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(single.parameters(), trainer.clip)
            optimiser.step()
            loss.item()

        return step

    network.train()
    slots = len(next(iter(standing.values())))
    parallel, fitting, *singles = seconds([weights, scores, *(alone(slot) for slot in range(slots))])
    fixed = fixed_cost(space.skeleton, task.shape).madds
    searched = [
        sum(
            place_cost(space.skeleton, task.shape, place, standing[group][slot]).madds
            for place, group in enumerate(space.skeleton.groups)
        )
        for slot in range(slots)
    ]
    predicted = (fixed + sum(searched)) / (fixed + mean(searched))
    return {
        "method": name,
        "seed": seed,
        "ratio of MAdds": predicted,
        "ratio of time": parallel / mean(singles),
        "time over MAdds": parallel / mean(singles) / predicted,
        "fitness step over weight step": fitting / parallel,
        "rebuild, share of a generation": rebuild / (rebuild + GENERATION * parallel + trainer._score_steps * fitting),
    }


def main() -> None:
    chosen = arguments(__doc__, "evolution_cost", seeds=10).parse_args()
    torch.set_num_threads(1)
    here, rows = environment(), []
    for name, (pixels, skeleton) in SKELETONS.items():
        task, space = noise(pixels), autospace(skeleton, expansion=3)
        for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
            rows.append(row_of(name, task, space, seed))
            print(rows[-1], flush=True)
    columns = {name: 3 for name in rows[0] if name not in ("method", "seed")}
    page = "\n".join(
        [
            "# What a step of AutoSpace costs (toy scale)",
            "",
            "Made by `python benchmarks/evolution_cost.py`; " + ", ".join(f"{k} {v}" for k, v in here.items()) + ".",
            "",
            "K = 4 cells and the reference in parallel, against the mean of the five alone;",
            f"batches of {BATCH}, {GENERATION} of them a generation.",
            "Asked for: time over MAdds at most 1.15, rebuild at most 0.05 of a generation.",
            "",
            table(rows, columns),
        ]
    )
    write(chosen.out, {"environment": here, "rows": rows}, page, {})
    print(page)


if __name__ == "__main__":
    main()
