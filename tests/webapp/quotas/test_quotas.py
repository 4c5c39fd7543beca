"""What a team may use is refused in a sentence once it is used, and a month's spent seconds hold its runs."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from tests.webapp.conftest import DRAWS, Messages
from webapp.accounts.models import Membership, Role, Team, User
from webapp.quotas import limits
from webapp.quotas.limits import What, limit_of, next_month, seconds_of, spent_teams
from webapp.quotas.models import DeviceUse, Quota
from webapp.quotas.refusals import QuotaSpent
from webapp.quotas.selectors import uses_of
from webapp.quotas.services.change import set_quota
from webapp.quotas.services.charge import charge_month
from webapp.runs.context import RowContext
from webapp.runs.heartbeat import Heartbeat
from webapp.runs.models import Run, Work
from webapp.runs.selectors.holdup import holdup
from webapp.runs.services.claim import claim, claim_next, fenced, hand_back
from webapp.runs.services.control import cancel, pause, resume, start_run
from webapp.runs.services.retry import retry
from webapp.runs.services.sweep import sweep
from webapp.studies.models import Study

pytestmark = pytest.mark.usefixtures("transactional_db", "messages")


@pytest.fixture
def team() -> Team:
    return Team.objects.create(name="vision")


def study(team: Team, name: str = "one") -> Study:
    return Study.objects.create(team=team, name=name, recipe=DRAWS)


def test_a_study_too_many_is_refused_and_begins_once_another_is_over_or_paused(team: Team) -> None:
    set_quota(team, What.STUDIES, 1)
    first = start_run(study(team))
    start_run(first.study)  # of a study that runs already
    with pytest.raises(QuotaSpent, match="the team runs 1 of the 1 studies that it may run at once"):
        start_run(study(team, "two"))
    for run in Run.objects.all():
        pause(run.pk)
    second = start_run(study(team, "two"))
    with pytest.raises(QuotaSpent):
        resume(first.pk)
    assert Run.objects.get(pk=first.pk).wanted == Run.Wanted.PAUSE
    cancel(second.pk)
    assert resume(first.pk)
    with pytest.raises(QuotaSpent):
        retry(second.pk)
    start_run(study(Team.objects.create(name="others")))


def test_device_seconds_are_counted_by_month_and_stay_when_a_study_goes(team: Team, messages: Messages) -> None:
    run = start_run(study(team))
    messages.take()
    work = claim(run.works.get().pk, "tests")
    assert work is not None
    fenced(work, progress={}, seconds=3.0)
    hand_back(work, 5.0)
    DeviceUse.objects.create(team=team, month=date(2020, 1, 1), seconds=1000)
    run.study.delete()
    assert seconds_of(team) == pytest.approx(5.0)


def test_once_the_month_is_spent_nothing_of_the_team_is_begun_and_its_runs_wait_and_go_on(
    team: Team, messages: Messages
) -> None:
    set_quota(team, What.SECONDS, 10)
    run = start_run(study(team))
    messages.take()
    charge_month(team.pk, 10.0)
    assert spent_teams() == [team.pk]
    assert claim_next(run.works.get().pk, "tests") is None
    assert claim(run.works.get().pk, "tests") is None
    found = holdup(run.pk)
    assert found is not None
    assert found.waits == "quota"
    messages.waiting.clear()
    assert sweep()["sent"] == 0
    with pytest.raises(QuotaSpent, match="10 of its 10 device seconds of this month"):
        start_run(study(team, "two"))
    set_quota(team, What.SECONDS, 1000)
    found = holdup(run.pk)
    assert found is not None
    assert found.waits == "worker"
    assert claim_next(run.works.get().pk, "tests") is not None


def test_work_that_is_under_way_stops_at_its_next_boundary(team: Team, messages: Messages) -> None:
    set_quota(team, What.SECONDS, 10)
    run = start_run(study(team))
    messages.take()
    work = claim(run.works.get().pk, "tests")
    assert work is not None
    context = RowContext(work)
    heartbeat = Heartbeat(context)
    heartbeat._beat()
    assert context.stop == ""
    charge_month(team.pk, 10.0)
    heartbeat._beat()
    assert "device seconds of this month are spent" in context.stop


def test_the_settings_hold_for_teams_without_a_quota_of_their_own(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    assert limit_of(team, What.SECONDS) is None
    assert spent_teams() == []
    given = limits.environment.model_copy(update={"team_device_seconds": 5, "team_studies": 2, "team_bytes": 0})
    monkeypatch.setattr(limits, "environment", given)
    assert [limit_of(team, what) for what in What] == [2, 5, None]
    charge_month(team.pk, 6.0)
    assert spent_teams() == [team.pk]
    set_quota(team, What.SECONDS, None)
    assert spent_teams() == []
    set_quota(team, What.SECONDS, 0)
    DeviceUse.objects.all().delete()
    assert spent_teams() == [team.pk]


def test_the_month_after_december_is_january(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "this_month", lambda: date(2026, 12, 1))
    assert next_month() == date(2027, 1, 1)
    monkeypatch.setattr(limits, "this_month", lambda: date(2026, 2, 1))
    assert next_month() == date(2026, 3, 1)


def test_the_command_sets_and_shows(team: Team, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("quota", "vision", "--studies", "3", "--seconds", "none")
    assert capsys.readouterr().out.splitlines()[:2] == ["studies  0 of 3", "seconds  0 of no limit"]
    call_command("quota", str(team.pk), "--studies", "default")
    assert Quota.objects.count() == 1
    for wrong in (["nobody"], ["vision", "--bytes", "-1"], ["vision", "--bytes", "9" * 30]):
        with pytest.raises(CommandError):
            call_command("quota", *wrong)


def test_pages_show_quotas_to_members_and_warn_before_they_bite(team: Team) -> None:
    user = User.objects.create_user("me@example.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=Role.EDITOR)
    browser = Client()
    browser.force_login(user)
    set_quota(team, What.STUDIES, 5)
    assert "of 5" in browser.get("/quotas/").content.decode()
    new, data = browser.get("/studies/new/").content.decode(), browser.get("/data/").content.decode()
    assert "studies that it may at once" not in new
    assert "The team stores" not in data
    for number in range(4):
        start_run(study(team, str(number)))
    set_quota(team, What.BYTES, 0)
    assert "The team runs 4 of the 5 studies that it may at once." in browser.get("/studies/new/").content.decode()
    assert "The team stores" in browser.get("/data/").content.decode()
    assert [use.percent for use in uses_of(team)] == [80, 0, 100]
    rest = browser.get(f"/api/v1/teams/{team.pk}/quotas/").json()
    assert rest == [
        {"what": "studies", "used": 4, "most": 5},
        {"what": "seconds", "used": 0, "most": None},
        {"what": "bytes", "used": 0, "most": 0},
    ]


def test_a_submission_too_many_is_told_on_the_page_and_over_rest(team: Team) -> None:
    user = User.objects.create_user("me@example.org", "a long enough password")
    Membership.objects.create(user=user, team=team, role=Role.EDITOR)
    browser = Client()
    browser.force_login(user)
    set_quota(team, What.STUDIES, 0)
    answer = browser.post("/api/v1/studies/", {"recipe": DRAWS}, content_type="application/json")
    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:spacewright:quota-spent"
    assert not Study.objects.exists()
    assert not Work.objects.exists()
