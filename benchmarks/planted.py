"""Checks 11 and 12 of the AutoSpace specification in full: does the differentiable fitness find the cell that must be best?

    python benchmarks/planted.py [--seeds 12] [--control-seeds 40] [--first-seed 0] [--out FILE] [--processes 2]

Four cells of which it is known which filter twice, in one layer and in three, in both readings of the scores, on held-out and on
joint data. The control (check 12) shuffles the labels: the check asks that each cell then be first about equally often, which a
chi-square test over its seeds judges. Toy scale: digits, 8x8 pixels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial

from scipy.stats import chisquare
from space_report import Row, arguments, by_method, environment, write
from toy_scale import one_thread

from nas_engine.chance import Chance
from nas_engine.tasks import ImageClassification, OpenTask, Split
from nas_engine.testing.planted import CELLS, DOUBLE_DEPTHWISE, IDENTITY_ONLY, planted_ranking

SIGNIFICANT = 0.01  # below this chance, equal shares are given up
Ranking = Callable[[OpenTask, int], tuple[tuple[str, ...], ...]]
METHODS: dict[str, Ranking] = {
    "one layer, softmax, held-out": planted_ranking,
    "one layer, softmax, joint": partial(planted_ranking, joint=True),
    "one layer, raw, held-out": partial(planted_ranking, reading="raw"),
    "one layer, raw, joint": partial(planted_ranking, reading="raw", joint=True),
    "three layers, softmax, held-out": partial(planted_ranking, layers=3),
    "three layers, softmax, joint": partial(planted_ranking, layers=3, joint=True),
}
CONTROLS: dict[str, Ranking] = {
    "shuffled labels, held-out": planted_ranking,
    "shuffled labels, joint": partial(planted_ranking, joint=True),
}


def shuffled(task: OpenTask, seed: int) -> OpenTask:
    """The same images with their labels permuted."""
    order = Chance(seed).permutation(len(task.train))
    return replace(task, train=Split(task.train.inputs, task.train.labels[order]))


def row_of(method: str, seed: int) -> Row:
    one_thread()
    task = ImageClassification().open()
    if method in CONTROLS:
        return {"method": method, "seed": seed, "ranking": CONTROLS[method](shuffled(task, seed), seed)}
    return {"method": method, "seed": seed, "ranking": METHODS[method](task, seed)}


def found(rows: list[Row]) -> list[str]:
    """How often what must hold does, by method; for the controls, how likely their first places are if all cells are alike."""
    lines = [
        "| method | seeds | a double depthwise first | identity last (last layer) | first places by cell | chi-square |",
        "|---|---|---|---|---|---|",
    ]
    for method, own in by_method(rows).items():
        rankings = [row["ranking"] for row in own]
        first = sum(ranking[0][0] in DOUBLE_DEPTHWISE for ranking in rankings)
        last = sum(ranking[-1][-1] == IDENTITY_ONLY for ranking in rankings)
        places = Counter(ranking[0][0] for ranking in rankings)
        shown = ", ".join(f"`{cell}` {places[cell]}" for cell in CELLS)
        test = ""
        if method in CONTROLS:
            judged = chisquare([places[cell] for cell in CELLS])
            word = "not uniform" if judged.pvalue < SIGNIFICANT else "as if uniform"
            test = f"{judged.statistic:.1f}, p = {judged.pvalue:.2g}: {word}"
        lines.append(f"| {method} | {len(own)} | {first} | {last} | {shown} | {test} |")
    return lines


def main() -> None:
    parser = arguments(__doc__, "planted", seeds=12)
    parser.add_argument("--control-seeds", type=int, default=40)
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    here = environment()
    asked = [
        (method, seed)
        for methods, seeds in ((METHODS, chosen.seeds), (CONTROLS, chosen.control_seeds))
        for method in methods
        for seed in range(chosen.first_seed, chosen.first_seed + seeds)
    ]
    with ProcessPoolExecutor(chosen.processes) as pool:
        rows = list(pool.map(row_of, *zip(*asked, strict=True)))
    page = "\n".join(
        [
            "# Planted cells (toy scale: digits, 8x8 pixels)",
            "",
            "Made by `python benchmarks/planted.py`; " + ", ".join(f"{k} {v}" for k, v in here.items()) + ".",
            "",
            "Asked for (check 11): a double depthwise first in 10 of 12; with three layers, identity last in the last layer in 7 of 8.",
            f"Check 12: with shuffled labels no cell is first more often than another (given up where p < {SIGNIFICANT}).",
            "",
            *found(rows),
        ]
    )
    write(chosen.out, {"environment": here, "rows": rows}, page, {})
    print(page)


if __name__ == "__main__":
    main()
