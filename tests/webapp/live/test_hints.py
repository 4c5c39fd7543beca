"""A worker that lets go of its Work writes no fact; whoever watches is told all the same, and at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import transaction
from django.utils import timezone

from tests.webapp.conftest import Messages
from tests.webapp.live.watcher import Watcher, watching
from webapp.live import broadcast
from webapp.live.broadcast import Broadcaster
from webapp.live.fold import fold, gauged
from webapp.live.messages import group_of
from webapp.runs.context import RowContext
from webapp.runs.models import Run, Work
from webapp.runs.selectors.events import events_since
from webapp.runs.services import perform
from webapp.runs.services.advance import advance_run
from webapp.runs.services.claim import MOST_DEATHS, claim
from webapp.runs.services.control import finish, pause, start_run
from webapp.runs.services.perform import perform_work
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study


@pytest.fixture
def hinted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Runs that were hinted at, in order."""
    found: list[str] = []
    monkeypatch.setattr(broadcast, "_announce", lambda *_: None)
    monkeypatch.setattr(broadcast, "_announce_works", found.append)
    return found


def stops(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause is noticed at the first look."""
    performed = perform.perform

    def stopped(work: Any, context: RowContext) -> Any:
        context.stop = "pause wanted"
        context.check()
        return performed(work, context)

    monkeypatch.setattr(perform, "perform", stopped)


def test_work_that_is_handed_back_is_told_of_after_the_commit(
    run: Run, messages: Messages, hinted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    messages.take()
    stops(monkeypatch)
    perform_work(run.works.get().pk, "tests")
    assert hinted == [str(run.pk)]


def test_work_that_is_done_is_told_of(run: Run, messages: Messages, hinted: list[str]) -> None:
    messages.take()
    messages.take()
    assert hinted == [str(run.pk)]


def test_a_message_that_finds_nothing_to_do_tells_nothing(run: Run, messages: Messages, hinted: list[str]) -> None:
    messages.take()
    work = run.works.get().pk
    claim(work, "somebody else")
    perform_work(work, "tests")
    assert hinted == []


def test_work_that_is_taken_back_is_told_of_whether_it_is_queued_again_or_given_up(
    run: Run, messages: Messages, hinted: list[str]
) -> None:
    messages.take()
    work = run.works.get().pk
    for death in range(1, MOST_DEATHS + 1):
        assert claim(work, "dead") is not None
        assert sweep()["reclaimed"] == 0
        Work.objects.update(heartbeat=timezone.now() - timedelta(days=1))
        assert sweep()["reclaimed"] == 1
        assert hinted == [str(run.pk)] * death
    assert Work.objects.get(pk=work).status == Work.Status.DONE


def test_work_that_a_decision_drops_is_told_of(tiny: Study, messages: Messages, hinted: list[str]) -> None:
    run = start_run(tiny, slots=2)
    while not run.candidates.exists():
        messages.take()
    out = run.works.filter(status=Work.Status.QUEUED)
    assert out.exists()
    assert claim(out[0].pk, "busy") is not None
    hinted.clear()
    finish(run.pk)
    advance_run(run.pk)
    assert run.works.filter(status=Work.Status.DROPPED).exists()
    assert hinted == [str(run.pk)]


def test_a_hint_is_not_told_after_a_rollback(run: Run, hinted: list[str]) -> None:
    with transaction.atomic():
        broadcast.announce_works_on_commit(run.pk)
        transaction.set_rollback(True)
    assert hinted == []
    with transaction.atomic():
        broadcast.announce_works_on_commit(run.pk)
        assert hinted == []
    assert hinted == [str(run.pk)]


def test_a_hint_goes_out_after_the_gauges_that_it_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, str]] = []

    class Layer:
        async def group_send(self, group: str, message: dict[str, Any]) -> None:
            sent.append((group, message["type"]))

    monkeypatch.setattr(broadcast, "get_channel_layer", Layer)
    ours = Broadcaster()
    with monkeypatch.context() as held:  # both are there before the first round
        held.setattr(ours, "_wake", lambda: None)
        ours.works("a")
        ours.gauge("a", "0-train", {"done": 1})
    ours.works("a")
    assert becomes(lambda: len(sent) == 2)
    assert sent == [(group_of("a"), "live.gauge"), (group_of("a"), "live.works")]


def becomes(wanted: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not wanted() and time.monotonic() < deadline:
        time.sleep(0.01)
    return wanted()


@pytest.mark.usefixtures("layer")
def test_a_watcher_sees_paused_without_asking(
    run: Run, token: str, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "_announce_works", lambda _: None)
    messages.take()
    stops(monkeypatch)
    work = run.works.get()

    async def story(watcher: Watcher) -> None:
        claimed = await sync_to_async(claim)(work.pk, "tests")
        assert claimed is not None
        state = (await watcher.open())["state"]
        before = state["seq"]
        await sync_to_async(pause)(run.pk)
        await watcher.tell(await sync_to_async(events_since)(run, before))
        for event in (await watcher.hear())["events"]:
            state = fold(state, event)
        assert state["shown"] == "pausing"
        await sync_to_async(perform._leave)(RowContext(claimed))
        await watcher.tell_layer({"type": "live.works"})
        heard = await watcher.hear()
        assert heard == {"type": "gauges", "seq": state["seq"], "works": [], "holdup": None}
        assert gauged(state, heard["works"])["shown"] == "paused"

    watching(run, token, story)
