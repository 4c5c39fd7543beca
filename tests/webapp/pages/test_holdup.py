"""The notice on a run's page where somebody has to do something."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from tests.webapp.conftest import Messages
from tests.webapp.pages.test_study import Client, logged_in, text
from tests.webapp.processes import Broker, free_port
from webapp.accounts.models import Role
from webapp.environment import environment
from webapp.runs.models import Run, Work, Worker
from webapp.runs.services.claim import claim
from webapp.runs.services.control import cancel, pause
from webapp.runs.services.presence import say_alive


@pytest.fixture
def redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """One that answers, and the studio's."""
    server = Broker(tmp_path)
    monkeypatch.setattr(environment, "redis_url", server.url)
    yield server
    server.stop()


@pytest.fixture
def viewer(run: Run) -> Client:
    return logged_in(Role.VIEWER, run.study.team)


def notice(client: Client, run: Run) -> str:
    return " ".join(text(client.get(f"/runs/{run.pk}/holdup/")).split())


@pytest.mark.usefixtures("redis")
def test_a_run_without_a_worker_says_so_with_the_cure(run: Run, viewer: Client, messages: Messages) -> None:
    say_alive({"host/cpu": 1.0})  # it decides nothing
    assert "No worker is alive.</b>" in notice(viewer, run)
    Worker.objects.all().delete()
    messages.take()
    assert "No worker is alive.</b>" in notice(viewer, run)
    assert "make worker" in notice(viewer, run)
    say_alive({"host/cpu": 1.0})
    assert notice(viewer, run) == ""
    Worker.objects.update(seen=timezone.now() - timedelta(minutes=1))
    assert "No worker is alive.</b>" in notice(viewer, run)
    pause(run.pk)
    assert notice(viewer, run) == ""  # it waits for its user


@pytest.mark.usefixtures("redis")
def test_a_worker_that_is_not_heard_of_is_told_of_before_its_work_is_taken_back(
    run: Run, viewer: Client, messages: Messages
) -> None:
    messages.take()
    claim(run.works.get().pk, "tests")
    assert notice(viewer, run) == ""
    Work.objects.update(heartbeat=timezone.now() - timedelta(seconds=environment.lease_seconds * 0.7))
    assert "has not been heard of for 2" in notice(viewer, run)


def test_a_redis_that_is_away_or_frozen_is_told_of(
    run: Run, viewer: Client, redis: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    say_alive({"host/short": 1.0})
    assert notice(viewer, run) == ""
    redis.freeze()
    assert "Redis does not answer" in notice(viewer, run)
    redis.thaw()
    redis.stop()
    assert "safe in the database" in notice(viewer, run)
    monkeypatch.setattr(environment, "redis_url", f"redis://127.0.0.1:{free_port()}")
    assert "Redis does not answer" in notice(viewer, run)


def test_nothing_is_asked_any_more_of_a_run_that_is_over(run: Run, viewer: Client) -> None:
    cancel(run.pk)
    answer = viewer.get(f"/runs/{run.pk}/holdup/")
    assert (answer.status_code, answer.content) == (286, b"")


def test_a_stranger_is_told_nothing(run: Run) -> None:
    assert logged_in(None, run.study.team).get(f"/runs/{run.pk}/holdup/").status_code == 404
    assert Client().get(f"/runs/{run.pk}/holdup/").status_code == 302
