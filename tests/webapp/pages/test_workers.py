"""The Workers page: who is alive, doing what, how fast, what failed, and what the disk holds."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from nas_engine.candidate import FailureReason
from tests.webapp.conftest import Messages
from webapp.accounts.models import Membership, Role, Team, User
from webapp.pages.reasons import MEANINGS
from webapp.runs.models import Run, Work, Worker
from webapp.runs.selectors.disk import disk
from webapp.runs.services.claim import MOST_DEATHS, claim
from webapp.runs.services.presence import say_alive
from webapp.runs.services.release import release
from webapp.runs.store import RunStore
from webapp.studies.models import Study


def of_team(team: Team) -> Client:
    user = User.objects.create_user(f"{team.pk}@example.org")
    Membership.objects.create(user=user, team=team, role=Role.VIEWER)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def viewer(run: Run) -> Client:
    return of_team(run.study.team)


@pytest.fixture
def stranger(run: Run) -> Client:
    return of_team(Team.objects.create(name=f"beside {run.pk}"))


def words(client: Client, path: str = "/workers/", **headers: str) -> str:
    """What a page says, without markup."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def held(run: Run, messages: Messages, owner: str) -> Work:
    messages.take()
    work = claim(run.works.get().pk, owner)
    assert work is not None
    return work


def test_without_a_worker_the_page_says_how_to_start_one(viewer: Client) -> None:
    said = words(viewer)
    assert "No worker yet" in said
    assert "make worker DATABASE_URL=" in said
    say_alive({"here/short": 60.0})
    assert "No worker is alive that trains" in words(viewer)
    say_alive({"here/cpu": 60.0})
    assert "make worker DATABASE_URL=" not in words(viewer)


def test_a_worker_shows_what_it_does_to_the_team_and_not_to_others(
    run: Run, messages: Messages, viewer: Client, stranger: Client
) -> None:
    say_alive({"here/cpu": 7200.0, "there/gpu-0": 60.0})
    held(run, messages, "here/cpu")
    page = viewer.get("/workers/").content.decode()
    assert f'<a href="/studies/{run.study_id}/?run={run.pk}">three draws: 0-evaluate-0</a>' in page
    said = words(stranger)
    assert "another team's" in said
    assert "three draws" not in said
    assert run.study.name not in words(stranger, "/workers/strip/")


def test_throughput_is_counted_over_the_last_hour_or_as_long_as_the_worker_is_up(run: Run, viewer: Client) -> None:
    say_alive({"here/cpu": 7200.0, "here/gpu-0": 1800.0, "here/gpu-1": 5.0})
    now = timezone.now()
    for number in range(12):
        Work.objects.create(
            run=run,
            key=f"0-x-{number}",
            ordinal=number,
            kind="evaluate",
            value={},
            status=Work.Status.DONE,
            owner=("here/cpu", "here/gpu-0")[number % 2],
            queued=now,
            evaluations=2,
            ended=now - timedelta(minutes=3 if number < 8 else 90),
        )
    cells = {
        worker: re.findall(
            r'an hour">([^<]*)<', viewer.get("/workers/").content.decode().partition(f"worker-{worker}")[2]
        )
        for worker in ("herecpu", "heregpu-0", "heregpu-1")
    }
    assert cells["herecpu"][:2] == ["4", "8"]
    assert cells["heregpu-0"][:2] == ["8", "16"]  # in half an hour
    assert cells["heregpu-1"][:2] == ["–", "–"]  # too early to say


def test_a_dead_worker_is_dead_since_it_was_last_seen(viewer: Client) -> None:
    say_alive({"here/cpu": 60.0, "here/gpu-0": 60.0, "here/old": 60.0})
    Worker.objects.filter(name="here/gpu-0").update(seen=timezone.now() - timedelta(hours=5))
    Worker.objects.filter(name="here/old").update(seen=timezone.now() - timedelta(days=8))
    said = words(viewer)
    assert re.search(r"cpu here idle .* alive since .* gpu-0 here dead .* dead since .* 5 hours ago", said)
    assert "old" not in said.partition("Last failures")[0].partition("In short")[2]
    assert "gpu-0" not in words(viewer, "/workers/strip/")


def test_a_worker_of_another_version_is_marked(viewer: Client) -> None:
    say_alive({"here/cpu": 60.0})
    assert "not 0." not in words(viewer)
    Worker.objects.update(version="0.0.9")
    assert re.search(r"0\.0\.9 not 0\.1\.0", words(viewer))


def test_failures_are_told_with_their_reason_and_what_it_means(
    run: Run, messages: Messages, viewer: Client, stranger: Client
) -> None:
    assert "Nothing has failed" in words(viewer)
    messages.take()
    for _ in range(MOST_DEATHS):
        claim(run.works.get().pk, "here/cpu")
        release("here/cpu")
    said = words(viewer)
    assert re.search(r"lost worker three draws 0-evaluate-0 here/cpu, just now 3 workers were lost at the same", said)
    assert "Its process died three times" in said
    hidden = words(stranger)
    assert "lost worker another team's" in hidden
    assert "three draws" not in hidden
    assert "0-evaluate-0" not in hidden


def test_every_reason_that_there_is_has_a_meaning() -> None:
    assert set(MEANINGS) == set(get_args(FailureReason))


def test_the_disk_is_shown_in_total_and_by_study(run: Run, viewer: Client, files: Path, settings: Any) -> None:
    RunStore(run.pk).put("0-supernet.safetensors", bytes(3_000_000))
    found = disk()
    assert found is not None
    assert (found.ours, (files / str(run.pk)).exists()) == (3_000_000, True)
    assert found.used > 0 < found.free
    assert "2.9 MB" in words(viewer)
    assert "team · 2.9 MB" in words(viewer, "/")
    settings.FILES = Path("/" + "long" * 2000)
    assert "cannot be read" in words(viewer)


def test_the_page_follows_by_itself_and_asks_a_fixed_number_of_questions(run: Run, viewer: Client) -> None:
    assert 'hx-get="/workers/" hx-trigger="every 5s"' in viewer.get("/workers/").content.decode()
    inside = viewer.get("/workers/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in inside
    assert "<h2" in inside

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert viewer.get(path).status_code == 200
        return len(queries)

    say_alive({"here/cpu": 60.0})
    few = [asked(path) for path in ("/workers/", "/")]
    say_alive({f"here/gpu-{number}": 60.0 for number in range(20)})
    for number in range(5):
        Study.objects.create(team=run.study.team, name=f"more {number}", recipe=run.study.recipe)
    assert [asked(path) for path in ("/workers/", "/")] == few


def test_who_is_not_logged_in_is_asked_to(run: Run) -> None:
    assert run.pk
    answer = Client().get("/workers/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/workers/")
