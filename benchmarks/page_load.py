"""What the page of a large study costs, beside Optuna Dashboard with a tenth of it, in one run on one machine.

    python benchmarks/page_load.py [--candidates 100000] [--trials 10000] [--environments FOLDER] [--out docs/results]

Starts a Redis and a web process on a scratch SQLite database, makes the study of `manage.py fixture_big`, and asks for its table
in every order, first, middle and last page; then Chromium (the one on PATH) opens its page. Optuna Dashboard is installed by pip in
an environment of its own (a scratch folder, or --environments to keep it), and shows the first trials of the same study: the
same choices, scores and costs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.overhead import call, percentile  # noqa: E402 - found from the root
from benchmarks.page_load_browser import opened  # noqa: E402
from benchmarks.page_load_report import document, picture  # noqa: E402
from nas_engine.fingerprint import fingerprint  # noqa: E402

ORDERS = ("-score", "score", "params", "-params", "madds", "-madds", "number", "-number")
ASKED = 40  # times for each page
OPENED = 5  # times in Chromium, each without a cache
PATIENCE = 240.0  # seconds for one answer of the other system
Row = dict[str, Any]


class Visitor:
    """Somebody who has logged in, and the web process that answers."""

    def __init__(self, address: str, session: str, process: int) -> None:
        self.web = httpx.Client(base_url=address, timeout=60, cookies={"sessionid": session})
        self.cookies = [{"name": "sessionid", "value": session, "url": address}]
        self._stat = Path(f"/proc/{process}/stat")

    def asked(self, page: str, path: str) -> Row:
        """A row of the times of one page. `cpu_ms`: of the web process, on average; it tells other work on the machine apart."""
        times = []
        self.web.get(path)
        before = self._cpu_seconds()
        for _ in range(ASKED):
            begun = time.perf_counter()
            answer = self.web.get(path).raise_for_status()
            times.append((time.perf_counter() - begun) * 1e3)
        spent = (self._cpu_seconds() - before) * 1e3 / ASKED
        found = {
            "page": page,
            "p50_ms": percentile(times, 0.5),
            "p95_ms": percentile(times, 0.95),
            "cpu_ms": round(spent, 1),
        }
        return {**found, "bytes": len(answer.content), "load": round(os.getloadavg()[0], 1)}

    def _cpu_seconds(self) -> float:
        user, system = self._stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def table_rows(visitor: Visitor, run: str) -> list[Row]:
    """Each order of the table and of REST: the first page, one in the middle that was turned to, the last."""
    rows = []
    for order in ORDERS:
        first = f"/runs/{run}/candidates/?order={order}"
        last = int(re.findall(r'max="(\d+)"', visitor.web.get(first).text)[0])
        jump = f"{first}&page={last // 2}"
        turned = unescape(re.findall(r'hx-get="([^"]+)"[^>]*>Next<', visitor.web.get(jump).text)[0])
        places = {"first": first, "middle": turned, "jump to the middle": jump, "last": f"{first}&page={last}"}
        for place, path in places.items():
            rows.append(visitor.asked(f"table by {order}, {place}", path))
        path = f"/api/v1/runs/{run}/candidates/?order={order}"
        rows.append(visitor.asked(f"REST by {order}, first 50", path))
    return rows


@contextmanager
def studio(folder: Path, candidates: int) -> Iterator[tuple[Visitor, float | None]]:
    """Somebody who visits a web process on the database in a folder, and how long the study took to make; None if it was there."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "VAR_DIR": str(folder), "DATABASE_URL": ""}
    from tests.webapp.processes import Broker

    redis = Broker(folder)
    os.environ["REDIS_URL"] = redis.url
    import django

    django.setup()
    from django.test import Client

    from tests.webapp.live.processes import Web
    from webapp.accounts.models import User

    manage("migrate", "--verbosity", "0")
    manage("first_login")
    begun = time.perf_counter()
    known = "it is there" in manage("fixture_big", "--candidates", str(candidates))
    made = None if known else round(time.perf_counter() - begun, 1)
    somebody = Client()
    somebody.force_login(User.objects.get())
    web = Web(redis.url, folder)
    try:
        yield Visitor(f"http://{web.address}", somebody.cookies["sessionid"].value, web._process.pid), made
    finally:
        web.stop()
        redis.stop()


def manage(*arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ, text=True, capture_output=True, check=True, timeout=1800
    ).stdout


def ours(folder: Path, candidates: int, trials: int) -> tuple[Row, Row]:
    """What our pages cost, and the first trials of the study for the others."""
    with studio(folder, candidates) as (visitor, made):
        from webapp.runs.models import Run
        from webapp.runs.services.made_up import name_of

        run = Run.objects.filter(study__name=name_of(candidates)).latest("created")
        found: Row = {"candidates": candidates, "fixture_seconds": made, "history": history(visitor, run.pk)}
        study = f"/studies/{run.study_id}/?run={run.pk}"
        found["rows"] = [*table_rows(visitor, str(run.pk)), visitor.asked("the Study page", study)]
        scored = run.candidates.filter(score__isnull=False).order_by("number")
        names = ("genes", "score", "params", "madds")
        rows = list(scored.values_list("architecture__genes", "score", "params", "madds")[:trials])
        listed = [dict(zip(names, row, strict=True)) for row in rows]
        choices = [sorted({one["genes"][place] for one in listed}) for place in range(len(listed[0]["genes"]))]
        page, row = f"{str(visitor.web.base_url).rstrip('/')}{study}", "#candidates tbody tr"
        found["browser"] = [opened(page, row, "#scatter .u-over", visitor.cookies, 60.0) for _ in range(OPENED)]
    return found, {"choices": choices, "trials": listed}


def history(visitor: Visitor, run: object) -> Row:
    """What the charts are sent, asked for the first time."""
    begun = time.perf_counter()
    answer = visitor.web.get(f"/runs/{run}/history/").raise_for_status()
    seconds, content = time.perf_counter() - begun, answer.json()
    points, answers = len(content["candidates"]["key"]), sum(content["answers"].values())
    sent = int(answer.headers["Content-Length"])
    return {"seconds": round(seconds, 3), "bytes": sent, "points": points, "answers": answers}


def peer(environments: Path, trials: Row) -> Row:
    """What Optuna Dashboard costs; where it does not install or run, why."""
    home = environments / "optuna_dashboard"
    try:
        if not (home / "bin" / "python").exists():
            subprocess.run([sys.executable, "-m", "venv", home], check=True, timeout=600)
        python = home / "bin" / "python"
        packages = ("optuna", "optuna-dashboard")
        call([python, "-m", "pip", "install", "--disable-pip-version-check", "-q", *packages], home)
        version = call([python, "-c", "import optuna_dashboard; print(optuna_dashboard.__version__)"], home).strip()
        with tempfile.TemporaryDirectory() as folder:
            given = Path(folder) / "trials.json"
            given.write_text(json.dumps(trials))
            script = ROOT / "benchmarks" / "peers" / "optuna_dashboard_study.py"
            said = json.loads(call([python, script, given, folder], home).splitlines()[-1])
            with dashboard(home, said["storage"]) as address:
                found = {"version": version, "trials": len(trials["trials"]), "optuna": said["version"]}
                return found | asked(address)
    except (RuntimeError, subprocess.SubprocessError, httpx.HTTPError) as error:
        return {"failed": str(error)}


def asked(address: str) -> Row:
    """Its one answer with the study in it, and its page of trials in Chromium."""
    begun = time.perf_counter()
    answer = httpx.get(f"{address}/api/studies/1", timeout=PATIENCE).raise_for_status()
    seconds = time.perf_counter() - begun
    found: Row = {"api": {"seconds": round(seconds, 2), "bytes": len(answer.content), "load": os.getloadavg()[0]}}
    view = opened(f"{address}/dashboard/studies/1/trialTable", "table tbody tr", "table tbody tr", [], PATIENCE)
    return {**found, "browser": [view]}


@contextmanager
def dashboard(home: Path, storage: str) -> Iterator[str]:
    from tests.webapp.processes import free_port, listens

    port = free_port()
    command = [home / "bin" / "optuna-dashboard", storage, "--port", str(port), "--server", "wsgiref", "--quiet"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            if not listens(port, process):
                raise RuntimeError("optuna-dashboard did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, default=100_000)
    parser.add_argument("--trials", type=int, default=10_000, help="of Optuna's study")
    parser.add_argument(
        "--var", type=Path, default=None, help="a folder with the study in its database, to save its making"
    )
    parser.add_argument("--environments", type=Path, default=None, help="where Optuna is installed, to keep it")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    chosen = parser.parse_args()
    if shutil.which("chromium") is None:
        raise SystemExit("there is no chromium on PATH; install one, the figures are of a real browser")
    with tempfile.TemporaryDirectory() as scratch:
        folder = (chosen.var or Path(scratch) / "var").resolve()
        folder.mkdir(exist_ok=True)
        found, trials = ours(folder, chosen.candidates, chosen.trials)
        written: Row = {"environment": facts(), "ours": found, "optuna_dashboard": {"failed": "not measured"}}
        write(chosen.out, written)
        print(document(written), flush=True)
        written["optuna_dashboard"] = peer((chosen.environments or Path(scratch)).resolve(), trials)
        write(chosen.out, written)
    print(document(written))


def facts() -> Row:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    load = [round(one, 1) for one in os.getloadavg()]
    return {
        **fingerprint(),
        "cores": os.cpu_count(),
        "commit": commit.stdout.strip(),
        "load": load,
        "database": "SQLite",
    }


def write(out: Path, written: Row) -> None:
    """What there is so far, so that a peer that hangs costs only its own figures."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "page_load.json").write_text(json.dumps(written, indent=1) + "\n")
    (out / "page_load.md").write_text(document(written))
    (out / "page_load.svg").write_text(picture(written))


if __name__ == "__main__":
    main()
