"""Optuna's TPE and NSGA-II on a table of cells, until each has seen so many different ones. Needs `optuna`.

python optuna_cells.py < {"cells": [[gene, ...], ...], "runs": [{"seed", "evaluations", "scores": [...]}]}

Prints one JSON object: the version, and for each sampler and seed the positions of the cells in the order first asked about.
A cell that was asked about before is answered from memory and counts once; a sampler that only repeats itself is stopped at
four times as many trials.
"""

from __future__ import annotations

import json
import sys

import optuna

PATIENCE = 4


def asked(
    sampler: optuna.samplers.BaseSampler, cells: list[list[str]], scores: list[float], evaluations: int
) -> list[int]:
    positions = {tuple(cell): number for number, cell in enumerate(cells)}
    options = [sorted({cell[place] for cell in cells}) for place in range(len(cells[0]))]
    study = optuna.create_study(sampler=sampler, direction="maximize")
    seen: dict[int, None] = {}
    for _ in range(PATIENCE * evaluations):
        trial = study.ask()
        cell = tuple(trial.suggest_categorical(f"edge{place}", choice) for place, choice in enumerate(options))
        seen.setdefault(positions[cell])
        study.tell(trial, scores[positions[cell]])
        if len(seen) == evaluations:
            break
    return list(seen)


def main() -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    given = json.load(sys.stdin)
    found = []
    for run in given["runs"]:
        for method, kind in (
            ("optuna-tpe", optuna.samplers.TPESampler),
            ("optuna-nsga2", optuna.samplers.NSGAIISampler),
        ):
            order = asked(kind(seed=run["seed"]), given["cells"], run["scores"], run["evaluations"])
            found.append({"method": method, "seed": run["seed"], "asked": order})
    print(json.dumps({"version": optuna.__version__, "found": found}))


if __name__ == "__main__":
    main()
