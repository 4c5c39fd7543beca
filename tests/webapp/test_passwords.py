"""Passwords: changed, forgotten, and what ends with them."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token, user_of
from webapp.mail import CONSOLE
from webapp.refusals import NotKnown

OLD, NEW = "an old enough password", "a newer one altogether"


@pytest.fixture
def user(db: None) -> User:  # noqa: ARG001 - the database comes first
    user = User.objects.create_user("me@example.org", OLD)
    Membership.objects.create(user=user, team=Team.objects.create(name="us"), role=Role.EDITOR)
    return user


def logged_in(password: str = OLD) -> Client:
    client = Client()
    assert client.login(username="me@example.org", password=password)
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def changed(client: Client, old: str = OLD, **more: str) -> Any:
    given = {"old_password": old, "new_password1": NEW, "new_password2": NEW, **more}
    return client.post("/account/password/", given)


@pytest.mark.usefixtures("user")
def test_the_account_page_says_who_you_are() -> None:
    said = logged_in().get("/account/").content.decode()
    assert "me@example.org" in said
    assert "editor of us" in said
    assert Client().get("/account/")["Location"] == "/login/?next=/account/"


@pytest.mark.usefixtures("user")
def test_a_new_password_ends_other_sessions_and_keeps_this_one() -> None:
    here, elsewhere = logged_in(), logged_in()
    answer = changed(here)
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert "Every other browser has to log in again" in here.get("/account/").content.decode()
    assert is_in(here)
    assert not is_in(elsewhere)
    assert logged_in(NEW)


def test_tokens_stay_unless_they_are_ended_with_it(user: User) -> None:
    _, token = make_token(user, "a script")
    other = User.objects.create_user("other@example.org")
    _, theirs = make_token(other, "theirs")
    client = logged_in()
    changed(client)
    assert user_of(token) == user
    changed(client, old=NEW, new_password1=OLD, new_password2=OLD, ends_tokens="on")
    with pytest.raises(NotKnown):
        user_of(token)
    assert user_of(theirs) == other


@pytest.mark.usefixtures("user")
def test_a_wrong_or_weak_password_changes_nothing() -> None:
    client, elsewhere = logged_in(), logged_in()
    assert "was entered incorrectly" in changed(client, old="wrong").content.decode()
    assert "too short" in changed(client, new_password1="short", new_password2="short").content.decode()
    assert is_in(elsewhere)


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(/password/new/\S+)", message.body)
    assert found is not None
    return found[1]


def test_a_forgotten_password_is_chosen_anew_by_the_link_of_a_mail_once(user: User) -> None:
    _, token = make_token(user, "a script")
    elsewhere, stranger = logged_in(), Client()
    assert stranger.post("/password/forgotten/", {"email": "Me@Example.org"})["Location"] == "/password/sent/"
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["me@example.org"], "A new password for Spacewright")
    link = link_in(message)
    form = stranger.get(link)["Location"]
    assert "End my tokens too" in stranger.get(form).content.decode()
    answer = stranger.post(form, {"new_password1": NEW, "new_password2": NEW, "ends_tokens": "on"})
    assert answer["Location"] == "/login/"
    assert "Log in with the new one" in stranger.get("/login/").content.decode()
    assert not is_in(elsewhere)
    assert not is_in(stranger)
    assert logged_in(NEW)
    with pytest.raises(NotKnown):
        user_of(token)
    assert "no longer works" in Client().get(link).content.decode()


@pytest.mark.usefixtures("user")
def test_who_asks_learns_not_who_is_known() -> None:
    User.objects.create_user("gone@example.org", OLD, is_active=False)
    for email in ("nobody@example.org", "gone@example.org"):
        assert Client().post("/password/forgotten/", {"email": email})["Location"] == "/password/sent/"
    assert mail.outbox == []
    assert Client().get("/password/sent/").status_code == 200


@pytest.mark.usefixtures("user")
def test_without_mail_the_page_says_whom_to_ask(settings: Any) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    said = Client().get("/password/forgotten/").content.decode()
    assert "manage.py changepassword" in said
    assert "<input" not in said.partition("<main")[2]
    assert Client().post("/password/forgotten/", {"email": "me@example.org"})["Location"] == "/password/forgotten/"


@pytest.mark.usefixtures("user")
def test_a_mail_server_that_is_away_is_no_error_to_who_asks(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    logging.getLogger("django").propagate = True
    try:
        assert Client().post("/password/forgotten/", {"email": "me@example.org"})["Location"] == "/password/sent/"
    finally:
        logging.getLogger("django").propagate = False
    assert "Failed to send password reset email" in caplog.text
