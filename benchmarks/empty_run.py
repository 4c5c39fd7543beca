"""One run of empty evaluations through real Celery workers, on the database of DATABASE_URL and the broker of REDIS_URL.

    python -m benchmarks.empty_run --evaluations 300 --slots 2 --workers short device

Prints one JSON object: when each evaluation was queued and told, in seconds. `benchmarks/overhead.py` starts it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from benchmarks.empty_worker import recipe_of, register  # noqa: E402 - Django comes first
from nas_engine.candidate import Candidate  # noqa: E402
from nas_engine.wire import read  # noqa: E402
from webapp.accounts.models import Team  # noqa: E402
from webapp.runs.models import Run  # noqa: E402
from webapp.runs.services.control import start_run  # noqa: E402
from webapp.studies.models import Study  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 600  # seconds: a guard against a hang


def started(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """A process in a group of its own, so that its children end with it."""
    with log.open("w") as file:
        return subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file, start_new_session=True)


def worker(queues: str, number: int, folder: Path) -> subprocess.Popen[bytes]:
    celery = [sys.executable, "-m", "celery", "-A", "benchmarks.empty_worker", "worker", "-l", "warning"]
    return started([*celery, "-Q", queues, "-c", "1", "-n", f"{number}@empty"], folder / f"worker-{number}.log")


def ended(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, then make it."""
    for what in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, what)
            process.wait(10)
        except (subprocess.TimeoutExpired, ProcessLookupError):
            continue


def run_to_its_end(recipe: dict[str, Any], slots: int) -> Run:
    study = Study.objects.create(team=Team.objects.create(name="benchmark"), name="empty", recipe=recipe)
    run = start_run(study, slots)
    began = time.monotonic()
    while run.status == Run.Status.RUNNING:
        if time.monotonic() - began > LIMIT:
            raise SystemExit(f"{run.candidates.count()} evaluations after {LIMIT} s: the workers hang")
        time.sleep(0.5)
        run.refresh_from_db(fields=["status", "reason"])
    if run.status != Run.Status.FINISHED:
        raise SystemExit(f"the run is {run.status}: {run.reason}")
    return run


def measured(run: Run) -> list[tuple[float, float]]:
    """When each Work was queued and when its answer was written down, in the order of the answers."""
    told = {
        payload["key"]: created.timestamp()
        for payload, created in run.events.filter(kind="candidate evaluated").values_list("payload", "created")
    }
    asked = [(work, queued.timestamp()) for work, queued in run.works.values_list("value", "queued")]
    times = [(queued, told[key]) for work, queued in asked for key in keys(work)]
    assert len(times) == len(told), "an evaluation is missing"
    return sorted(times, key=lambda pair: pair[1])


def keys(work: dict[str, Any]) -> list[str]:
    """Of the architectures that a Work asks about."""
    return [read(Candidate, candidate).architecture.key for candidate in work["payload"]["candidates"]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=int, default=300)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--workers", nargs="+", default=["short", "device"], help="the queues of each, with commas")
    parser.add_argument("--logs", type=Path, required=True)
    chosen = parser.parse_args()
    register()
    call_command("migrate", verbosity=0)
    workers = [worker(queues, number, chosen.logs) for number, queues in enumerate(chosen.workers)]
    workers.append(started([sys.executable, "manage.py", "sweep"], chosen.logs / "sweeper.log"))
    try:
        run = run_to_its_end(recipe_of({"kind": "random", "draws": chosen.evaluations}), chosen.slots)
    finally:
        for process in workers:
            ended(process)
    print(json.dumps({"times": measured(run)}))


if __name__ == "__main__":
    main()
