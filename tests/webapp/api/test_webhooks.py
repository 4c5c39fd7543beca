"""Webhooks over REST and on their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import Messages
from webapp.accounts.models import Team
from webapp.webhooks.models import Delivery, Webhook

URL = "https://hooks.example/here"
pytestmark = pytest.mark.usefixtures("messages")


def made(owner: ExactClient, **more: Any) -> Any:
    answer = owner("POST", "/webhooks/", {"url": URL, **more})
    assert answer.status_code == 201
    return answer.json()


def test_an_owner_makes_reads_changes_tries_rotates_and_removes_one(owner: ExactClient, messages: Messages) -> None:
    one = made(owner)
    assert one["secret"].startswith("whsec_")
    assert one["events"] == Webhook.Kind.values
    path = f"/webhooks/{one['id']}/"
    assert "secret" not in owner("GET", path).json()
    assert [row["id"] for row in owner("GET", "/webhooks/").json()["results"]] == [one["id"]]
    changed = owner("PATCH", path, {"events": ["run.ended", "run.started"], "active": False}).json()
    assert (changed["events"], changed["active"]) == (["run.started", "run.ended"], False)
    assert changed["reason"] == "switched off by hand"
    assert owner("POST", f"{path}test/").status_code == 409
    owner("PATCH", path, {"active": True})
    sent = owner("POST", f"{path}test/").json()
    assert messages.waiting == [("webhooks.deliver", sent["id"])]
    assert [row["id"] for row in owner("GET", f"{path}deliveries/").json()["results"]] == [sent["id"]]
    assert owner("POST", f"{path}rotate/").json()["secret"] != one["secret"]
    assert owner("DELETE", path).status_code == 204
    assert owner("GET", path).status_code == 404
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://hooks.example/"},
        {"url": "https://10.0.0.1/"},
        {"url": ""},
        {"url": 7},
        {"url": "https://x/\x00"},
        {"url": URL, "events": ["run.nothing"]},
        {"url": URL, "events": "run.ended"},
        {"url": URL, "team": "nobody"},
        [],
    ],
)
def test_what_is_wrong_is_refused(owner: ExactClient, wrong: object) -> None:
    assert owner("POST", "/webhooks/", wrong).status_code == 400
    assert not Webhook.objects.exists()


def test_only_owners_of_the_team_see_and_make_them(
    owner: ExactClient, editor: ExactClient, viewer: ExactClient, stranger: ExactClient, team: Team
) -> None:
    one = made(owner)
    for other in (editor, viewer):
        assert other("POST", "/webhooks/", {"url": URL}).status_code == 403
    assert stranger("POST", "/webhooks/", {"url": URL, "team": str(team.pk)}).status_code == 404
    for other in (editor, viewer, stranger):
        assert other("GET", "/webhooks/").json()["results"] == []
        for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "test/"), ("POST", "rotate/")):
            assert other(method, f"/webhooks/{one['id']}/{path}").status_code == 404
        assert other("GET", f"/webhooks/{one['id']}/deliveries/").status_code == 404
    assert Webhook.objects.count() == 1


def browser_of(client: ExactClient) -> Client:
    browser = Client()
    assert client.user is not None
    browser.force_login(client.user)
    return browser


def test_the_pages_make_change_and_remove_one(owner: ExactClient, team: Team) -> None:
    browser = browser_of(owner)
    refused = browser.post("/webhooks/", {"url": "http://x.example", "team": str(team.pk), "events": ["run.ended"]})
    assert "only https:// is called" in refused.content.decode()
    page = browser.post("/webhooks/", {"url": URL, "team": str(team.pk), "events": ["run.ended"]}).content.decode()
    row = Webhook.objects.get()
    assert "whsec_" in page
    assert "whsec_" not in browser.get(f"/webhooks/{row.pk}/").content.decode()
    assert URL in browser.get("/webhooks/").content.decode()
    browser.post(f"/webhooks/{row.pk}/", {"url": f"{URL}/2", "events": ["run.started", "run.ended"]})
    row.refresh_from_db()
    assert (row.url, row.events) == (f"{URL}/2", ["run.started", "run.ended"])
    browser.post(f"/webhooks/{row.pk}/ask/", {"ask": "test"})
    deliveries = browser.get(f"/webhooks/{row.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "webhook.test" in deliveries
    assert "<html" not in deliveries
    assert "whsec_" in browser.post(f"/webhooks/{row.pk}/ask/", {"ask": "rotate"}).content.decode()
    browser.post(f"/webhooks/{row.pk}/ask/", {"ask": "off"})
    assert "switched off by hand" in browser.get(f"/webhooks/{row.pk}/").content.decode()
    assert browser.post(f"/webhooks/{row.pk}/ask/", {"ask": "nothing"}).status_code == 404
    browser.post(f"/webhooks/{row.pk}/ask/", {"ask": "delete"})
    assert not Webhook.objects.exists()


def test_the_pages_show_nothing_to_who_owns_no_team(owner: ExactClient, viewer: ExactClient) -> None:
    one = made(owner)
    browser = browser_of(viewer)
    page = browser.get("/webhooks/").content.decode()
    assert URL not in page
    assert "you own none" in page
    assert browser.get(f"/webhooks/{one['id']}/").status_code == 404
    assert browser.post(f"/webhooks/{one['id']}/ask/", {"ask": "delete"}).status_code == 404
