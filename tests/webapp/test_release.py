"""What a worker's earlier life held."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.conftest import Messages
from webapp.runs import heartbeat
from webapp.runs.context import RowContext, Stopped
from webapp.runs.heartbeat import Heartbeat
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import MOST_DEATHS, claim
from webapp.runs.services.release import release


def claimed(run: Run, messages: Messages, owner: str) -> Work:
    """The run's first Work, taken; no message waits."""
    if not run.works.exists():
        messages.take()
    messages.waiting.clear()
    row = claim(run.works.get().pk, owner)
    assert row is not None
    return row


def test_what_a_name_holds_is_queued_and_sent_again_though_its_lease_lasts(run: Run, messages: Messages) -> None:
    work = claimed(run, messages, "here/cpu")
    assert release("here/cpu") == 1
    work.refresh_from_db()
    assert (work.status, work.owner, work.deaths) == (Work.Status.QUEUED, "", 1)
    assert messages.waiting == [("runs.perform_work", str(work.pk))]
    assert release("here/cpu") == 0


def test_what_others_hold_is_left_alone(run: Run, messages: Messages) -> None:
    work = claimed(run, messages, "here/cpu")
    Work.objects.update(heartbeat=timezone.now() - timedelta(days=1))
    assert release("here/gpu-0") == 0
    assert release("here/cp") == 0
    work.refresh_from_db()
    assert (work.status, work.owner) == (Work.Status.RUNNING, "here/cpu")
    assert messages.waiting == []


def test_the_third_death_at_one_checkpoint_is_the_result(run: Run, messages: Messages) -> None:
    for _ in range(MOST_DEATHS):
        work = claimed(run, messages, "here/cpu")
        assert release("here/cpu") == 1
    work.refresh_from_db()
    assert work.status == Work.Status.DONE
    assert "lost worker" in str(work.result)
    assert messages.waiting == [("runs.advance_run", str(run.pk))]


def test_a_worker_that_is_told_to_stop_leaves_its_work_at_the_next_boundary(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = RowContext(claimed(run, messages, "here/cpu"))
    beat = Heartbeat(context)
    beat._look()
    context.check()
    monkeypatch.setattr(heartbeat, "stopping", lambda: True)
    beat._look()
    assert context.checkpoint_due()
    with pytest.raises(Stopped, match="stopping"):
        context.check()
