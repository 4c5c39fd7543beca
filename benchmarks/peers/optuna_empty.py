"""Empty trials of Optuna on SQLite, one process a slot, as its documentation advises. Needs `optuna`; prints one JSON object.

python optuna_empty.py EVALUATIONS SLOTS FOLDER
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from pathlib import Path

import optuna


def empty(trial: optuna.Trial) -> float:
    return trial.suggest_float("x", 0.0, 1.0)


def work(url: str, trials: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.load_study(study_name="empty", storage=url, sampler=optuna.samplers.RandomSampler())
    study.optimize(empty, n_trials=trials)


def main() -> None:
    evaluations, slots, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    url = f"sqlite:///{folder / 'optuna.sqlite'}"
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(study_name="empty", storage=url)
    began = time.time()
    processes = [multiprocessing.Process(target=work, args=(url, evaluations // slots)) for _ in range(slots)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    times = [(t.datetime_start.timestamp(), t.datetime_complete.timestamp()) for t in study.trials]
    print(json.dumps({"version": optuna.__version__, "seconds": time.time() - began, "times": times}))


if __name__ == "__main__":
    main()
