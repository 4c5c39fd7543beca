"""The broadcaster: few messages, small ones, and never a thing that the writer notices."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction

from nas_engine.events import Event, Warned
from tests.webapp.conftest import Messages
from webapp.live import broadcast
from webapp.live.broadcast import MOST_HELD, Broadcaster
from webapp.live.messages import MOST_BYTES, batches, group_of
from webapp.runs.context import RowContext
from webapp.runs.heartbeat import Heartbeat
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import claim
from webapp.runs.services.events import append_events


def event(seq: int, text: str = "") -> dict[str, Any]:
    return {"key": f"{seq}", "seq": seq, "kind": "warned", "payload": {"stage": 0, "text": text}, "at": ""}


class Layer:
    """A channel layer that remembers, or fails."""

    def __init__(self) -> None:
        self.sent: list[tuple[float, str, dict[str, Any]]] = []
        self.fails = False
        self.tried = 0

    async def group_send(self, group: str, message: dict[str, Any]) -> None:
        self.tried += 1
        if self.fails:
            raise ConnectionError("no Redis")
        self.sent.append((time.monotonic(), group, message))

    def seqs(self) -> list[int]:
        texts = [message["text"] for _, _, message in self.sent if message.get("text")]
        return [e["seq"] for text in texts for e in json.loads(text)["events"]]


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> Broadcaster:
    made = Broadcaster()
    monkeypatch.setattr(broadcast, "_ours", made)
    return made


@pytest.fixture
def layer(monkeypatch: pytest.MonkeyPatch) -> Layer:
    """Of the broadcaster in force only: that of an earlier test may still have something to send."""
    made = Layer()
    sender = threading.current_thread
    monkeypatch.setattr(broadcast, "get_channel_layer", lambda: made if sender() is broadcast._ours._thread else None)
    return made


def becomes(wanted: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not wanted() and time.monotonic() < deadline:
        time.sleep(0.01)
    return wanted()


def test_many_facts_in_a_short_time_are_few_messages_with_pauses_between(ours: Broadcaster, layer: Layer) -> None:
    for seq in range(1, 201):
        ours.events("a", [event(seq)])
        time.sleep(0.002)
    assert becomes(lambda: len(layer.seqs()) == 200)
    assert layer.seqs() == list(range(1, 201))
    times = [at for at, _, _ in layer.sent]
    assert len(times) < 50
    assert min(b - a for a, b in pairwise(times)) >= broadcast.PAUSE * 0.9
    assert {group for _, group, _ in layer.sent} == {group_of("a")}


def test_a_flood_is_told_as_a_number_only(ours: Broadcaster, layer: Layer) -> None:
    ours.events("a", [event(seq) for seq in range(1, MOST_HELD + 2)])
    assert becomes(lambda: bool(layer.sent))
    [(_, _, message)] = layer.sent
    assert message == {"type": "live.events", "first": MOST_HELD + 1, "last": MOST_HELD + 1, "text": ""}


def test_a_batch_has_no_gap_in_its_numbers() -> None:
    found = list(batches([event(5), event(1), event(2), event(7)]))
    assert [(batch.first, batch.last) for batch in found] == [(1, 2), (5, 5), (7, 7)]
    assert list(batches([])) == []
    assert all(len(batch.text) <= MOST_BYTES for batch in batches([event(n, "x" * 63_000) for n in range(1, 4)]))


def test_of_a_gauge_only_the_newest_is_told(ours: Broadcaster, layer: Layer) -> None:
    for done in range(100):
        ours.gauge("a", "0-train", {"done": done})
    assert becomes(lambda: bool(layer.sent) and layer.sent[-1][2]["gauge"]["done"] == 99)
    assert len(layer.sent) <= 3


def test_a_layer_that_is_down_is_said_once_and_what_was_held_is_dropped(
    ours: Broadcaster, layer: Layer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "REST_SECONDS", 0.02)
    layer.fails = True
    with caplog.at_level(logging.WARNING):
        for seq in range(1, 6):
            tried = layer.tried
            ours.events("a", [event(seq)])
            assert becomes(lambda tried=tried: layer.tried > tried)
    assert [record.getMessage() for record in caplog.records] == [
        "live messages are dropped until Redis is back: no Redis"
    ]
    layer.fails = False
    ours.events("a", [event(6)])
    assert becomes(lambda: layer.seqs() == [6])


def test_facts_are_told_after_the_commit_and_never_after_a_rollback(run: Run, ours: Broadcaster, layer: Layer) -> None:
    with transaction.atomic():
        append_events(run.pk, [Event("gone", Warned(0, "gone"))])
        transaction.set_rollback(True)
    with transaction.atomic():
        append_events(run.pk, [Event("kept", Warned(0, "kept"))])
        assert ours._thread is None  # nothing was offered yet
    assert becomes(lambda: layer.seqs() == [1])
    assert '"kept"' in layer.sent[0][2]["text"]
    append_events(run.pk, [Event("kept", Warned(0, "kept"))])  # a repeat is no news
    time.sleep(0.3)
    assert layer.seqs() == [1]


def test_a_forked_child_has_a_broadcaster_of_its_own(ours: Broadcaster, layer: Layer) -> None:
    ours.events("a", [event(1)])
    assert becomes(lambda: layer.seqs() == [1])
    with ours._lock:  # the worst moment to fork
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(20)  # a child that waits for the parent's lock must not outlive the test
            broadcast._announce("a", [event(2)])
            os._exit(0 if becomes(lambda: layer.seqs() == [1, 2]) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert broadcast._ours is ours


@pytest.mark.usefixtures("ours")
def test_a_worker_tells_at_once_and_then_at_every_look_what_it_does(
    run: Run, messages: Messages, layer: Layer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.heartbeat_seconds", 0.05)
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    context = RowContext(work)

    def told() -> list[dict[str, Any]]:
        return [message["gauge"] for _, _, message in layer.sent if message["type"] == "live.gauge"]

    with Heartbeat(context):
        assert becomes(lambda: bool(told()))
        before = len(told())
        assert becomes(lambda: len(told()) >= before + 3)  # nothing has changed but the time that was spent
        context.gauge(1, 9, {"loss": 0.5})
        assert becomes(lambda: "done" in told()[-1])
    first, last = told()[0], told()[-1]
    assert {**first, "seconds": 0} == {"work": work.key, "doing": "starting", "seconds": 0, "device": "cpu"}
    assert last | {"done": 1, "total": 9, "metrics": {"loss": 0.5}, "doing": "scoring"} == last
    assert last["seconds"] > first["seconds"]


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize("lost", ["idle", "taken back"])
def test_a_worker_that_hangs_or_has_lost_its_work_tells_nothing_more(
    run: Run, messages: Messages, layer: Layer, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr("webapp.environment.environment.heartbeat_seconds", 0.02)
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    with Heartbeat(RowContext(work)):
        assert becomes(lambda: len(layer.sent) >= 2)
        if lost == "idle":
            monkeypatch.setattr("webapp.environment.environment.idle_seconds", 0.0)
        else:
            Work.objects.update(attempt=99)
        time.sleep(0.5)
        before = len(layer.sent)
        time.sleep(0.5)
        assert len(layer.sent) == before


def test_one_thread_serves_a_process(ours: Broadcaster, layer: Layer) -> None:
    offers = [threading.Thread(target=ours.events, args=(f"{n}", [event(1)])) for n in range(8)]
    for offer in offers:
        offer.start()
    for offer in offers:
        offer.join()
    assert becomes(lambda: len(layer.sent) == 8)
    assert len([thread for thread in threading.enumerate() if thread is ours._thread]) == 1
