"""What workers say of themselves, and what their Work says of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from nas_engine import __version__
from nas_engine.candidate import Failure
from nas_engine.run import Mishap, Result
from nas_engine.wire import plain, read
from tests.webapp.conftest import Messages
from webapp.runs.models import Run, Work, Worker
from webapp.runs.services.claim import MOST_DEATHS, claim
from webapp.runs.services.outcome import summed
from webapp.runs.services.presence import say_alive
from webapp.runs.services.release import release


@pytest.mark.django_db
def test_a_worker_says_how_long_it_is_up_what_it_is_and_what_its_clock_shows() -> None:
    for seconds in (60.0, 3600.0):  # the second time there is a row
        say_alive({"here/cpu": seconds}, slots=1)
        worker = Worker.objects.get()
        assert (worker.name, worker.version, worker.slots) == ("here/cpu", __version__, 1)
        assert worker.began is not None
        assert worker.clock is not None
        assert abs(worker.seen - worker.began - timedelta(seconds=seconds)) < timedelta(seconds=1)
        assert abs(worker.clock - timezone.now()) < timedelta(minutes=1)


def test_work_that_is_done_says_when_and_how_much_was_in_it(run: Run, messages: Messages) -> None:
    messages.take()
    messages.take()
    work = run.works.get(status=Work.Status.DONE)
    assert (work.evaluations, work.reason, work.owner) == (1, "", "tests")
    assert work.ended is not None
    assert abs(work.ended - timezone.now()) < timedelta(minutes=1)


def test_work_that_was_lost_says_why(run: Run, messages: Messages) -> None:
    messages.take()
    for _ in range(MOST_DEATHS):
        assert claim(run.works.get().pk, "here/cpu") is not None
        release("here/cpu")
    work = run.works.get()
    assert (work.reason, work.evaluations) == ("lost worker", 0)
    assert work.ended is not None


def test_a_candidate_that_failed_gives_its_work_the_reason(run: Run, messages: Messages) -> None:
    messages.take()
    messages.take()
    result = read(Result, run.works.get(status=Work.Status.DONE).result)
    candidate = result.outcome["evaluations"][0]["candidate"]
    failed = {"candidate": candidate, "reason": "out of memory", "message": "too large"}
    assert read(Failure, failed).reason == "out of memory"  # as the engine writes them
    found = summed(Result("0-x", {"evaluations": [], "failures": [failed]}))
    assert (found["reason"], found["evaluations"]) == ("out of memory", 0)
    mishap = Result("0-x", {}, Mishap("storage", "the disk is full"))
    assert summed(mishap) == {"result": plain(mishap), "reason": "storage", "evaluations": 0}
