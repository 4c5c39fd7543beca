"""One queue of three teams, worked off by two Celery workers, on the database of DATABASE_URL and the broker of REDIS_URL.

    ORDER=fair python -m benchmarks.fair_share_queue

Prints one JSON object: every evaluation, and how long a look at whose turn it is takes with all of them queued.
`benchmarks/fair_share.py` starts it.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - Django comes first

from benchmarks.timed_worker import register, timed_recipe  # noqa: E402
from webapp import queueing  # noqa: E402
from webapp.accounts.models import Team  # noqa: E402
from webapp.environment import environment  # noqa: E402
from webapp.runs.models import Floor, Work  # noqa: E402
from webapp.runs.selectors.turn import next_turn  # noqa: E402
from webapp.runs.services.advance import advance_run  # noqa: E402
from webapp.runs.services.control import start_run  # noqa: E402
from webapp.studies.models import Study  # noqa: E402

ROOT = Path(__file__).resolve().parents[1]
QUEUED = {"a thousand": 1000, "a hundred": 100, "ten": 10}  # by team, in the order of their arrival
WORKERS = 2
LOOKS = 50
LIMIT = 240  # seconds: a guard against a hang


def queue() -> float:
    """Milliseconds of a look at whose turn it is. After: every evaluation of every team is queued, then sent.

    No decision comes after these: nobody makes one here.
    """
    kept: list[tuple[str, str]] = []
    send, queueing._send = queueing._send, lambda name, identity: kept.append((name, identity))
    for name, count in QUEUED.items():
        study = Study.objects.create(team=Team.objects.create(name=name), name=name, recipe=timed_recipe(count))
        advance_run(start_run(study, slots=count).pk)
    if (found := Work.objects.filter(status=Work.Status.QUEUED).count()) != sum(QUEUED.values()):
        raise SystemExit(f"{found} evaluations are queued, {sum(QUEUED.values())} were asked for")
    cost = turn_ms()
    queueing._send = send
    for name, identity in kept:
        send(name, identity)
    return cost


def turn_ms() -> float:
    """The median of some."""
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        next_turn()
        times.append((time.perf_counter() - began) * 1e3)
    return round(statistics.median(times), 2)


def warm_up() -> None:
    """After: each worker has done something, so that none loads torch while it is measured; of that nothing is left."""
    team = Team.objects.create(name="warm-up")
    while Work.objects.filter(status=Work.Status.DONE).values("owner").distinct().count() < WORKERS:
        advance_run(start_run(Study.objects.create(team=team, name="", recipe=timed_recipe(2)), slots=2).pk)
        wait_for_all()
    team.delete()
    Floor.objects.all().delete()


def worker(number: int) -> subprocess.Popen[bytes]:
    """In a group of its own, so that its child ends with it."""
    command = [sys.executable, "-m", "celery", "-A", "benchmarks.timed_worker", "worker", "-l", "warning", "-c", "1"]
    with (environment.var_dir / f"worker-{number}.log").open("w") as log:
        return subprocess.Popen(
            [*command, "-Q", "device", "-n", f"{number}@fair"],
            cwd=ROOT,
            env={**os.environ, "NODE": f"here/{number}"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_for_all() -> None:
    until = time.monotonic() + LIMIT
    while Work.objects.exclude(status=Work.Status.DONE).exists():
        if time.monotonic() > until:
            left = Work.objects.exclude(status=Work.Status.DONE).count()
            raise SystemExit(f"{left} evaluations were not done after {LIMIT} s")
        time.sleep(0.5)


def told() -> list[dict[str, Any]]:
    """In the order of their end; seconds since the first began."""
    rows = Work.objects.order_by("ended").values_list("run__study__team__name", "ended", "seconds")
    first = min(ended.timestamp() - seconds for _, ended, seconds in rows)
    return [
        {
            "team": team,
            "began": round(ended.timestamp() - seconds - first, 4),
            "ended": round(ended.timestamp() - first, 4),
            "seconds": round(seconds, 4),
        }
        for team, ended, seconds in rows
    ]


def main() -> None:
    call_command("migrate", verbosity=0)
    register()
    workers = [worker(number) for number in range(WORKERS)]
    try:
        warm_up()
        cost = queue()
        wait_for_all()
    finally:
        for process in workers:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)
    print(json.dumps({"turn_ms": cost, "evaluations": told()}))


if __name__ == "__main__":
    main()
