"""Many studies at once: what a studio of two cores makes of them, and whether anything goes wrong.

    python benchmarks/load.py [--studies 50] [--evaluations 2000] [--sockets 300] [--limit 570] [--database URL] [--out docs/results]

Starts a studio of its own (Redis, pages, sweeper, a worker that decides) on a scratch SQLite database, or a scratch database beside
the PostgreSQL that --database names. The studies are submitted over REST; once all evaluations wait at the same time, and as
many sockets follow the runs, a worker begins to perform them. They are empty: what is measured is everything else. Meanwhile
somebody turns pages and asks REST. Exit code 1 where anything went wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from prometheus_client.parser import text_string_to_metric_families  # noqa: E402 - found from the root

from benchmarks.empty_worker import recipe_of  # noqa: E402
from benchmarks.load_report import document, growth, picture  # noqa: E402
from benchmarks.load_studio import Studio, studio  # noqa: E402
from benchmarks.overhead import broker, percentile, scratch_postgres  # noqa: E402
from nas_engine.fingerprint import fingerprint  # noqa: E402

PAUSE = 0.2  # seconds between two requests of the visitor
MOST_GROWTH = 0.1  # of a process's memory, over the last third
Row = dict[str, Any]


class Visitor(threading.Thread):
    """Somebody who turns pages and asks REST, one after the other, until told to stop."""

    def __init__(self, made: Studio, runs: list[Row], session: str) -> None:
        super().__init__(daemon=True)
        self._client, self._over = made.client(), threading.Event()
        self._client.cookies.set("sessionid", session)
        self._runs = runs
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def run(self) -> None:
        for number, (name, path) in enumerate(self._asked()):
            if self._over.wait(PAUSE):
                return
            began = time.perf_counter()
            try:
                answer = self._client.get(path)
                if answer.status_code != 200:
                    self.errors.append(f"{path.partition('?')[0]} answered {answer.status_code}")
            except httpx.HTTPError as error:
                self.errors.append(f"request {number}, {name}: {type(error).__name__}")
            self.times[name].append((time.perf_counter() - began) * 1e3)

    def _asked(self) -> Iterator[tuple[str, str]]:
        while True:
            for run in self._runs:
                yield "page: studies", "/"
                yield "page: study", f"/studies/{run['study']}/?run={run['id']}"
                yield "page: candidates", f"/runs/{run['id']}/candidates/?order=-score"
                yield "REST: run", f"/api/v1/runs/{run['id']}/"
                yield "REST: events", f"/api/v1/runs/{run['id']}/events/"
                yield "REST: candidates", f"/api/v1/runs/{run['id']}/candidates/?order=-score"
                yield "metrics", "/metrics/"

    def stop(self) -> None:
        self._over.set()
        self.join(120)


def submitted(client: httpx.Client, studies: int, each: int) -> tuple[list[Row], list[float]]:
    """The runs, and how long each submission took."""
    runs, times = [], []
    recipe = recipe_of({"kind": "random", "draws": each})
    for number in range(studies):
        asked = {"recipe": {**recipe, "seed": number, "name": f"load {number}"}, "slots": each}
        began = time.perf_counter()
        study = client.post("/api/v1/studies/", json=asked).raise_for_status().json()
        times.append((time.perf_counter() - began) * 1e3)
        runs.append({"id": study["runs"][0]["id"], "study": study["id"]})
    return runs, times


def works(client: httpx.Client) -> dict[str, float]:
    """Pieces of work by status, as the metrics say."""
    text = client.get("/metrics/").raise_for_status().text
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return {one.labels["status"]: one.value for one in samples if one.name == "spacewright_work"}


def came(true: Callable[[], bool], until: float) -> bool:
    """Wait for something; whether it came in time."""
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(1.0)
    return True


@contextmanager
def watchers(made: Studio, sockets: int, runs: list[Row]) -> Iterator[subprocess.Popen[str]]:
    """Sockets, open on the runs in turn."""
    command = [sys.executable, "benchmarks/load_watchers.py", made.address, made.token, str(sockets)]
    process = subprocess.Popen(
        [*command, *(run["id"] for run in runs)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "open\n":
            raise SystemExit("the sockets were not opened")
        yield process
    finally:
        process.kill()
        process.wait(10)


def loaded(made: Studio, chosen: argparse.Namespace) -> Row:
    """The whole of it; the figures, and what went wrong."""
    until, each = time.monotonic() + chosen.limit, chosen.evaluations // chosen.studies
    total = each * chosen.studies
    client = made.client()
    runs, submissions = submitted(client, chosen.studies, each)
    errors = []
    if not came(lambda: works(client)["queued"] == total, until):
        errors.append(f"after {chosen.limit:.0f} s not all of {total} evaluations were queued")
    queued = works(client)["queued"]
    with watchers(made, chosen.sockets, runs) as process:
        visitor = Visitor(made, runs, session())
        visitor.start()
        began = time.monotonic()
        made.worker("device")
        if not came(lambda: works(client)["done"] == total and all_over(client, runs), until):
            errors.append(f"after {chosen.limit:.0f} s {works(client)['done']:.0f} of {total} evaluations were done")
        seconds = time.monotonic() - began
        visitor.stop()
        found = [client.get(f"/api/v1/runs/{run['id']}/").raise_for_status().json() for run in runs]
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({one["id"]: one["last_seq"] for one in found}) + "\n")
        process.stdin.flush()
        heard = json.loads(process.stdout.readline())
    errors += [*made.wrong(), *visitor.errors, *heard.pop("errors"), *unfinished(client, found, each)]
    errors += [
        f"the memory of {name} still grows: {100 * grown:.0f} % in the last third"
        for name, grown in growth(made.memory).items()
        if grown > MOST_GROWTH
    ]
    return {
        "studies": chosen.studies,
        "evaluations": total,
        "queued_at_once": int(queued),
        "seconds": round(seconds, 1),
        "evaluations_a_second": round(works(client)["done"] / seconds, 1),
        "event_lag": heard,
        "requests": {name: times_of(times) for name, times in {"REST: submit": submissions, **visitor.times}.items()},
        "memory": {name: [(round(at, 1), round(mb, 1)) for at, mb in seen] for name, seen in made.memory.items()},
        "errors": errors,
    }


def all_over(client: httpx.Client, runs: list[Row]) -> bool:
    return all(client.get(f"/api/v1/runs/{run['id']}/").json()["status"] != "running" for run in runs)


def unfinished(client: httpx.Client, found: list[Row], each: int) -> list[str]:
    """Runs that are not as they should be."""
    wrong = [f"run {one['id']} is {one['status']}: {one['reason']}" for one in found if one["status"] != "finished"]
    for one in found:
        kinds: list[str] = []
        while len(page := client.get(f"/api/v1/runs/{one['id']}/events/?since={len(kinds)}").json()["events"]):
            kinds += [event["kind"] for event in page]
        if (count := kinds.count("candidate evaluated")) != each:
            wrong.append(f"run {one['id']} has {count} evaluations, and {each} were asked for")
    return wrong


def times_of(times: list[float]) -> Row:
    return {
        "count": len(times),
        "p50_ms": round(percentile(times, 0.5), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
    }


def session() -> str:
    """Of the first user, for pages."""
    import django

    django.setup()
    from django.test import Client

    from webapp.accounts.models import User

    somebody = Client()
    somebody.force_login(User.objects.get())
    return somebody.cookies["sessionid"].value


def main() -> int:
    """0 where nothing went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--studies", type=int, default=50)
    parser.add_argument("--evaluations", type=int, default=2000, help="of all studies together")
    parser.add_argument("--sockets", type=int, default=300)
    parser.add_argument("--limit", type=float, default=570.0, help="seconds for all that is waited for")
    parser.add_argument("--database", default="", metavar="URL", help="a PostgreSQL; SQLite without")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    chosen = parser.parse_args()
    environment = {**fingerprint(), "cores": os.cpu_count(), "load": [round(one, 1) for one in os.getloadavg()]}
    with tempfile.TemporaryDirectory() as name, broker(Path(name)) as redis, database(chosen.database) as url:
        own = {"DJANGO_SETTINGS_MODULE": "webapp.settings", "VAR_DIR": name, "DATABASE_URL": url, "REDIS_URL": redis}
        own |= {"RATE_READ": "0", "RATE_WRITE": "0"}
        os.environ |= {**own, "OMP_NUM_THREADS": "1"}
        with studio(Path(name)) as made:
            found = loaded(made, chosen)
    environment |= {
        "database": "PostgreSQL" if url else "SQLite",
        "load_after": [round(one, 1) for one in os.getloadavg()],
    }
    written = {"environment": environment, **found}
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "load.json").write_text(json.dumps(written) + "\n")
    (chosen.out / "load.md").write_text(document(written))
    (chosen.out / "load.svg").write_text(picture(written))
    print(document(written))
    return 1 if written["errors"] else 0


@contextmanager
def database(given: str) -> Iterator[str]:
    """The address of a scratch database; nothing for SQLite."""
    if not given:
        yield ""
        return
    with scratch_postgres(given) as url:
        yield url


if __name__ == "__main__":
    sys.exit(main())
