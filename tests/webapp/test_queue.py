"""The queue on rows: the database is the truth, messages are hints."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from nas_engine.events import Event, RunAsked, Warned
from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe
from nas_engine.run import Mishap, Result
from nas_engine.wire import canonical, read
from tests.webapp.conftest import Messages
from webapp.runs.context import RowContext
from webapp.runs.models import Artifact, Candidate, Run, Work
from webapp.runs.models import Event as EventRow
from webapp.runs.services import advance
from webapp.runs.services.advance import advance_run
from webapp.runs.services.claim import Fenced, claim, fenced, reclaim_stale
from webapp.runs.services.control import cancel, pause, resume, start_run
from webapp.runs.services.events import append_events
from webapp.runs.services.perform import perform_work
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study

ROOT = Path(__file__).parents[2]


def facts(run: Run) -> list[tuple[str, str]]:
    """What a run found, in an order of its own; warnings are not part of it."""
    rows = EventRow.objects.filter(run=run).exclude(kind__in=("warned", "run asked", "run retried"))
    return sorted((row.key, canonical({"kind": row.kind, "payload": row.payload})) for row in rows)


def local_facts(study: Study, folder: Path) -> list[tuple[str, str]]:
    run_locally(recipe(study.recipe), folder)
    events = [event.plain() for _, event in Journal(folder).events() if not isinstance(event.fact, Warned | RunAsked)]
    return sorted((str(e["key"]), canonical({"kind": e["kind"], "payload": e["payload"]})) for e in events)


def is_consistent(run: Run) -> bool:
    """Every Work told once, numbers without a gap, a candidate for each answer."""
    run.refresh_from_db()
    seqs = list(run.events.values_list("seq", flat=True))
    answers = run.events.filter(kind__startswith="candidate").count()
    untold = run.works.filter(status=Work.Status.DONE, told=False).count()
    return seqs == list(range(1, run.last_seq + 1)) and answers == run.candidates.count() and not untold


def grown_old(work: Work) -> None:
    Work.objects.filter(pk=work.pk).update(heartbeat=timezone.now() - timedelta(hours=1))


def test_a_run_on_rows_finds_what_the_same_run_finds_on_the_command_line(
    run: Run, study: Study, messages: Messages, tmp_path: Path
) -> None:
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert is_consistent(run)
    assert facts(run) == local_facts(study, tmp_path / "local")
    assert list(run.candidates.values_list("status", flat=True)) == [Candidate.Status.SCORED] * 3


def test_a_message_that_comes_twice_changes_nothing(run: Run, study: Study, messages: Messages, tmp_path: Path) -> None:
    while messages.waiting:
        messages.waiting.append(messages.waiting[0])
        messages.take()
        messages.take(len(messages.waiting) - 1)
    assert is_consistent(run)
    assert run.status == Run.Status.FINISHED
    assert set(run.works.values_list("attempt", flat=True)) == {1}
    assert facts(run) == local_facts(study, tmp_path / "local")


def test_messages_that_are_all_lost_are_sent_again_by_the_sweeper(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.resend_seconds", 0.001)
    for _ in range(100):
        messages.waiting.clear()
        time.sleep(0.01)
        sweep()
        if messages.waiting:
            messages.take()
        run.refresh_from_db()
        if run.status != Run.Status.RUNNING:
            break
    assert run.status == Run.Status.FINISHED
    assert is_consistent(run)


def test_a_broker_that_is_down_costs_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr("webapp.queueing.app.send_task", refused)
    run = start_run(study)
    assert Run.objects.filter(pk=run.pk, status=Run.Status.RUNNING).exists()


def test_only_one_of_two_workers_gets_a_work(run: Run, messages: Messages) -> None:
    messages.take()
    work = run.works.get()
    assert claim(work.pk, "first") is not None
    assert claim(work.pk, "second") is None
    assert run.works.get().owner == "first"


def test_only_one_of_many_workers_that_come_at_once_gets_a_work(run: Run, messages: Messages) -> None:
    messages.take()
    work, together = run.works.get(), threading.Barrier(6)

    def taken(number: int) -> bool:
        try:
            connection.ensure_connection()
            together.wait(30)
            return claim(work.pk, f"worker {number}") is not None
        finally:
            connection.close()

    for _ in range(5):
        Work.objects.update(status=Work.Status.QUEUED, attempt=0)
        with ThreadPoolExecutor(6) as workers:
            assert list(workers.map(taken, range(6))).count(True) == 1
        assert run.works.get().attempt == 1


def test_a_worker_whose_lease_is_lost_writes_nothing_more(run: Run, messages: Messages) -> None:
    messages.take()
    stale = claim(run.works.get().pk, "frozen")
    assert stale is not None
    context = RowContext(stale)
    grown_old(stale)
    assert reclaim_stale() == 1
    fresh = claim(stale.pk, "other")
    assert fresh is not None
    before = run.events.count()
    context.emit(Event("too late", Warned(0, "")))
    for late in (context.flush, lambda: fenced(stale, told=True), lambda: context.checkpoint({}, {})):
        with pytest.raises(Fenced):
            late()
    assert run.events.count() == before
    assert Work.objects.get(pk=stale.pk).attempt == fresh.attempt == 2


def test_the_third_death_at_one_checkpoint_is_a_failure_with_its_reason(run: Run, messages: Messages) -> None:
    messages.take()
    work = run.works.get()
    for _ in range(3):
        assert claim(work.pk, "doomed") is not None
        grown_old(work)
        assert reclaim_stale() == 1
    work.refresh_from_db()
    assert work.status == Work.Status.DONE
    mishap = read(Result, work.result).mishap
    assert isinstance(mishap, Mishap)
    assert mishap.reason == "lost worker"
    messages.drain()
    assert is_consistent(run)
    assert run.status == Run.Status.FINISHED  # the two other draws were scored
    assert run.candidates.filter(status=Candidate.Status.FAILED, reason="lost worker").count() == 1


def test_a_new_checkpoint_forgives_the_deaths_before_it(tiny: Study, messages: Messages) -> None:
    run = start_run(tiny)
    messages.take()
    work = run.works.get()
    for _ in range(4):
        claimed = claim(work.pk, "doomed")
        assert claimed is not None
        RowContext(claimed).checkpoint({"n": claimed.attempt}, {})
        grown_old(work)
        reclaim_stale()
    work.refresh_from_db()
    assert (work.status, work.deaths) == (Work.Status.QUEUED, 1)
    assert Artifact.objects.filter(run=run).count() == 1  # the older checkpoints are gone


def test_a_decision_that_comes_second_is_computed_again(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, calls = advance._commit, []

    def overtaken(row: Run, step: Any, *rest: Any) -> bool:
        calls.append(row.state_version)
        if len(calls) == 1:
            messages.waiting.clear()
            monkeypatch.setattr(advance, "_commit", commit)
            assert advance_run(run.pk)
            monkeypatch.setattr(advance, "_commit", overtaken)
        return commit(row, step, *rest)

    monkeypatch.setattr(advance, "_commit", overtaken)
    assert advance_run(run.pk)
    assert calls == [0, 1]
    assert run.works.count() == 1
    run.refresh_from_db()
    assert run.state_version == 2


def test_a_fact_that_is_told_twice_has_one_number(run: Run) -> None:
    events = [Event("a", Warned(0, "one")), Event("b", Warned(0, "two"))]
    append_events(run.pk, events)
    append_events(run.pk, [*events, Event("c", Warned(0, "three"))])
    assert list(run.events.values_list("key", "seq")) == [("a", 1), ("b", 2), ("c", 3)]


def test_a_paused_run_begins_nothing_and_goes_on_when_it_is_wanted_again(run: Run, messages: Messages) -> None:
    messages.take()
    pause(run.pk)
    messages.drain()
    assert run.works.get().status == Work.Status.QUEUED
    sweep()
    assert messages.waiting == []
    resume(run.pk)
    messages.drain()
    assert is_consistent(run)
    assert run.status == Run.Status.FINISHED


def test_a_cancelled_run_is_over_at_once_and_its_worker_is_fenced(run: Run, messages: Messages) -> None:
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    cancel(run.pk)
    run.refresh_from_db()
    assert run.status == Run.Status.CANCELLED
    with pytest.raises(Fenced):
        RowContext(work).flush()
    perform_work(work.pk, "late")
    assert run.works.get().status == Work.Status.DROPPED
    assert is_consistent(run)


def test_an_impossible_budget_ends_the_run_infeasible_with_the_nearest_figures(
    study: Study, messages: Messages
) -> None:
    study.recipe = {**study.recipe, "budget": {"network": {"madds": 100}}}
    run = start_run(study)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.INFEASIBLE
    assert "the cheapest network has" in run.reason
    assert not run.works.exists()


def test_web_and_queue_are_imported_without_torch() -> None:
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'webapp.settings'; django.setup();"
        "import webapp.urls, webapp.celery, webapp.runs.tasks; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_the_sweep_command_says_what_it_found(run: Run, messages: Messages, capsys: pytest.CaptureFixture[str]) -> None:
    messages.waiting.clear()
    call_command("sweep", once=True)
    assert capsys.readouterr().out == "reclaimed 0, sent 0, woken 1, removed 0, delivered 0, collected 0\n"
    assert messages.waiting == [("runs.advance_run", str(run.pk))]
