"""The Teams pages: who is shown what, and what a post does or is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.webapp.conftest import DRAWS
from tests.webapp.pages.conftest import client_of
from webapp.accounts.models import Invitation, Membership, Role, Team, User
from webapp.studies.models import Study


@pytest.fixture
def owner(team: Team) -> Client:
    return client_of(team, Role.OWNER)


@pytest.fixture
def viewer(team: Team) -> Client:
    return client_of(team, Role.VIEWER)


def said(answer: Any) -> str:
    return str(answer.content.decode()).partition("<main")[2]


def test_a_team_shows_its_members_to_all_of_them_and_what_to_do_to_owners(
    owner: Client, viewer: Client, team: Team
) -> None:
    seen, owned = said(viewer.get(f"/teams/{team.pk}/")), said(owner.get(f"/teams/{team.pk}/"))
    for page in (seen, owned):
        assert "owner@example.org" in page
        assert "viewer@example.org" in page
    for word in ("Remove", "Hand over", "Make an invitation", "Rename"):
        assert word in owned
        assert word not in seen
    assert client_of(None, Role.EDITOR).get(f"/teams/{team.pk}/").status_code == 404


def test_a_team_is_made_and_renamed_on_its_page(viewer: Client, owner: Client, team: Team) -> None:
    made = viewer.post("/teams/", {"name": " our own "})
    assert Team.objects.get(name="our own").pk.hex in made["Location"].replace("-", "")
    assert "This field is required" in said(viewer.post("/teams/", {"name": " "}))
    assert viewer.post(f"/teams/{team.pk}/", {"act": "rename", "name": "mine"}).status_code == 403
    assert owner.post(f"/teams/{team.pk}/", {"act": "rename", "name": "x" * 121}).status_code == 422
    assert owner.post(f"/teams/{team.pk}/", {"act": "rename", "name": "sight"}).status_code == 302
    assert "sight" in said(viewer.get("/teams/"))


def test_members_are_changed_by_owners_and_the_last_one_is_told_why_not(
    owner: Client, viewer: Client, team: Team
) -> None:
    own, theirs = (User.objects.get(email=f"{role}@example.org").pk for role in ("owner", "viewer"))
    address = f"/teams/{team.pk}/"
    assert viewer.post(address, {"member": theirs, "act": "role", "role": "owner"}).status_code == 403
    refused = owner.post(address, {"member": own, "act": "role", "role": "viewer"})
    assert refused.status_code == 409
    assert "make somebody else its owner first" in said(refused)
    assert "make somebody else its owner first" in said(owner.post(f"/teams/{team.pk}/", {"act": "leave"}))
    owner.post(address, {"member": theirs, "act": "role", "role": "editor"})
    owner.post(address, {"member": theirs, "act": "role", "role": "king"})
    owner.post(address, {"member": theirs, "act": "nothing"})
    assert Membership.objects.get(team=team, user=theirs).role == Role.EDITOR
    assert owner.post(address, {"member": "nobody", "act": "remove"}).status_code == 404
    owner.post(address, {"member": theirs, "act": "hand-over"})
    assert owner.post(f"/teams/{team.pk}/", {"act": "leave"}, follow=True).status_code == 200
    assert list(team.members.values_list("pk", flat=True)) == [theirs]
    assert viewer.post(address, {"member": theirs, "act": "remove"}).status_code == 409


def test_an_invitation_is_shown_once_looked_at_by_a_stranger_and_accepted_after_the_log_in(
    owner: Client, team: Team
) -> None:
    address = f"/teams/{team.pk}/"
    assert owner.post(address, {"act": "invite", "role": "viewer", "days": 0, "most_uses": 1}).status_code == 422
    page = said(owner.post(address, {"act": "invite", "role": "editor", "days": 7, "most_uses": 1}))
    link = re.search(r"http://[^<]+(/invitations/\S+/)<", page)
    assert link is not None
    assert link[1] not in said(owner.get(f"/teams/{team.pk}/"))
    User.objects.create_user("new@example.org", "a long enough password")
    client = Client()
    shown = client.get(link[1], follow=True)
    assert shown.redirect_chain == [("/invitation/", 302)]
    assert "vision" in said(shown)
    assert "/login/?next=/invitation/" in said(shown)
    assert client.post("/invitation/").status_code == 200  # nobody: nothing is accepted
    given = {"username": "new@example.org", "password": "a long enough password", "next": "/invitation/"}
    assert "Accept as new@example.org" in said(client.post("/login/", given, follow=True))
    assert "You are editor of vision now" in said(client.post("/invitation/", follow=True))
    assert client.get("/invitation/").status_code == 404
    other = Client().get(link[1])
    assert other.status_code == 404
    assert "no longer works" in said(other)
    owner.post(address, {"act": "revoke", "invitation": Invitation.objects.get().pk})
    assert not Invitation.objects.exists()


def test_the_chosen_team_is_the_one_whose_studies_are_listed(owner: Client, team: Team) -> None:
    another = Team.objects.create(name="another")
    Membership.objects.create(team=another, user=User.objects.get(email="owner@example.org"), role=Role.OWNER)
    for one in (team, another):
        Study.objects.create(team=one, name=f"study of {one}", recipe=DRAWS)
    assert "study of vision" in said(owner.get("/"))
    assert owner.post("/teams/choose/", {"chosen_team": another.pk}, follow=True).status_code == 200
    page = said(owner.get("/"))
    assert "study of another" in page
    assert "study of vision" not in page
    assert owner.post("/teams/choose/", {"chosen_team": Team.objects.create(name="theirs").pk}).status_code == 404
    owner.post("/teams/choose/")
    assert "study of vision" in said(owner.get("/"))
