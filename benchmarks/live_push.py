"""How soon a fact is on every page that watches: many sockets on one web process, some of which come and go.

    python benchmarks/live_push.py [--sockets 200] [--rate 5] [--seconds 30] [--out docs/results]

Starts a Redis and a web server on a scratch SQLite database, writes facts at a steady rate, and notes when each socket hears each.
Writer, server and sockets share one machine; the delay is from before the commit to the message.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
RECIPE = ROOT / "examples" / "tiny.json"
SETTLING = 3.0  # seconds for stragglers, once the last fact is written
ASK = 10.0  # seconds; as the page does


class Watcher:
    """One page: it follows a run from where it is, and comes back where its socket breaks."""

    def __init__(self, url: str, token: str, drops: bool) -> None:
        self._url, self._headers, self._drops = url, {"Authorization": f"Bearer {token}"}, drops
        self.cursor = 0
        self.delays: list[float] = []
        self.seqs: list[int] = []
        self.returns = 0

    async def follow(self, until: asyncio.Event, dropped: asyncio.Event) -> None:
        from websockets.asyncio.client import connect

        while not until.is_set():
            async with connect(self._url, additional_headers=self._headers, open_timeout=60) as socket:
                hearing = asyncio.create_task(self._hear(socket))
                asking = asyncio.create_task(self._ask(socket))
                ends = [asyncio.create_task(until.wait())]
                if self._drops and not dropped.is_set():
                    ends.append(asyncio.create_task(dropped.wait()))
                await asyncio.wait([hearing, *ends], return_when=asyncio.FIRST_COMPLETED)
                for task in (hearing, asking, *ends):
                    task.cancel()
                    with suppress(asyncio.CancelledError, Exception):
                        await task
            self.returns += 1

    async def _hear(self, socket: Any) -> None:
        async for text in socket:
            now, message = time.time(), json.loads(text)
            if message["type"] == "snapshot" and not self.cursor:
                self.cursor = message["state"]["seq"]
            elif message["type"] == "snapshot":
                await socket.send(json.dumps({"since": self.cursor}))
            for event in message.get("events", []):
                if event["seq"] > self.cursor:
                    self.cursor = event["seq"]
                    self.seqs.append(event["seq"])
                    self.delays.append(now - float(event["payload"]["text"]))

    async def _ask(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(ASK)
            await socket.send(json.dumps({"since": self.cursor}))


def main() -> int:
    """0 where every socket heard every fact once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--rate", type=float, default=5.0, help="facts a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), chosen)
    chosen.out.mkdir(parents=True, exist_ok=True)
    (chosen.out / "live_push.json").write_text(json.dumps(found, indent=2) + "\n")
    (chosen.out / "live_push.md").write_text(document(found))
    print(document(found))
    return 0 if found["missing"] == found["doubled"] == 0 else 1


def measured(folder: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """The figures of one run, with the processes that it takes."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "webapp.settings", "VAR_DIR": str(folder), "DATABASE_URL": ""}
    from tests.webapp.processes import Broker

    redis = Broker(folder)
    os.environ["REDIS_URL"] = redis.url
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.webapp.live.processes import Web

    run, token = prepared()
    web = Web(redis.url, folder)
    try:
        return asyncio.run(pushed(run, token, f"ws://{web.address}/live/runs/{run}/", chosen))
    finally:
        web.stop()
        redis.stop()


def prepared() -> tuple[str, str]:
    """A run that nobody works on, and the token of somebody who may watch it."""
    from webapp.accounts.models import Team, User
    from webapp.accounts.services.first_login import first_login
    from webapp.runs.services.control import start_run
    from webapp.studies.models import Study

    login = first_login()
    assert login is not None
    study = Study.objects.create(team=Team.objects.get(), name="watched", recipe=json.loads(RECIPE.read_text()))
    assert User.objects.count() == 1
    return str(start_run(study).pk), login.token


async def pushed(run: str, token: str, url: str, chosen: argparse.Namespace) -> dict[str, Any]:
    """Sockets first, then facts; a tenth of the sockets is dropped in the middle and comes back."""
    until, dropped = asyncio.Event(), asyncio.Event()
    watchers = [Watcher(url, token, drops=number % 10 == 0) for number in range(chosen.sockets)]
    following = [asyncio.create_task(watcher.follow(until, dropped)) for watcher in watchers]
    await asyncio.sleep(5.0)
    count = int(chosen.rate * chosen.seconds)
    for number in range(count):
        began = time.monotonic()
        await asyncio.to_thread(write, run, number)
        if number == count // 2:
            dropped.set()
        await asyncio.sleep(max(0.0, 1 / chosen.rate - (time.monotonic() - began)))
    await asyncio.sleep(SETTLING)
    until.set()
    await asyncio.gather(*following)
    steady = [delay for watcher in watchers if watcher.returns == 1 for delay in watcher.delays]
    every = set(range(1, count + 1))
    return {
        "sockets": chosen.sockets,
        "facts": count,
        "rate": chosen.rate,
        "cores": os.cpu_count(),
        "came back": sum(watcher.returns > 1 for watcher in watchers),
        "missing": sum(len(every - set(watcher.seqs)) for watcher in watchers),
        "doubled": sum(len(watcher.seqs) - len(set(watcher.seqs)) for watcher in watchers),
        "mean_ms": 1000 * statistics.mean(steady),
        "p50_ms": 1000 * statistics.median(steady),
        "p95_ms": 1000 * statistics.quantiles(steady, n=20)[-1],
        "longest_ms": 1000 * max(steady),
    }


def write(run: str, number: int) -> None:
    """One fact, which tells when it was written."""
    import uuid

    from nas_engine.events import Event, Warned
    from webapp.runs.services.events import append_events

    append_events(uuid.UUID(run), [Event(f"push {number}", Warned(0, repr(time.time())))])


def document(found: dict[str, Any]) -> str:
    """The figures as a page."""
    names = ("mean_ms", "p50_ms", "p95_ms", "longest_ms", "missing", "doubled")
    return f"""# Live push

Made by `python benchmarks/live_push.py`: {found["sockets"]} sockets on one web process, {found["rate"]:g} facts a second,
{found["facts"]} facts in all; writer, server, Redis and sockets on one machine of {found["cores"]} cores. {found["came back"]}
of the sockets were dropped in the middle and came back. The delay is from before a fact's commit to its arrival, at the sockets
that stayed.

| {" | ".join(name.replace("_", " ") for name in names)} |
|{"---|" * len(names)}
| {" | ".join(f"{found[name]:.0f}" for name in names)} |
"""


if __name__ == "__main__":
    sys.exit(main())
