"""Teams, members and invitations over REST, each answer held against the document."""

from __future__ import annotations

import uuid

from tests.webapp.api.conftest import ExactClient
from webapp.accounts.models import Membership, Role, Team


def test_a_team_is_made_read_and_renamed_by_its_owner(stranger: ExactClient, viewer: ExactClient, team: Team) -> None:
    made = stranger("POST", "/teams/", {"name": "a new one"})
    assert (made.status_code, made.json()["role"]) == (201, "owner")
    assert stranger("POST", "/teams/", {"name": ""}).status_code == 400
    assert [one["name"] for one in stranger("GET", "/teams/").json()["results"]] == ["a new one", "others"]
    address = f"/teams/{team.pk}/"
    assert stranger("GET", address).status_code == 404
    assert viewer("GET", address).json() == {"id": str(team.pk), "name": "vision", "role": "viewer"}
    assert viewer("PATCH", address, {"name": "mine"}).status_code == 403
    assert stranger("PATCH", f"/teams/{made.json()['id']}/", {"name": "ours"}).json()["name"] == "ours"


def test_members_are_listed_changed_and_removed(
    owner: ExactClient, viewer: ExactClient, stranger: ExactClient, team: Team
) -> None:
    assert owner.user is not None
    assert viewer.user is not None
    address = f"/teams/{team.pk}/members/"
    theirs, own = f"{address}{viewer.user.pk}/", f"{address}{owner.user.pk}/"
    assert {one["email"] for one in viewer("GET", address).json()["results"]} == {
        "owner@example.org",
        "viewer@example.org",
    }
    assert stranger("GET", address).status_code == 404
    assert stranger("GET", theirs).status_code == 404
    assert viewer("GET", theirs).json()["role"] == "viewer"
    assert viewer("PATCH", theirs, {"role": "owner"}).status_code == 403
    assert viewer("DELETE", own).status_code == 403
    assert owner("PATCH", theirs, {"role": "king"}).status_code == 400
    assert owner("PATCH", theirs, {"role": "editor"}).json()["role"] == "editor"
    assert owner("PATCH", own, {"role": "viewer"}).status_code == 409
    assert "make somebody else its owner first" in owner("DELETE", own).json()["detail"]
    assert owner("DELETE", theirs).status_code == 204
    assert viewer("GET", address).status_code == 404


def test_a_team_is_handed_over(owner: ExactClient, viewer: ExactClient, team: Team) -> None:
    assert viewer.user is not None
    address, given = f"/teams/{team.pk}/hand-over/", {"user": str(viewer.user.pk)}
    assert viewer("POST", address, given).status_code == 403
    assert owner("POST", address, {"user": str(uuid.uuid4())}).status_code == 404
    assert owner("POST", address, {"user": "me"}).status_code == 400
    assert owner("POST", address, given).json()["role"] == "owner"
    assert owner("POST", address, given).status_code == 403
    assert viewer("POST", address, given).status_code == 409


def test_an_invitation_is_made_shown_once_accepted_and_revoked(
    owner: ExactClient, viewer: ExactClient, stranger: ExactClient, team: Team
) -> None:
    address = f"/teams/{team.pk}/invitations/"
    for method, given in (("GET", None), ("POST", {"role": "viewer"})):
        assert viewer(method, address, given).status_code == 403
        assert stranger(method, address, given).status_code == 404
    for wrong in ({}, {"role": "viewer", "days": 0}, {"role": "viewer", "most_uses": 2**70}, {"role": "x\0"}, []):
        assert owner("POST", address, wrong).status_code == 400
    made = owner("POST", address, {"role": "editor"}).json()
    assert made["link"].endswith(f"/invitations/{made['secret']}/")
    [listed] = owner("GET", address).json()["results"]
    assert "secret" not in listed
    assert stranger("POST", "/invitations/accept/", {"secret": "wrong"}).status_code == 409
    assert stranger("POST", "/invitations/accept/", {"secret": "\0"}).status_code == 400
    assert stranger("POST", "/invitations/accept/", {"secret": made["secret"]}).json()["role"] == "editor"
    assert owner("GET", address).json()["results"][0]["is_over"]
    named = owner("POST", address, {"role": "viewer", "email": "somebody@example.org"}).json()
    assert viewer("POST", "/invitations/accept/", {"secret": named["secret"]}).status_code == 403
    one = f"{address}{named['id']}/"
    assert viewer("DELETE", one).status_code == 403
    assert owner("DELETE", one).status_code == 204
    assert owner("DELETE", one).status_code == 404


def test_a_team_is_chosen(owner: ExactClient, team: Team) -> None:
    assert owner.user is not None
    Membership.objects.create(user=owner.user, team=Team.objects.create(name="another"), role=Role.OWNER)
    assert owner("GET", "/me/").json()["chosen_team"] is None
    assert owner("PATCH", "/me/", {"chosen_team": str(team.pk)}).json()["chosen_team"] == str(team.pk)
    assert owner("PATCH", "/me/", {"chosen_team": str(uuid.uuid4())}).status_code == 404
    assert owner("PATCH", "/me/", {}).status_code == 400
    assert owner("PATCH", "/me/", {"chosen_team": None}).json()["chosen_team"] is None


def test_a_team_is_exported_and_deleted_by_its_owner(
    owner: ExactClient, viewer: ExactClient, stranger: ExactClient, team: Team
) -> None:
    address, export = f"/teams/{team.pk}/", f"/teams/{team.pk}/export/"
    assert (viewer("GET", export).status_code, stranger("GET", export).status_code) == (403, 404)
    assert owner("GET", export)["Content-Type"] == "application/zip"
    assert (viewer("DELETE", f"{address}?name=vision").status_code, stranger("DELETE", address).status_code) == (
        403,
        404,
    )
    for query in ("", "?name=other", "?name=%00", f"?name={'x' * 200}"):
        assert owner("DELETE", f"{address}{query}").status_code == 400
    assert owner("DELETE", f"{address}?name=vision").status_code == 204
    assert owner("GET", address).status_code == 404
