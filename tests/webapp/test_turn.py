"""Whose turn it is: teams share the devices alike, however much each has queued."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp.conftest import DRAWS, Messages
from webapp.accounts.models import Team
from webapp.runs.models import Floor, Run, Share, Work
from webapp.runs.selectors.turn import next_turn
from webapp.runs.services.claim import claim_next, fenced, hand_back
from webapp.runs.services.control import pause
from webapp.runs.services.perform import perform_work
from webapp.studies.models import Study

pytestmark = pytest.mark.usefixtures("transactional_db", "messages")
ROUND = 20  # turns


def queue_of(name: str, count: int, minutes_ago: float = 0.0) -> Team:
    """A team with so much Work that waits."""
    team, _ = Team.objects.get_or_create(name=name)
    study = Study.objects.create(team=team, name=name, recipe=DRAWS)
    run = Run.objects.create(study=study, recipe=DRAWS, state={}, slots=count)
    since = timezone.now() - timedelta(minutes=minutes_ago)
    Work.objects.bulk_create(
        Work(run=run, key=f"{number}", ordinal=number, kind="evaluate", value={}, queued=since)
        for number in range(count)
    )
    return team


def turns(count: int, seconds: dict[str, float] | None = None) -> list[str]:
    """Whose Work one worker does after another, each for so many device seconds."""
    found = []
    for _ in range(count):
        work = claim_next("hint", "tests")
        assert work is not None
        name = work.run.study.team.name
        fenced(work, status=Work.Status.DONE, seconds=float((seconds or {}).get(name, 1.0)))
        found.append(name)
    return found


def test_one_worker_serves_two_teams_by_turns_although_one_has_queued_more_and_before() -> None:
    queue_of("many", 100, minutes_ago=10)
    queue_of("few", 10)
    done = turns(ROUND)
    assert done[0] == "many"  # on an equal share the oldest is first
    assert done.count("few") == 10


def test_teams_share_seconds_not_works() -> None:
    queue_of("long", 100)
    queue_of("short", 100)
    done = turns(ROUND * 2, {"long": 9.0})
    assert done.count("long") == pytest.approx(4, abs=1)


def test_a_second_worker_takes_work_of_a_team_that_has_none_running() -> None:
    many, few = queue_of("many", 100, minutes_ago=10), queue_of("few", 10)
    Share.objects.create(team=few, seconds=50)  # had more; but nothing of it runs
    first, second = claim_next("hint", "one"), claim_next("hint", "two")
    assert first is not None
    assert second is not None
    assert [first.run.study.team, second.run.study.team] == [many, few]


def test_a_team_that_was_away_has_saved_nothing_up_and_one_that_was_alone_owes_nothing() -> None:
    queue_of("alone", 100)
    queue_of("away", 100)
    turns(2)
    Run.objects.filter(study__team__name="away").update(wanted=Run.Wanted.PAUSE)
    turns(30)
    Run.objects.update(wanted=Run.Wanted.RUN)
    queue_of("new", 100)
    done = turns(30)
    assert {name: done.count(name) for name in set(done)} == {
        name: pytest.approx(10, abs=2) for name in ("alone", "away", "new")
    }


def test_within_a_team_the_oldest_is_first_and_what_is_handed_back_waits_anew() -> None:
    queue_of("us", 2, minutes_ago=1)
    first = claim_next("hint", "tests")
    assert first is not None
    assert first.key == "0"
    hand_back(first, 5.0)
    second = claim_next("hint", "tests")
    assert second is not None
    assert second.key == "1"
    assert Share.objects.get().seconds == pytest.approx(5.0)


def test_every_second_is_charged_once_whatever_the_number_of_attempts() -> None:
    queue_of("us", 1)
    for spent in (2.0, 5.0):
        work = claim_next("hint", "tests")
        assert work is not None
        fenced(work, progress={}, seconds=spent - 1)  # a checkpoint
        hand_back(work, spent)
    assert Share.objects.get().seconds == pytest.approx(5.0)
    assert Floor.objects.count() <= 1


def test_what_is_paused_or_over_has_no_turn() -> None:
    queue_of("us", 1)
    pause(Run.objects.get().pk)
    assert next_turn() is None
    Run.objects.update(wanted=Run.Wanted.RUN, status=Run.Status.CANCELLED)
    assert next_turn() is None


def test_a_message_for_work_that_is_done_lets_a_worker_do_what_waits(run: Run, messages: Messages) -> None:
    messages.take()
    done = run.works.get()
    perform_work(done.pk, "tests")
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert set(run.works.values_list("attempt", flat=True)) == {1}


@pytest.mark.parametrize("queued", [20, 2000])
def test_a_turn_asks_the_same_of_a_short_queue_and_of_a_long_one(queued: int) -> None:
    """SQLite counts its own steps: a walk through the queue would take a hundred times as many."""
    queue_of("many", queued)
    queue_of("few", 10)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(count, 10)
    with CaptureQueriesContext(connection) as seen:
        assert next_turn() is not None
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(None, 0)
    assert len(seen) == 5  # whether any team has a limit on its seconds among them
    assert steps < 100
