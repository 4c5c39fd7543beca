"""Empty trials of Syne Tune's local backend, two at a time, polled every 10 ms. Needs `syne-tune`; prints one JSON object.

python syne_tune_empty.py EVALUATIONS SLOTS FOLDER
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

TRIAL = "--x"  # how the backend calls this file back, once a trial


def trial() -> None:
    """What the backend starts: one report, no work."""
    from syne_tune import Reporter

    parser = ArgumentParser()
    parser.add_argument(TRIAL, type=float)
    Reporter()(score=parser.parse_known_args()[0].x)


def search(evaluations: int, slots: int, folder: Path) -> None:
    os.environ["SYNETUNE_FOLDER"] = str(folder)
    logging.disable(logging.WARNING)
    from importlib.metadata import version

    from syne_tune import StoppingCriterion, Tuner
    from syne_tune.backend import LocalBackend
    from syne_tune.config_space import uniform
    from syne_tune.optimizer.baselines import RandomSearch
    from syne_tune.tuner_callback import TunerCallback

    class Clock(TunerCallback):
        """When each trial was started and when the tuner knew that it had ended."""

        def __init__(self) -> None:
            self.started: dict[int, float] = {}
            self.times: list[tuple[float, float]] = []

        def on_start_trial(self, trial: object) -> None:
            self.started[trial.trial_id] = time.time()

        def on_trial_complete(self, trial: object, result: dict) -> None:
            self.times.append((self.started[trial.trial_id], time.time()))

    clock = Clock()
    began = time.time()
    Tuner(
        trial_backend=LocalBackend(entry_point=__file__, num_gpus_per_trial=0),
        scheduler=RandomSearch({"x": uniform(0.0, 1.0)}, metrics=["score"], do_minimize=False),
        stop_criterion=StoppingCriterion(max_num_trials_completed=evaluations),
        n_workers=slots,
        sleep_time=0.01,
        callbacks=[clock],
        save_tuner=False,
    ).run()
    print(json.dumps({"version": version("syne-tune"), "seconds": time.time() - began, "times": clock.times}))


if __name__ == "__main__":
    if TRIAL in sys.argv:
        trial()
    else:
        search(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
