"""Empty trials of NNI's local training service, two at a time. Needs `nni`; prints one JSON object.

python nni_empty.py EVALUATIONS SLOTS FOLDER
"""

from __future__ import annotations

import json
import socket
import sys
import time
from importlib.metadata import version
from pathlib import Path

TRIAL = "trial"  # how the experiment calls this file back, once a trial


def trial() -> None:
    """What the experiment starts: one report, no work."""
    import nni

    nni.report_final_result(nni.get_next_parameter()["x"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def search(evaluations: int, slots: int, folder: Path) -> None:
    from nni.experiment import Experiment

    experiment = Experiment("local")
    config = experiment.config
    config.trial_command = f"{sys.executable} {Path(__file__).name} {TRIAL}"
    config.trial_code_directory = Path(__file__).parent
    config.search_space = {"x": {"_type": "uniform", "_value": [0.0, 1.0]}}
    config.tuner.name = "Random"
    config.max_trial_number, config.trial_concurrency = evaluations, slots
    config.experiment_working_directory = folder
    began = time.time()
    experiment.start(free_port())
    try:
        while experiment.get_status() not in ("DONE", "NO_MORE_TRIAL", "ERROR", "STOPPED"):
            time.sleep(1)
        jobs = experiment.list_trial_jobs()
    finally:
        experiment.stop()
    times = [(job.startTime / 1000, job.endTime / 1000) for job in jobs if (job.endTime or 0) > 0]
    print(json.dumps({"version": version("nni"), "seconds": time.time() - began, "times": times}))


if __name__ == "__main__":
    if TRIAL in sys.argv:
        trial()
    else:
        search(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
