"""The socket: who may open it, and that it tells every fact once, in order, whatever the layer loses."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from tests.webapp.conftest import Messages
from tests.webapp.live.watcher import Watcher, append, append_later, watching
from webapp.live import consumer
from webapp.live.fold import fold
from webapp.live.messages import MOST_BYTES, batches
from webapp.live.outbox import MOST_BATCHES
from webapp.runs.models import Run
from webapp.runs.selectors.snapshot import snapshot
from webapp.runs.services.claim import claim
from webapp.runs.services.control import pause

pytestmark = pytest.mark.usefixtures("layer")


def test_snapshot_and_events_are_the_run_as_it_is(run: Run, token: str) -> None:
    append(run, "before")

    async def story(watcher: Watcher) -> None:
        state = (await watcher.open())["state"]
        assert state["seq"] == 1
        await watcher.tell(await append_later(run, "one", "two"))
        for event in (await watcher.hear())["events"]:
            state = fold(state, event)
        assert state == await sync_to_async(snapshot)(run)

    watching(run, token, story)


def test_events_that_are_known_are_dropped_and_a_gap_is_filled_from_rows(run: Run, token: str) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()
        events = await append_later(run, *"abcdefg")
        await watcher.tell(events[:2])
        assert await watcher.seqs() == [1, 2]
        await watcher.tell(events[:2])
        await watcher.tell(events[1:3])  # its beginning is known
        assert await watcher.seqs() == [3]
        await watcher.tell(events[4:5])  # 4 was lost; the rows know more than the message
        assert await watcher.seqs() == [4, 5, 6, 7]
        await watcher.tell(events[3:6])
        assert await watcher.is_silent()

    watching(run, token, story)


def test_what_was_committed_while_the_snapshot_was_read_is_neither_lost_nor_told_twice(
    run: Run, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The group is joined first: what arrives meanwhile waits, and what is in the snapshot already is dropped."""
    read = consumer.snapshot

    async def story(watcher: Watcher) -> None:
        loop = asyncio.get_running_loop()

        def interrupted(run: Run) -> Any:
            before = append(run, "before it was read")
            state = read(run)
            after = append(run, "after it was read")
            for events in (before, after):
                asyncio.run_coroutine_threadsafe(watcher.tell(events), loop).result(10)
            return state

        monkeypatch.setattr(consumer, "snapshot", interrupted)
        assert (await watcher.open())["state"]["seq"] == 1
        assert await watcher.seqs() == [2]
        assert await watcher.is_silent()

    watching(run, token, story)


def test_who_asks_gets_what_it_lacks_and_how_far_the_work_is(run: Run, token: str) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()
        await append_later(run, *"abc")  # the layer loses all three
        await watcher.ask(0)
        assert await watcher.seqs() == [1, 2, 3]
        assert await watcher.gauges() == {"type": "gauges", "seq": 3, "works": []}
        await watcher.ask(2)  # a client that missed one
        assert await watcher.seqs() == [3]
        assert (await watcher.hear())["seq"] == 3
        await watcher.ask(99)  # a number that is not there yet hides nothing
        assert await watcher.gauges() == {"type": "gauges", "seq": 3, "works": []}
        await watcher.tell(await append_later(run, "d"))
        assert await watcher.seqs() == [4]

    watching(run, token, story)


def test_large_facts_come_in_messages_of_64_kb_and_what_is_larger_by_itself_comes_alone(run: Run, token: str) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()
        events = await append_later(run, *(letter * 30_000 for letter in "abcd"), "e" * 70_000, "f")
        assert [(b.first, b.last, bool(b.text)) for b in batches(events)] == [
            (1, 2, True), (3, 4, True), (5, 5, False), (6, 6, True),
        ]  # fmt: skip
        assert all(len(batch.text) <= MOST_BYTES for batch in batches(events))
        await watcher.tell(events)
        assert await watcher.seqs() == [1, 2]
        assert await watcher.seqs() == [3, 4]
        assert await watcher.seqs() == [5]
        assert await watcher.seqs() == [6]
        assert await watcher.is_silent()
        await watcher.ask(0)
        assert [await watcher.seqs() for _ in range(4)] == [[1, 2], [3, 4], [5], [6]]

    watching(run, token, story)


def test_gauges_pass_through_and_change_no_number(run: Run, token: str) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()
        gauge = {"work": "0-train", "done": 3, "total": 9, "metrics": {"loss": 0.5}}
        await watcher.tell_layer({"type": "live.gauge", "gauge": gauge})
        assert await watcher.hear() == {"type": "gauge", "gauge": gauge}
        await watcher.tell(await append_later(run, "a"))
        assert await watcher.seqs() == [1]

    watching(run, token, story)


def test_where_nothing_comes_rows_are_looked_at_and_what_the_layer_lost_is_told(
    run: Run, token: str, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pulse: what waits, what is done and when its worker was last heard of; seldom once nothing is wanted."""
    for name in ("PULSE", "LiveRun._pause"):
        monkeypatch.setattr(f"webapp.live.consumer.{name}", 0.05)

    async def story(watcher: Watcher) -> None:
        await watcher.open()
        heard = await watcher.hear()
        assert (heard["type"], heard["works"], heard["holdup"]["waits"]) == ("gauges", [], "decision")
        assert (await watcher.hear())["holdup"]["at"] > heard["holdup"]["at"]
        await append_later(run, "lost")
        assert [event["seq"] for event in (await watcher.until("events"))["events"]] == [1]
        await sync_to_async(messages.take)()
        await watcher.until("gauges", lambda heard: heard["holdup"]["waits"] == "worker")
        work = await sync_to_async(run.works.get)()
        claimed = await sync_to_async(claim)(work.pk, "tests")
        assert claimed is not None
        busy = await watcher.until("gauges", lambda heard: bool(heard["works"]))
        assert busy["works"] == [{"work": claimed.key}]
        assert 0 <= busy["holdup"]["quiet"] < 60
        await sync_to_async(pause)(run.pk)
        await watcher.until("gauges", lambda heard: heard["holdup"] is None)
        assert await watcher.is_silent()

    watching(run, token, story)


def test_facts_do_not_wait_for_a_look_at_rows(run: Run, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    look, begun, gate = consumer.holdup, threading.Event(), threading.Event()

    def slow(run: Any) -> Any:
        begun.set()
        assert gate.wait(10)
        return look(run)

    monkeypatch.setattr(consumer, "holdup", slow)

    async def story(watcher: Watcher) -> None:
        await watcher.open()
        events = await append_later(run, "a", "b")
        await watcher.tell(events[:1])
        assert await watcher.seqs() == [1]
        monkeypatch.setattr(consumer, "events_since", lambda *_: [])
        await watcher.ask(1)
        await asyncio.to_thread(begun.wait, 10)
        await watcher.tell(events[1:])
        assert await asyncio.wait_for(watcher.seqs(), 5) == [2]
        gate.set()
        assert await watcher.gauges() == {"type": "gauges", "seq": 2, "works": []}

    watching(run, token, story)


def test_sockets_of_one_visitor_are_looked_at_together(run: Run, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, count = consumer.run_of, []
    headers = [(b"authorization", f"Bearer {token}".encode())]

    async def told() -> None:
        watchers = [Watcher(run, headers) for _ in range(20)]
        for watcher in watchers:
            await watcher.open()
        monkeypatch.setattr(consumer, "run_of", lambda *asked: [count.append(1), seen(*asked)][1])
        await asyncio.gather(*(watcher.ask(0) for watcher in watchers))
        assert {(await watcher.hear())["type"] for watcher in watchers} == {"gauges"}
        await asyncio.gather(*(watcher.leave() for watcher in watchers))

    async_to_sync(told)()
    assert 0 < len(count) < 20


def test_for_a_slow_client_little_is_held_and_nothing_is_lost(
    run: Run, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client takes nothing while two hundred batches come; then it gets every number, once, in order."""
    gate, held = asyncio.Event(), []
    send = consumer.LiveRun.send

    async def slow(self: Any, text_data: Any = None, **more: Any) -> None:
        held.append(len(self._outbox._batches))
        if '"snapshot"' not in text_data:
            await gate.wait()
        await send(self, text_data, **more)

    monkeypatch.setattr(consumer.LiveRun, "send", slow)

    async def story(watcher: Watcher) -> None:
        await watcher.open()
        events = await append_later(run, *(str(number) for number in range(200)))
        for event in events:
            await watcher.tell([event])
            await watcher.tell_layer({"type": "live.gauge", "gauge": {"work": "w", "done": event["seq"]}})
            await asyncio.sleep(0)
        await asyncio.sleep(0.1)
        gate.set()
        got: list[int] = []
        gauged = []
        while len(got) < 200 or not gauged:
            heard = await watcher.hear()
            got += [event["seq"] for event in heard.get("events", [])]
            gauged += [heard["gauge"]["done"]] if heard["type"] == "gauge" else []
        assert got == list(range(1, 201))
        assert gauged == [200]
        assert await watcher.is_silent()

    watching(run, token, story)
    assert max(held) <= MOST_BATCHES


def test_many_who_come_at_once_share_a_snapshot(run: Run, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read, count = consumer.snapshot, []
    monkeypatch.setattr(consumer, "snapshot", lambda run: [count.append(1), read(run)][1])

    async def told() -> None:
        watchers = [Watcher(run, [(b"authorization", f"Bearer {token}".encode())]) for _ in range(20)]
        assert {(await one)["type"] for one in asyncio.as_completed([w.open() for w in watchers])} == {"snapshot"}
        await asyncio.gather(*(watcher.leave() for watcher in watchers))

    async_to_sync(told)()
    assert len(count) < 20


def test_the_door_for_web_servers_opens_without_torch() -> None:
    code = "import sys, webapp.asgi; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[3], check=True, timeout=60)


def test_a_database_that_is_away_closes_the_socket_so_that_the_client_comes_back(
    run: Run, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(watcher: Watcher) -> None:
        await watcher.open()

        def away(*_: object) -> None:
            raise OSError("no database")

        monkeypatch.setattr(consumer, "events_since", away)
        await watcher.ask(0)
        assert await watcher.closed() == 1013

    watching(run, token, story)
