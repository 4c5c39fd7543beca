"""Machines whose clocks are wrong: what waits is measured by the database's clock alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from tests.webapp.conftest import Messages
from webapp.environment import environment
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import claim, hand_back, reclaim_stale
from webapp.runs.services.collect import collect
from webapp.runs.services.control import cancel
from webapp.runs.services.retry import retry
from webapp.runs.services.sweep import sweep
from webapp.runs.store import folder_of

AHEAD = timedelta(hours=1)


@contextmanager
def ahead(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """On a machine whose clock is an hour ahead."""
    now = timezone.now
    with patch.context() as there:
        there.setattr("django.utils.timezone.now", lambda: now() + AHEAD)
        yield


def decided(_run: Run, messages: Messages) -> None:
    messages.take()


def handed_back(run: Run, messages: Messages) -> None:
    messages.take()
    work = claim(run.works.get().pk, "ahead")
    assert work is not None
    hand_back(work, 1.0)


def taken_back(run: Run, messages: Messages) -> None:
    messages.take()
    claim(run.works.get().pk, "lost")
    run.works.update(heartbeat=Now() - AHEAD)
    assert reclaim_stale() == 1


def sent_again(run: Run, messages: Messages) -> None:
    messages.take()
    run.works.update(queued=Now() - AHEAD)
    assert sweep()["sent"] == 1


def retried(run: Run, messages: Messages) -> None:
    messages.take()
    cancel(run.pk)
    assert retry(run.pk)


@pytest.mark.parametrize("queue", [decided, handed_back, taken_back, sent_again, retried])
def test_what_a_machine_queued_whose_clock_is_ahead_is_sent_again_as_soon_as_any_other(
    queue: Callable[[Run, Messages], None], run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.resend_seconds", 60.0)
    with ahead(monkeypatch):
        queue(run, messages)
    assert run.works.get().status == Work.Status.QUEUED
    messages.waiting.clear()  # its message is lost
    assert sweep()["sent"] == 0
    monkeypatch.setattr("webapp.environment.environment.resend_seconds", 1e-6)
    assert sweep()["sent"] == 1
    assert messages.waiting == [("runs.perform_work", str(run.works.get().pk))]


def test_a_file_that_was_just_written_is_not_old_where_the_sweepers_clock_is_ahead(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folder_of(run.pk)
    folder.mkdir(parents=True)
    (folder / "0-train.0123456789ab.safetensors").touch()  # its row is about to come
    wall = time.time
    with monkeypatch.context() as there:
        there.setattr("time.time", lambda: wall() + 2 * environment.orphan_seconds)
        assert collect() == 0
    monkeypatch.setattr("webapp.environment.environment.orphan_seconds", -1.0)
    assert collect() == 1
