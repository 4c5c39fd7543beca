"""Who signs up: invited people, or anybody where the studio is open; and the e-mail is proven where mail is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.webapp.accounts.conftest import PASSWORD, People
from tests.webapp.accounts.test_invitations import mailed
from webapp.accounts.models import Role, User
from webapp.accounts.selectors import role_in
from webapp.accounts.services.invitations import Wanted, invite

GIVEN = {"email": "New@Example.org", "password1": "a password of my own", "password2": "a password of my own"}


@pytest.fixture
def proven(settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


def invited(people: People) -> Client:
    """A stranger who has opened the link of an invitation."""
    client = Client()
    _, secret = invite(people.owner, people.team, Wanted(Role.EDITOR))
    assert "Sign up" in client.get(f"/invitations/{secret}/", follow=True).content.decode()
    return client


def test_nobody_signs_up_who_was_not_invited(people: People, settings: Any) -> None:
    for client in (Client(), Client()):
        assert "only those sign up who were invited" in client.get("/signup/").content.decode()
        client.post("/signup/", GIVEN)
    assert not User.objects.filter(email="new@example.org").exists()
    assert "/signup/" not in Client().get("/login/").content.decode()
    settings.SIGN_UP = "open"
    assert "/signup/" in Client().get("/login/").content.decode()
    assert Client().post("/signup/", GIVEN)["Location"] == "/"
    assert User.objects.get(email="new@example.org").check_password("a password of my own")
    assert people


def test_who_was_invited_signs_up_and_accepts(people: People) -> None:
    client = invited(people)
    assert client.post("/signup/", GIVEN)["Location"] == "/invitation/"
    client.post("/invitation/")
    assert role_in(User.objects.get(email="new@example.org"), people.team) == Role.EDITOR
    assert client.get("/account/").status_code == 200


@pytest.mark.usefixtures("proven")
def test_an_e_mail_is_proven_before_the_first_log_in_by_a_link_that_works_once(people: People) -> None:
    client, given = invited(people), {"username": "new@example.org", "password": "a password of my own"}
    assert client.post("/signup/", GIVEN)["Location"] == "/signup/sent/"
    assert client.get("/account/").status_code == 302
    assert client.post("/login/", given)["Location"] == "/signup/sent/"
    [message] = mailed(1)
    assert message.to == ["new@example.org"]
    link = re.search(r"http://\S+(/signup/\S+/)", message.body)
    assert link is not None
    assert "Is this your e-mail?" in client.get(link[1]).content.decode()
    assert client.post(link[1])["Location"] == "/login/"
    assert client.post("/login/", given)["Location"] == "/invitation/"  # what they came for
    assert "no longer works" in Client().get(link[1]).content.decode()


@pytest.mark.usefixtures("proven")
def test_who_signs_up_with_an_e_mail_that_somebody_has_is_told_the_same(people: People) -> None:
    client = invited(people)
    taken = client.post("/signup/", {**GIVEN, "email": people.viewer.email})
    assert (taken.status_code, taken["Location"]) == (302, "/signup/sent/")
    [message] = mailed(1)
    assert (message.to, message.subject) == ([people.viewer.email], "You have a login for Spacewright already")
    assert people.viewer.check_password(PASSWORD)
    assert len(mail.outbox) == 1


@pytest.mark.usefixtures("proven")
def test_who_was_made_by_the_operator_logs_in_without_a_proof(people: People) -> None:
    given = {"username": people.viewer.email, "password": PASSWORD}
    assert Client().post("/login/", given)["Location"] == "/"


def test_a_weak_password_is_refused_and_nobody_signs_up_without_end(people: People) -> None:
    client = invited(people)
    answer = client.post("/signup/", {**GIVEN, "password1": "short", "password2": "short"}).content.decode()
    assert "too short" in answer
    for number in range(20):
        client.post("/signup/", {**GIVEN, "email": f"{number}@example.org", "password2": "another"})
    assert "Wait a quarter of an hour" in client.post("/signup/", GIVEN).content.decode()
    assert not User.objects.filter(email="new@example.org").exists()
