"""Sockets that follow runs, in a process of their own. `benchmarks/load.py` starts it, and ends it by a line on its input.

    python benchmarks/load_watchers.py ADDRESS TOKEN SOCKETS RUN...

Prints `open` once all sockets are. The line on its input maps each run to the number of its last event; then it waits until
every socket has heard them all, and prints what they heard as one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from datetime import datetime
from typing import Any

from websockets.asyncio.client import connect

ASK = 10.0  # seconds; as the page does
AT_ONCE = 20  # sockets that are being opened
PATIENCE = 120.0  # seconds for the last events


class Watcher:
    """One page that is open on a run."""

    def __init__(self, address: str, token: str, run: str) -> None:
        self._url = f"{address.replace('http', 'ws', 1)}/live/runs/{run}/"
        self._headers = {"Authorization": f"Bearer {token}"}
        self.run = run
        self.cursor = -1
        self.lags: list[float] = []
        self.errors: list[str] = []

    async def follow(self, turn: asyncio.Semaphore) -> None:
        try:
            async with turn:
                socket = await connect(self._url, additional_headers=self._headers, open_timeout=120)
                self._take(json.loads(await socket.recv()))
            asking = asyncio.create_task(self._ask(socket))
            async for text in socket:
                self._take(json.loads(text))
            asking.cancel()
            self.errors.append(f"a socket was closed with {socket.close_code}")
        except Exception as error:  # noqa: BLE001 - whatever it was is what is reported
            self.errors.append(f"a socket failed: {type(error).__name__}: {error}")

    async def _ask(self, socket: Any) -> None:
        while True:
            await asyncio.sleep(ASK)
            await socket.send(json.dumps({"since": self.cursor}))

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            self.cursor = message["state"]["seq"]
        for event in message.get("events", []):
            if event["seq"] <= self.cursor:
                continue  # told again, after a question: the page ignores it too
            if event["seq"] != self.cursor + 1:
                self.errors.append(f"a gap: {event['seq']} came after {self.cursor}")
            self.cursor = event["seq"]
            self.lags.append(time.time() - datetime.fromisoformat(event["at"]).timestamp())


async def watched(address: str, token: str, sockets: int, runs: list[str]) -> dict[str, Any]:
    turn = asyncio.Semaphore(AT_ONCE)
    watchers = [Watcher(address, token, runs[number % len(runs)]) for number in range(sockets)]
    following = [asyncio.create_task(watcher.follow(turn)) for watcher in watchers]
    while any(watcher.cursor < 0 and not watcher.errors for watcher in watchers):
        await asyncio.sleep(0.1)
    print("open", flush=True)
    last: dict[str, int] = json.loads(await asyncio.to_thread(sys.stdin.readline))
    deadline = time.monotonic() + PATIENCE
    while any(watcher.cursor < last[watcher.run] for watcher in watchers) and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    for task in following:
        task.cancel()
    late = [watcher for watcher in watchers if watcher.cursor < last[watcher.run]]
    lags = sorted(lag for watcher in watchers for lag in watcher.lags)
    errors = [error for watcher in watchers for error in watcher.errors]
    errors += [f"a socket heard {watcher.cursor} of {last[watcher.run]} events" for watcher in late]
    return {
        "sockets": len(watchers),
        "heard": len(lags),
        "p50_ms": 1e3 * statistics.median(lags),
        "p95_ms": 1e3 * lags[int(0.95 * len(lags))],
        "longest_ms": 1e3 * lags[-1],
        "errors": errors,
    }


if __name__ == "__main__":
    address, token, sockets, *runs = sys.argv[1:]
    print(json.dumps(asyncio.run(watched(address, token, int(sockets), runs))), flush=True)
