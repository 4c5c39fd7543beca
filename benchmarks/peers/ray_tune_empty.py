"""Empty trials of Ray Tune, two at a time. Needs `ray[tune]`; prints one JSON object.

python ray_tune_empty.py EVALUATIONS SLOTS FOLDER
"""

from __future__ import annotations

import json
import sys
import time

import ray
from ray import tune


class Clock(tune.Callback):
    """When each trial was started and when the tuner knew that it had ended."""

    def __init__(self) -> None:
        self.started: dict[str, float] = {}
        self.times: list[tuple[float, float]] = []

    def on_trial_start(self, iteration: int, trials: list, trial: object, **_: object) -> None:
        self.started[trial.trial_id] = time.time()

    def on_trial_complete(self, iteration: int, trials: list, trial: object, **_: object) -> None:
        self.times.append((self.started[trial.trial_id], time.time()))


def empty(config: dict[str, float]) -> dict[str, float]:
    return {"score": config["x"]}


def main() -> None:
    evaluations, slots, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    ray.init(
        num_cpus=slots, include_dashboard=False, configure_logging=True, logging_level="error", log_to_driver=False
    )
    clock = Clock()
    began = time.time()
    tune.Tuner(
        empty,
        param_space={"x": tune.uniform(0.0, 1.0)},
        tune_config=tune.TuneConfig(num_samples=evaluations, max_concurrent_trials=slots, metric="score", mode="max"),
        run_config=tune.RunConfig(storage_path=folder, name="empty", callbacks=[clock], verbose=0),
    ).fit()
    seconds = time.time() - began
    ray.shutdown()
    print(json.dumps({"version": ray.__version__, "seconds": seconds, "times": clock.times}))


if __name__ == "__main__":
    main()
