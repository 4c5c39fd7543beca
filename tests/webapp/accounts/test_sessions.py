"""The list of one's own sessions, and their end from elsewhere."""

from __future__ import annotations

from django.test import Client

from tests.webapp.accounts.conftest import PASSWORD, People
from webapp.accounts.models import User

HERE = "/account/sessions/"


def logged_in(user: User, browser: str) -> Client:
    client = Client(headers={"user-agent": browser})
    client.post("/login/", {"username": user.email, "password": PASSWORD})
    return client


def test_sessions_are_listed_and_the_others_end(people: People) -> None:
    here, there = logged_in(people.viewer, "Firefox here"), logged_in(people.viewer, "Chrome there")
    theirs = logged_in(people.editor, "Somebody else's")
    page = here.get(HERE).content.decode()
    assert "Firefox here" in page
    assert "Chrome there" in page
    assert "Somebody else" not in page
    assert "Every other browser has to log in again" in here.post(HERE, follow=True).content.decode()
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert theirs.get("/account/").status_code == 200


def test_a_session_whose_password_was_changed_is_listed_still(people: People) -> None:
    here = logged_in(people.viewer, "Firefox here")
    new = {"old_password": PASSWORD, "new_password1": "another long one", "new_password2": "another long one"}
    here.post("/account/password/", new)
    assert "this one" in here.get(HERE).content.decode()


def test_an_address_that_is_not_known_keeps_nobody_out(people: People) -> None:
    client = Client(REMOTE_ADDR="")
    client.post("/login/", {"username": people.viewer.email, "password": PASSWORD})
    assert client.get(HERE).status_code == 200
