"""A line that is logged says what it is about, wherever it is logged from."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from nas_engine.run import Result
from tests.webapp.conftest import Messages
from webapp.logs.about import about
from webapp.runs import heartbeat
from webapp.runs.context import RowContext, Stopped
from webapp.runs.models import Run
from webapp.runs.services import perform
from webapp.runs.tasks import advance_run_task

log = logging.getLogger("webapp.tests")
Logged = Callable[[], list[dict[str, Any]]]


def test_what_is_known_is_noted_and_forgotten_again(logged: Logged) -> None:
    with about(run=1):
        with about(work=2):
            log.warning("both")
        log.warning("one")
    log.warning("none")
    assert [(line.get("run"), line.get("work")) for line in logged()] == [("1", "2"), ("1", None), (None, None)]


def test_work_that_is_performed_names_itself_its_run_and_its_worker_also_in_its_heartbeat(
    run: Run, messages: Messages, logged: Logged, monkeypatch: pytest.MonkeyPatch
) -> None:
    beaten = threading.Event()

    def working(_work: object, _context: RowContext) -> Result:
        log.warning("working")
        assert beaten.wait(60)
        raise Stopped("enough")

    def looking(_self: heartbeat.Heartbeat) -> None:
        log.warning("looking")
        beaten.set()

    monkeypatch.setattr(perform, "perform", working)
    monkeypatch.setattr(heartbeat.Heartbeat, "_look", looking)
    messages.take()
    work = run.works.get()
    messages.take()
    said = {line["message"]: (line["run"], line["work"], line["worker"]) for line in logged()}
    assert {said["working"], said["looking"]} == {(str(run.pk), str(work.pk), "tests")}


def test_a_decision_names_its_run(run: Run, logged: Logged, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.runs.tasks.advance_run", lambda _: log.warning("deciding"))
    advance_run_task(str(run.pk))
    assert [line["run"] for line in logged() if line["message"] == "deciding"] == [str(run.pk)]
