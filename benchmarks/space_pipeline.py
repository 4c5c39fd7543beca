"""The pipeline's point: the best network under the budget after equal device time, by four ways to find one.

    python benchmarks/space_pipeline.py [--data DIR] [--fashion DIR] [--seeds 5] [--first-seed 0] [--out FILE] [--processes 2]

* pipeline: AutoSpace evolves cells, uniform paths train a supernet, LISSNAS shrinks, ageing evolution searches inside.
* hand-made: the same supernet and search in a MobileNet-style space (inverted residuals, kernel 3 or 5, expansion 3 or 6, skip).
* random: random networks of the hand-made space, or of the open cell space, each trained from scratch; the best is kept.
* most parameters: of 2,000 random members of the hand-made space that are inside the limit, the largest. It costs no device time.

The pipeline runs first; what it took in processor seconds is what the others get. Every way's network, and each space's reference, is
then trained by the same three seeds, and tested once on the test images. Toy scale: Fashion-MNIST at 14x14 pixels, four places.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from space_report import Row, arguments, environment, scatter, table, write
from toy_scale import EXPANSION, SCORED_ON, SKELETON, TRAINED_ON, one_thread, open_space, source, task_of, trained

from nas_engine.architecture import Architecture
from nas_engine.budget import NetworkLimits
from nas_engine.chance import Chance, seed_from
from nas_engine.data import shelf
from nas_engine.data.files import settled
from nas_engine.local import run_locally
from nas_engine.recipe import recipe
from nas_engine.spaces import ChainSpace, Within, chain
from nas_engine.stages.compare import paired_interval, verdict
from nas_engine.tasks import OpenTask
from nas_engine.wire import Plain, plain

LIMIT = 1.5  # times the MAdds of AutoSpace's reference network
HAND_MADE = ("mb3_e3", "mb3_e6", "mb5_e3", "mb5_e6", "skip")
EPOCHS, FINAL_EPOCHS, TRAININGS, DRAWS = 2, 6, 3, 2_000
PATHS = {"kind": "uniform_paths", "batches": 500, "batch": 64}
SHARED = {"kind": "shared_weights", "calibration": 2}
AGEING = {"kind": "ageing_evolution", "population": 20, "sample": 5, "cycles": 80}
EVOLVED = {
    "space": {"kind": "autospace", "skeleton": plain(SKELETON), "expansion": EXPANSION},
    "pipeline": [
        {"kind": "train", "name": "evolve", "trainer": {"kind": "autospace", "generations": 14, "steps": 4, "population": 12}},
        {"kind": "train", "name": "supernet", "trainer": PATHS},
        {"kind": "search", "name": "shrink", "strategy": {"kind": "lissnas", "sample": 40}, "estimator": SHARED},
        {"kind": "search", "name": "search", "strategy": AGEING, "estimator": SHARED},
    ],
}  # fmt: skip


def hand_made(paths: int) -> Plain:
    """The search in the hand-made space, its supernet trained by so many batches."""
    pipeline = [
        {"kind": "train", "name": "supernet", "trainer": PATHS | {"batches": paths}},
        {"kind": "search", "name": "search", "strategy": AGEING, "estimator": SHARED},
    ]
    space = {"kind": "chain", "operators": list(HAND_MADE), "skeleton": plain(SKELETON)}
    return {"space": space, "pipeline": pipeline}


def found_by(recipe_plain: Plain, packed: Path, seed: int, limit: int) -> tuple[Architecture, float]:
    """The first network of a run's ranking, and what the run took in processor seconds."""
    whole = {
        "version": 1,
        "name": "toy scale",
        "seed": seed,
        "task": {"kind": "image_classification", "data": {"kind": "files", "path": str(packed), "name": packed.name}},
        "budget": {"network": {"madds": limit}},
        **recipe_plain,
    }
    plan = recipe(settled(whole, shelf())[0])
    with TemporaryDirectory() as folder:
        begun = process_time()
        state = run_locally(plan, Path(folder) / "run")
        spent = process_time() - begun
    if state.holdings.ranking is None:
        raise SystemExit(f"{packed.name}, seed {seed}: the run is {state.status}: {state.reason}")
    return state.holdings.ranking.entries[0].architecture, spent


def packed(task: OpenTask, folder: Path) -> Path:
    """The task's images as a file, as a user would bring them: whole pixels, and the same two splits."""
    low, high = float(task.train.inputs.min()), float(task.train.inputs.max())

    def pixels(inputs: object) -> np.ndarray:
        scaled = (np.asarray(inputs).transpose(0, 2, 3, 1) - low) / (high - low)
        return np.clip(np.rint(255 * scaled), 0, 255).astype(np.uint8)

    path = folder / "fashion-14x14.npz"
    arrays = {
        f"{letter}_{split}": values
        for split, part in (("train", task.train), ("val", task.validation))
        for letter, values in (("x", pixels(part.inputs)), ("y", part.labels.numpy()))
    }
    np.savez(path, **arrays)
    return path


def random_best(space: ChainSpace, task: OpenTask, limits: NetworkLimits, seconds: float, seed: int) -> Row:
    """Random members inside the limits, trained from scratch one after the other until the time is over."""
    inside, chance, begun = Within(space, limits, task.shape), Chance(seed_from(seed, "random")), process_time()
    scores: dict[Architecture, float] = {}
    while process_time() - begun < seconds:
        member = inside.sample(chance)
        if member not in scores:
            scores[member] = trained(space, member, task, seed_from(seed, member.key), EPOCHS)
    best = max(scores, key=lambda member: scores[member])
    return {"network": best, "seconds": process_time() - begun, "networks trained": len(scores)}


def largest(space: ChainSpace, task: OpenTask, limits: NetworkLimits, seed: int) -> Architecture:
    inside, chance = Within(space, limits, task.shape), Chance(seed_from(seed, "largest"))
    return max((inside.sample(chance) for _ in range(DRAWS)), key=lambda a: space.cost(a, task.shape).params)


def rows_of(fashion: Path, seed: int) -> list[Row]:
    """Every way of one seed."""
    one_thread()
    task, cells = task_of(fashion, seed), open_space()
    blocks = chain(SKELETON, HAND_MADE)
    limit = round(LIMIT * cells.cost(cells.reference, task.shape).madds)
    limits = NetworkLimits(madds=limit)
    with TemporaryDirectory() as folder:
        file = packed(task, Path(folder))
        ours, seconds = found_by(EVOLVED, file, seed, limit)
        probe = 50  # batches: what a batch costs is the difference of two lengths
        short, long = (found_by(hand_made(paths), file, seed, limit)[1] for paths in (probe, 4 * probe))
        each = max((long - short) / (3 * probe), 1e-4)
        paths = max(probe, round(4 * probe + (seconds - long) / each))
        theirs, spent = found_by(hand_made(paths), file, seed, limit)
    ways: dict[str, tuple[ChainSpace, Architecture, Row]] = {
        "pipeline: evolve, shrink, search": (cells, ours, {"seconds": seconds}),
        "hand-made space, searched": (blocks, theirs, {"seconds": spent, "supernet batches": paths}),
    }
    for name, space in (("hand-made space, random", blocks), ("open cells, random", cells)):
        drawn = random_best(space, task, limits, seconds, seed)
        ways[name] = (space, drawn.pop("network"), drawn)
    ways["hand-made space, most parameters"] = (blocks, largest(blocks, task, limits, seed), {"seconds": 0.0})
    ways["reference cell everywhere"] = (cells, cells.reference, {"seconds": 0.0})
    tested = task_of(fashion, seed, tested=True)
    return [tested_row(name, space, network, tested, seed) | told for name, (space, network, told) in ways.items()]


def tested_row(name: str, space: ChainSpace, network: Architecture, task: OpenTask, seed: int) -> Row:
    """A network trained by each seed, and tested."""
    scores = [trained(space, network, task, seed_from(seed, "final", t), FINAL_EPOCHS) for t in range(TRAININGS)]
    cost = space.cost(network, task.shape)
    row: Row = {"method": name, "seed": seed, "test accuracy": mean(scores), "scores": scores}
    return row | {"params": cost.params, "MAdds": cost.madds, "genes": list(network.genes)}


def differences(rows: list[Row]) -> list[str]:
    """The pipeline less each other way, paired by seed, in points of accuracy."""
    by_method: dict[str, Callable[[int], float]] = {}
    for method in dict.fromkeys(row["method"] for row in rows):
        scores = {row["seed"]: row["test accuracy"] for row in rows if row["method"] == method}
        by_method[method] = scores.__getitem__
    (first, ours), *others = by_method.items()
    seeds = sorted({row["seed"] for row in rows if row["method"] == first})
    lines = ["| the pipeline less | points of accuracy | |", "|---|---|---|"]
    for method, theirs in others:
        apart = [ours(seed) - theirs(seed) for seed in seeds]
        low, high = paired_interval(apart, seed=0)
        said = f"{100 * mean(apart):+.2f} ({100 * low:+.2f} to {100 * high:+.2f})"
        lines.append(f"| {method} | {said} | {verdict(low, high, len(apart))} |")
    return lines


def page(rows: list[Row], here: Row, name: str) -> str:
    columns = {"test accuracy": 4, "params": 0, "MAdds": 0, "seconds": 1, "networks trained": 1}
    return "\n".join(
        [
            "# The best network under one budget after equal device time (toy scale)",
            "",
            "Made by `python benchmarks/space_pipeline.py`; " + ", ".join(f"{k} {v}" for k, v in here.items()) + ".",
            "",
            f"Fashion-MNIST at 14x14 pixels, {TRAINED_ON:,} training images, {SCORED_ON:,} for validation; at most {LIMIT} times",
            "the MAdds of the reference network. `seconds`: of the processor, for finding. Each found network: accuracy on the 10,000",
            f"test images after {FINAL_EPOCHS} epochs, mean of {TRAININGS} trainings. ± is half of a 95 % interval over seeds; differences",
            "are paired by seed.",
            "",
            table(rows, columns),
            "",
            *differences(rows),
            "",
            f"![MAdds against test accuracy, a point a seed]({name}.svg)",
        ]
    )


def main() -> None:
    parser = arguments(__doc__, "space_pipeline", seeds=5)
    parser.add_argument("--fashion", type=Path, default=Path("/usr/share/datasets/fashion-mnist"), help="IDX files")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    here, rows = environment(), []
    fashion = source(chosen.data, chosen.fashion, "fashion")
    task_of(fashion, 0)  # packed once, before the processes look for it
    with ProcessPoolExecutor(chosen.processes) as pool:
        seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
        for done in as_completed([pool.submit(rows_of, fashion, seed) for seed in seeds]):
            rows += done.result()
            rows.sort(key=lambda row: row["seed"])
            print(f"seed {rows[-1]['seed']}", flush=True)
            words = ("MAdds of the network (logarithmic)", "test accuracy")
            shown = scatter(rows, "Networks found after equal device time", "MAdds", "test accuracy", words)
            write(chosen.out, {"environment": here, "rows": rows}, page(rows, here, chosen.out.stem), {"": shown})
    print(page(rows, here, chosen.out.stem))


if __name__ == "__main__":
    main()
