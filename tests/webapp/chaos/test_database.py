"""A database that is away for a moment, or that two writers want at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection

from nas_engine.events import CandidateFailed, Warned
from nas_engine.events import Event as Fact
from nas_engine.wire import digest, read
from tests.webapp.chaos.harness import is_unharmed
from tests.webapp.conftest import Messages
from tests.webapp.test_queue import grown_old
from webapp.runs.context import RowContext
from webapp.runs.models import Architecture, Candidate, Event, Run, Work
from webapp.runs.services import control
from webapp.runs.services.claim import Fenced, claim, reclaim_stale
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.events import append_events
from webapp.studies.models import Study


def beside(*deeds: Callable[[], object]) -> list[BaseException]:
    """Do things at the same time, each on a connection of its own; what they raised."""
    raised: list[BaseException] = []

    def one(deed: Callable[[], object]) -> None:
        try:
            deed()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test wants to see it
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.xdist_group("tiny")
def test_a_database_that_is_away_for_a_moment_is_no_failure_of_the_run(
    tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.checkpoint_seconds", 0.0)
    run = start_run(tiny)
    messages.take()
    kept, calls = RowContext.flush, [0]

    def away(self: RowContext) -> None:
        calls[0] += 1
        if calls[0] == 3:
            raise OperationalError("database is locked")
        kept(self)

    monkeypatch.setattr(RowContext, "flush", away)
    messages.take()
    work = run.works.get()
    assert (work.status, work.attempt) == (Work.Status.RUNNING, 1)  # its lease ends
    grown_old(work)
    assert reclaim_stale() == 1
    messages.drain()
    is_unharmed(run)


def test_a_cancel_and_a_flush_at_the_same_time_do_not_wait_for_each_other_for_ever(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    context = RowContext(work)
    context.emit(Fact("fact", Warned(0, "")))
    asked, ask = threading.Event(), control._ask

    def slowly(*arguments: Any) -> bool:
        found = ask(*arguments)
        asked.set()
        time.sleep(0.5)  # the flush has begun
        return found

    monkeypatch.setattr(control, "_ask", slowly)
    raised = beside(lambda: cancel(run.pk), lambda: asked.wait(10) and context.flush())
    assert [type(error) for error in raised] == [Fenced]
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED


@pytest.mark.usefixtures("messages")
def test_two_runs_that_meet_the_same_networks_in_another_order_do_not_wait_for_each_other(study: Study) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has one writer: two never wait for each other")
    runs = [start_run(study), start_run(study)]
    facts = [failed(digest(number)) for number in range(3000)]
    for _ in range(4):
        Candidate.objects.all().delete()
        Architecture.objects.all().delete()
        Event.objects.all().delete()
        orders = [[Fact(fact.key, fact) for fact in facts[::way]] for way in (1, -1)]
        deeds = [partial(append_events, run.pk, order) for run, order in zip(runs, orders, strict=True)]
        assert beside(*deeds) == []


def failed(key: str) -> CandidateFailed:
    network = {"kind": "chain", "skeleton": "0123456789abcdef", "genes": [key]}
    return read(CandidateFailed, {"stage": 0, "key": key, "architecture": network, "reason": "ours", "message": ""})
