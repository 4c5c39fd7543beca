"""Check 11 of the AutoSpace specification in full: does the differentiable fitness find the cell that must be best?

    python benchmarks/planted.py [--data digits] [--seeds 12] [--first-seed 0] [--out docs/results]

Toy scale: four cells of which it is known which filter twice, in one layer and in three. The shuffled-label control (check 12)
runs beside it: there the ranking must be near uniform.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import torch

from nas_engine.chance import Chance
from nas_engine.fingerprint import fingerprint
from nas_engine.tasks import ImageClassification, OpenTask, Split
from nas_engine.testing.planted import CELLS, DOUBLE_DEPTHWISE, IDENTITY_ONLY, planted_ranking


def shuffled(task: OpenTask, seed: int) -> OpenTask:
    """The same images with their labels permuted."""
    order = Chance(seed).permutation(len(task.train))
    return replace(task, train=Split(task.train.inputs, task.train.labels[order]))


def rows_of(task: OpenTask, seed: int) -> list[dict[str, object]]:
    """The rankings of one seed: one layer in the four readings, three layers, and the control."""
    found: list[dict[str, object]] = []
    for joint in (False, True):
        ranking = planted_ranking(task, seed, joint=joint)
        found.append({"method": f"one layer, {'joint' if joint else 'held-out'}", "seed": seed, "ranking": ranking})
    found.append({"method": "three layers, held-out", "seed": seed, "ranking": planted_ranking(task, seed, layers=3)})
    found.append({"method": "shuffled labels", "seed": seed, "ranking": planted_ranking(shuffled(task, seed), seed)})
    return found


def table(rows: list[dict[str, object]]) -> str:
    """How often what must hold does, by method."""
    lines = [
        "| method | runs | a double depthwise first | identity last (last layer) | first places by cell |",
        "|---|---|---|---|---|",
    ]
    for method in dict.fromkeys(str(row["method"]) for row in rows):
        rankings = [row["ranking"] for row in rows if row["method"] == method]
        first = sum(ranking[0][0] in DOUBLE_DEPTHWISE for ranking in rankings)  # type: ignore[index]
        last = sum(ranking[-1][-1] == IDENTITY_ONLY for ranking in rankings)  # type: ignore[index]
        places = Counter(ranking[0][0] for ranking in rankings)  # type: ignore[index]
        shown = ", ".join(f"`{cell}` {places[cell]}" for cell in CELLS)
        lines.append(f"| {method} | {len(rankings)} | {first} | {last} | {shown} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="digits", help="a built-in data set")
    parser.add_argument("--resolution", type=int, default=None, help="pixels a side; empty: as it is")
    parser.add_argument("--seeds", type=int, default=12)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("docs/results"))
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    task = ImageClassification(data=chosen.data, resolution=chosen.resolution).open()
    rows: list[dict[str, object]] = []
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
        rows += rows_of(task, seed)
        print(f"seed {seed}: {rows[-4]['ranking']}", flush=True)
    chosen.out.mkdir(parents=True, exist_ok=True)
    written = {"environment": fingerprint(), "data": chosen.data, "resolution": chosen.resolution, "rows": rows}
    (chosen.out / "planted.json").write_text(json.dumps(written, indent=1) + "\n")
    head = f"# Planted cells (toy scale, {chosen.data})\n\nMade by `python benchmarks/planted.py`.\n\n"
    (chosen.out / "planted.md").write_text(head + table(rows) + "\n")
    print(table(rows))


if __name__ == "__main__":
    main()
