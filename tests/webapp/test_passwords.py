"""Passwords: changed, forgotten, and what ends with them."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable
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


def is_known(token: str) -> bool:
    try:
        return bool(user_of(token))
    except NotKnown:
        return False


def by_the_page(user: User) -> None:  # noqa: ARG001 - whose session it is
    changed(logged_in())


def by_the_admin(user: User) -> None:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.org", OLD))
    given = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert client.post(f"/admin/accounts/user/{user.pk}/password/", given).status_code == 302


def by_the_command_line(user: User) -> None:
    user.set_password(NEW)  # as `manage.py changepassword` does
    user.save()


@pytest.mark.parametrize("change", [by_the_page, by_the_admin, by_the_command_line])
def test_tokens_end_with_the_password_however_it_is_changed(user: User, change: Callable[[User], None]) -> None:
    _, token = make_token(user, "a script")
    other = User.objects.create_user("other@example.org")
    _, theirs = make_token(other, "theirs")
    elsewhere = logged_in()
    change(user)
    assert logged_in(NEW)
    assert not is_known(token)
    assert not is_in(elsewhere)
    assert is_known(theirs)


def test_a_hash_that_is_made_anew_ends_nothing(user: User, settings: Any) -> None:
    _, token = make_token(user, "a script")
    old = user.password
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    logged_in()
    user.refresh_from_db()
    assert user.password != old
    assert is_known(token)


@pytest.mark.usefixtures("user")
def test_a_wrong_or_weak_password_changes_nothing() -> None:
    client, elsewhere = logged_in(), logged_in()
    assert "was entered incorrectly" in changed(client, old="wrong").content.decode()
    assert "too short" in changed(client, new_password1="short", new_password2="short").content.decode()
    assert is_in(elsewhere)


def mailed(count: int) -> list[Any]:
    """What was mailed, once it is so much: mails go out aside."""
    deadline = time.monotonic() + 60  # a guard against hanging
    while any(thread.name == "mail" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(mail.outbox) == count
    return mail.outbox


def link_in(message: Any) -> str:
    found = re.search(r"http://testserver(/password/new/\S+)", message.body)
    assert found is not None
    return found[1]


def test_a_forgotten_password_is_chosen_anew_by_the_link_of_a_mail_once(user: User) -> None:
    _, token = make_token(user, "a script")
    elsewhere, stranger = logged_in(), Client()
    assert stranger.post("/password/forgotten/", {"email": "Me@Example.org"})["Location"] == "/password/sent/"
    (message,) = mailed(1)
    assert (message.to, message.subject) == (["me@example.org"], "A new password for Spacewright")
    link = link_in(message)
    form = stranger.get(link)["Location"]
    assert "all your tokens" in stranger.get(form).content.decode()
    answer = stranger.post(form, {"new_password1": NEW, "new_password2": NEW})
    assert answer["Location"] == "/login/"
    assert "Log in with the new one" in stranger.get("/login/").content.decode()
    assert not is_in(elsewhere)
    assert not is_in(stranger)
    assert logged_in(NEW)
    assert not is_known(token)
    assert "no longer works" in Client().get(link).content.decode()


@pytest.mark.usefixtures("user")
def test_who_asks_learns_not_who_is_known() -> None:
    User.objects.create_user("gone@example.org", OLD, is_active=False)
    for email in ("nobody@example.org", "gone@example.org"):
        assert Client().post("/password/forgotten/", {"email": email})["Location"] == "/password/sent/"
    assert mailed(0) == []
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
        mailed(0)
    finally:
        logging.getLogger("django").propagate = False
    assert "Failed to send password reset email" in caplog.text


@pytest.mark.usefixtures("user")
def test_at_most_three_links_are_mailed_in_an_hour_and_nobody_is_told() -> None:
    answers = [Client().post("/password/forgotten/", {"email": "me@example.org"}) for _ in range(5)]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/password/sent/")}
    mailed(3)
