"""Tokens: what each may do, where, for how long, and when it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone
from rest_framework.permissions import SAFE_METHODS
from rest_framework.test import APIClient

from webapp.accounts.models import Membership, Role, Team, Token, User
from webapp.accounts.selectors import home_team, may_edit, teams_of, tokens_of
from webapp.accounts.services.tokens import Limits, make_token, token_of, user_of
from webapp.accounts.signals import membership_ended
from webapp.api.scopes import Scope, TokenScope, scope_of
from webapp.api.urls import urlpatterns
from webapp.live.visitors import run_of, visitor
from webapp.refusals import NotKnown
from webapp.runs.models import Run
from webapp.studies.models import Study

pytestmark = pytest.mark.usefixtures("transactional_db", "messages")
EVERYTHING = Limits()


@pytest.fixture
def user() -> User:
    """An owner of two teams, each with a study and a run."""
    made = User.objects.create_user("me@example.org", "a long enough password")
    for name in ("ours", "theirs"):
        team = Team.objects.create(name=name)
        Membership.objects.create(user=made, team=team, role=Role.OWNER)
        Run.objects.create(study=Study.objects.create(team=team, name=name, recipe={}), recipe={})
    return made


def client(user: User, limits: Limits = EVERYTHING) -> APIClient:
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(user, 'a script', limits)[1]}")
    return made


def test_every_view_of_the_api_says_what_scope_it_takes() -> None:
    views = {
        pattern.name or str(pattern.pattern): pattern.callback.cls  # type: ignore[attr-defined]
        for pattern in urlpatterns
        if isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls")
    }
    assert len(views) > 40
    for name, view in views.items():
        assert isinstance(getattr(view, "scope", None), Scope), f"{name}: its view has no `scope`"
        assert TokenScope in view.permission_classes, f"{name}: its view does not look at scopes"


def test_a_view_that_does_not_say_is_closed_to_tokens() -> None:
    class Unsaid:
        pass

    assert scope_of(Unsaid(), "GET") is None  # type: ignore[arg-type]
    assert "GET" in SAFE_METHODS


@pytest.mark.parametrize(
    ("scope", "reads", "writes", "administers"),
    [(Scope.READ, 200, 403, 403), (Scope.WRITE, 200, 200, 403), (Scope.ADMIN, 200, 200, 200)],
)
def test_a_scope_holds_for_reading_writing_and_administering(
    user: User, scope: Scope, reads: int, writes: int, administers: int
) -> None:
    script, study = client(user, Limits(scope)), Study.objects.get(name="ours")
    assert script.get("/api/v1/studies/").status_code == reads
    renamed = script.patch(f"/api/v1/studies/{study.pk}/", {"name": "another"}, format="json")
    assert renamed.status_code == writes
    assert script.get("/api/v1/tokens/").status_code == administers
    assert script.get("/api/v1/schema/").status_code == 200
    if writes == 403:
        assert "'write'" in renamed.json()["detail"]
        assert "'a script' has 'read'" in renamed.json()["detail"]
        assert Study.objects.filter(name="ours").exists()


def test_a_preview_changes_nothing_so_a_reader_may_ask_for_it(user: User) -> None:
    assert client(user, Limits(Scope.READ)).post("/api/v1/preview/", {}, format="json").status_code == 400


def test_a_token_of_one_team_sees_that_team_alone(user: User) -> None:
    ours, theirs = Team.objects.order_by("name")
    script = client(user, Limits(team=ours))
    assert [study["name"] for study in script.get("/api/v1/studies/").json()["results"]] == ["ours"]
    assert [team["name"] for team in script.get("/api/v1/me/").json()["teams"]] == ["ours"]
    other = Run.objects.get(study__team=theirs)
    assert script.get(f"/api/v1/runs/{other.pk}/").status_code == 404
    assert script.post(f"/api/v1/runs/{other.pk}/cancel/").status_code == 404
    limited = token_of(make_token(user, "limited", Limits(team=ours))[1]).user
    assert home_team(limited) == ours
    assert not may_edit(limited, theirs)
    assert list(teams_of(user)) != list(teams_of(limited))
    assert run_of(limited, str(other.pk)) is None


def test_a_token_of_one_team_makes_and_sees_none_of_more(user: User) -> None:
    ours, theirs = Team.objects.order_by("name")
    make_token(user, "of all teams")
    script = client(user, Limits(team=ours))
    made = script.post("/api/v1/tokens/", {"name": "child"}, format="json")
    assert (made.status_code, made.json()["team"], made.json()["scope"]) == (201, str(ours.pk), "write")
    assert [row["name"] for row in script.get("/api/v1/tokens/").json()["results"]] == ["child", "a script"]
    assert script.post("/api/v1/tokens/", {"name": "x", "team": str(theirs.pk)}, format="json").status_code == 404
    assert script.delete(f"/api/v1/tokens/{tokens_of(user).get(name='of all teams').pk}/").status_code == 404


def test_a_token_ends_on_its_date_and_cannot_begin_after_it(user: User) -> None:
    secret = make_token(user, "short", Limits(expires=timezone.now() + timedelta(days=1)))[1]
    assert user_of(secret) == user
    Token.objects.update(expires=timezone.now() - timedelta(seconds=1))
    with pytest.raises(NotKnown):
        user_of(secret)
    past = {"name": "late", "expires": "2020-01-01T00:00:00Z"}
    assert client(user).post("/api/v1/tokens/", past, format="json").status_code == 400


def test_who_leaves_a_team_has_no_token_for_it_left_and_the_others_see_it_no_more(user: User) -> None:
    ours, theirs = Team.objects.order_by("name")
    limited = make_token(user, "limited", Limits(team=ours))[1]
    wide = client(user)
    Membership.objects.filter(user=user, team=ours).delete()
    membership_ended.send(Membership, user=user, team=ours)
    with pytest.raises(NotKnown):
        token_of(limited)
    assert visitor({"headers": [(b"authorization", f"Bearer {limited}".encode())]}) is None
    assert [study["name"] for study in wide.get("/api/v1/studies/").json()["results"]] == [theirs.name]


def test_the_page_makes_a_token_shows_it_once_lists_and_revokes_it(user: User) -> None:
    browser, ours = Client(), Team.objects.get(name="ours")
    browser.force_login(user)
    given = {"name": "my laptop", "scope": "read", "team": str(ours.pk), "days": "30"}
    page = browser.post("/account/tokens/", given).content.decode()
    secret = page.partition('id="secret" tabindex="0">')[2].partition("<")[0]
    token = token_of(secret)
    assert (token.name, token.scope, token.team) == ("my laptop", "read", ours)
    assert token.expires is not None
    assert timedelta(days=29) < token.expires - timezone.now() < timedelta(days=31)
    again = browser.get("/account/tokens/").content.decode()
    assert secret not in again
    assert "my laptop" in again
    assert browser.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert not tokens_of(user).exists()


def test_the_page_takes_no_team_and_no_token_of_others(user: User) -> None:
    browser, other = Client(), User.objects.create_user("other@example.org", "a long enough password")
    browser.force_login(other)
    theirs = make_token(user, "mine")[0]
    ours = Team.objects.get(name="ours")
    page = browser.post("/account/tokens/", {"name": "x", "scope": "read", "team": str(ours.pk), "days": ""})
    assert "Select a valid choice" in page.content.decode()
    assert browser.post(f"/account/tokens/{theirs.pk}/revoke/").status_code == 404
    assert Token.objects.filter(pk=theirs.pk).exists()


def test_the_command_makes_a_token_with_limits(user: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("token", user.email, "nightly", "--scope", "read", "--team", "ours", "--days", "7")
    token = token_of(capsys.readouterr().out.strip())
    assert (token.scope, token.team, token.has_ended) == ("read", Team.objects.get(name="ours"), False)
    for wrong in (["--team", "nobody's"], ["--days", "0"]):
        with pytest.raises(CommandError):
            call_command("token", user.email, "x", *wrong)
