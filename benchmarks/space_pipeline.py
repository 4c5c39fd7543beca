"""The pipeline's point: the best network under the budget after equal device time, by four ways to find one.

    python benchmarks/space_pipeline.py [--data DIR] [--fashion DIR] [--seeds 5] [--first-seed 0] [--out FILE] [--processes 2]

* pipeline: AutoSpace evolves cells, uniform paths train a supernet, LISSNAS shrinks, ageing evolution searches inside.
* evolve, then random: the same evolved space; what is left of the time goes to random networks of it, trained from scratch.
* hand-made: the same supernet and search in a MobileNet-style space (inverted residuals, kernel 3 or 5, expansion 3 or 6, skip).
* random: random networks of the hand-made space, or of the open cell space, each trained from scratch; the best is kept.
* most parameters: of 2,000 random members of the hand-made space that are inside the limit, the largest. It costs no device time.

The pipeline runs first; what it took in processor seconds is what the others get. Every way's network, and the reference, is then
trained by the same three seeds, and tested once on the test images. Where a supernet ranked, `tau` is Kendall's rank correlation of
its estimates with training from scratch, over eight networks of the ranking; that costs the way nothing. Toy scale: Fashion-MNIST at
14x14 pixels, four places.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
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
from nas_engine.evidence import kendall
from nas_engine.local import run_locally
from nas_engine.products import Ranking
from nas_engine.recipe import recipe
from nas_engine.spaces import ChainSpace, Within, chain, space
from nas_engine.stages.compare import paired_interval, verdict
from nas_engine.stages.control import spread
from nas_engine.tasks import OpenTask
from nas_engine.wire import Plain, plain

LIMIT = 1.5  # times the MAdds of AutoSpace's reference network
HAND_MADE = ("mb3_e3", "mb3_e6", "mb5_e3", "mb5_e6", "skip")
EPOCHS, FINAL_EPOCHS, TRAININGS, DRAWS, RANKED = 2, 6, 3, 2_000, 8
TRIES, PATHS_LEAST = 3, 50
PATHS = {"kind": "uniform_paths", "batches": 500, "batch": 64}
SHARED = {"kind": "shared_weights", "calibration": 2}
AGEING = {"kind": "ageing_evolution", "population": 20, "sample": 5, "cycles": 80}
OPEN: Plain = {"kind": "autospace", "skeleton": plain(SKELETON), "expansion": EXPANSION}
EVOLVING: Plain = {
    "kind": "train",
    "name": "evolve",
    "trainer": {"kind": "autospace", "generations": 14, "steps": 4, "population": 12},
}
EVOLVED: Plain = {
    "space": OPEN,
    "pipeline": [
        EVOLVING,
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
    return {"space": {"kind": "chain", "operators": list(HAND_MADE), "skeleton": plain(SKELETON)}, "pipeline": pipeline}


@dataclass(frozen=True)
class Found:
    """What a run holds at its end, and what it took in processor seconds."""

    space: ChainSpace  # from which its networks are built
    ranking: Ranking | None
    seconds: float

    @property
    def network(self) -> Architecture:
        assert self.ranking is not None
        return self.ranking.entries[0].architecture

    def tau(self, task: OpenTask, seed: int) -> float | None:
        """How far its estimates order networks as training does: of eight, evenly from the first to the last."""
        assert self.ranking is not None
        chosen = [self.ranking.entries[place] for place in spread(len(self.ranking.entries), RANKED)]
        scores = [
            trained(self.space, e.architecture, task, seed_from(seed, e.architecture.key), EPOCHS) for e in chosen
        ]
        return kendall([e.score for e in chosen], scores)


def found_by(recipe_plain: Plain, file: Path, seed: int, limit: int) -> Found:
    """A run to its end."""
    whole = {
        "version": 1,
        "name": "toy scale",
        "seed": seed,
        "task": {"kind": "image_classification", "data": {"kind": "files", "path": str(file), "name": file.name}},
        "budget": {"network": {"madds": limit}},
        **recipe_plain,
    }
    plan = recipe(settled(whole, shelf())[0])
    with TemporaryDirectory() as folder:
        begun = process_time()
        state = run_locally(plan, Path(folder) / "run")
        spent = process_time() - begun
    if state.status != "finished":
        raise SystemExit(f"{file.name}, seed {seed}: the run is {state.status}: {state.reason}")
    root = space(state.holdings.space).root
    assert isinstance(root, ChainSpace)
    return Found(root, state.holdings.ranking, spent)


def in_as_long(seconds: float, file: Path, seed: int, limit: int) -> tuple[Found, int]:
    """The hand-made space's search that takes these seconds, and its supernet's batches.

    Two shorter runs tell what a batch costs; where the run is still a tenth off, the line through the last two is followed again.
    """
    points = [(paths, found_by(hand_made(paths), file, seed, limit).seconds) for paths in (200, 800)]
    for _ in range(TRIES):
        (one, short), (other, long) = points[-2:]
        paths = max(PATHS_LEAST, round(other + (seconds - long) * (other - one) / max(long - short, 1e-3)))
        found = found_by(hand_made(paths), file, seed, limit)
        if abs(found.seconds - seconds) < seconds / 10:
            break
        points.append((paths, found.seconds))
    return found, paths


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


Way = tuple[ChainSpace, Architecture, Row]  # what a way found, built from which space, and what it tells besides


def random_best(
    whole: ChainSpace, task: OpenTask, limits: NetworkLimits, seconds: float, seed: int, before: float = 0.0
) -> Way:
    """Random members inside the limits, trained from scratch one after the other until the time is over.

    `before`: seconds of it that are spent already.
    """
    inside, chance, begun = Within(whole, limits, task.shape), Chance(seed_from(seed, "random")), process_time()
    scores: dict[Architecture, float] = {}
    while before + process_time() - begun < seconds:
        member = inside.sample(chance)
        if member not in scores:
            scores[member] = trained(whole, member, task, seed_from(seed, member.key), EPOCHS)
    told: Row = {"seconds": before + process_time() - begun, "networks trained": len(scores)}
    return whole, max(scores, key=lambda member: scores[member]), told


def largest(whole: ChainSpace, task: OpenTask, limits: NetworkLimits, seed: int) -> Way:
    inside, chance = Within(whole, limits, task.shape), Chance(seed_from(seed, "largest"))
    most = max((inside.sample(chance) for _ in range(DRAWS)), key=lambda a: whole.cost(a, task.shape).params)
    return whole, most, {"seconds": 0.0}


def searched(found: Found, task: OpenTask, seed: int, **told: object) -> Way:
    """What a supernet's ranking has first."""
    return found.space, found.network, {"seconds": found.seconds, "tau": found.tau(task, seed), **told}


def rows_of(fashion: Path, seed: int) -> list[Row]:
    """Every way of one seed."""
    one_thread()
    task, cells = task_of(fashion, seed), open_space()
    blocks = chain(SKELETON, HAND_MADE)
    limit = round(LIMIT * cells.cost(cells.reference, task.shape).madds)
    limits = NetworkLimits(madds=limit)
    with TemporaryDirectory() as folder:
        file = packed(task, Path(folder))
        ours = found_by(EVOLVED, file, seed, limit)
        seconds = ours.seconds
        theirs, paths = in_as_long(seconds, file, seed, limit)
        evolved = found_by({"space": OPEN, "pipeline": [EVOLVING]}, file, seed, limit)
    ways: dict[str, Way] = {
        "pipeline: evolve, shrink, search": searched(ours, task, seed),
        "evolve, then random": random_best(evolved.space, task, limits, seconds, seed, before=evolved.seconds),
        "hand-made space, searched": searched(theirs, task, seed, **{"supernet batches": paths}),
        "hand-made space, random": random_best(blocks, task, limits, seconds, seed),
        "open cells, random": random_best(cells, task, limits, seconds, seed),
        "hand-made space, most parameters": largest(blocks, task, limits, seed),
        "reference cell everywhere": (cells, cells.reference, {"seconds": 0.0}),
    }
    tested = task_of(fashion, seed, tested=True)
    return [tested_row(name, *way[:2], tested, seed) | way[2] for name, way in ways.items()]


def tested_row(name: str, whole: ChainSpace, network: Architecture, task: OpenTask, seed: int) -> Row:
    """A network trained by each seed, and tested."""
    scores = [trained(whole, network, task, seed_from(seed, "final", t), FINAL_EPOCHS) for t in range(TRAININGS)]
    cost = whole.cost(network, task.shape)
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
    columns = {"test accuracy": 4, "params": 0, "MAdds": 0, "seconds": 1, "networks trained": 1, "tau": 2}
    return "\n".join(
        [
            "# The best network under one budget after equal device time (toy scale)",
            "",
            "Made by `python benchmarks/space_pipeline.py`; " + ", ".join(f"{k} {v}" for k, v in here.items()) + ".",
            "",
            f"Fashion-MNIST at 14x14 pixels, {TRAINED_ON:,} training images, {SCORED_ON:,} for validation; at most {LIMIT} times",
            "the MAdds of the reference network. `seconds`: of the processor, for finding. Each found network: accuracy on the 10,000",
            f"test images after {FINAL_EPOCHS} epochs, mean of {TRAININGS} trainings. ± is half of a 95 % interval over seeds; differences",
            "are paired by seed. `tau`: rank correlation of a supernet's estimates with training from scratch.",
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
