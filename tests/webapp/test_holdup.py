"""What a run waits for, as rows say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.conftest import Messages
from webapp.runs.models import Run, Work, Worker
from webapp.runs.selectors.holdup import Holdup, holdup
from webapp.runs.services.advance import advance_run
from webapp.runs.services.claim import claim
from webapp.runs.services.control import cancel, finish, pause, resume, start_run
from webapp.runs.services.perform import perform_work
from webapp.runs.services.presence import say_alive
from webapp.studies.models import Study


def held(run: Run) -> Holdup:
    found = holdup(run.pk)
    assert found is not None
    return found


def another(study: Study) -> Run:
    """A run with Work in the queue."""
    made = start_run(study)
    advance_run(made.pk)
    return made


def test_a_run_waits_for_a_decision_then_for_a_worker_then_for_nothing_and_again_for_a_decision(
    run: Run, messages: Messages
) -> None:
    assert held(run).waits == "decision"
    messages.take()
    assert held(run).waits == "worker"
    work = run.works.get()
    assert claim(work.pk, "tests") is not None
    busy = held(run)
    assert (busy.waits, busy.workers) == ("", None)
    assert busy.quiet is not None
    assert 0 <= busy.quiet < 60
    Work.objects.update(status=Work.Status.QUEUED)
    perform_work(work.pk, "tests")
    assert held(run).waits == "decision"


def test_how_long_a_worker_was_not_heard_of_is_told_by_the_databases_clock(run: Run, messages: Messages) -> None:
    messages.take()
    claim(run.works.get().pk, "tests")
    Work.objects.update(heartbeat=timezone.now() - timedelta(seconds=100))
    quiet = held(run).quiet
    assert quiet is not None
    assert 99 < quiet < 160


def test_only_a_run_that_is_wanted_to_go_on_waits(run: Run) -> None:
    pause(run.pk)
    assert holdup(run.pk) is None
    resume(run.pk)
    assert holdup(run.pk) is not None
    finish(run.pk)
    assert holdup(run.pk) is not None
    cancel(run.pk)
    assert holdup(run.pk) is None


def test_what_was_sent_before_is_ahead_and_what_holds_the_only_worker(run: Run, study: Study) -> None:
    earlier, other = another(study), another(study)
    advance_run(run.pk)
    later = another(study)
    assert [held(one).ahead for one in (earlier, other, run, later)] == [0, 1, 2, 3]
    pause(other.pk)
    assert held(run).ahead == 1  # what nobody may take holds up nobody
    say_alive({"host/cpu": 1.0})
    assert claim(earlier.works.get().pk, "host/cpu") is not None
    assert held(run).ahead == 1  # it holds the one worker
    say_alive({"host/cpu-2": 1.0})
    assert held(run).ahead == 0  # another is free


def test_workers_are_alive_that_were_seen_of_late_by_what_they_do(run: Run, study: Study, messages: Messages) -> None:
    say_alive({"host/cpu": 1.0})
    assert held(run).workers == 0  # for a decision
    say_alive({"host/short": 1.0})
    assert held(run).workers == 1
    messages.take()
    assert held(run).workers == 1
    Worker.objects.update(seen=timezone.now() - timedelta(minutes=1))
    assert held(run).workers == 0
    busy = another(study)
    claim(busy.works.get().pk, "one that no launcher tells of")
    assert held(run).workers == 1


@pytest.mark.usefixtures("messages")
def test_a_look_is_plain_data(run: Run) -> None:
    found = held(run)
    assert found.plain() == {
        "at": found.at.isoformat(),
        "waits": "decision",
        "ahead": 0,
        "workers": 0,
        "quiet": None,
    }
