"""Guessing: how often, at whom, from where; and that it tells nobody who is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from webapp.accounts.models import Attempt, User
from webapp.accounts.services.throttle import LOG_IN, Deed, Limit, attempted, forgive, is_exhausted

PASSWORD = "an old enough password"
pytestmark = pytest.mark.usefixtures("user")


@pytest.fixture
def user(db: None) -> User:  # noqa: ARG001 - the database comes first
    return User.objects.create_user("me@example.org", PASSWORD)


def tried(password: str, email: str = "me@example.org", address: str = "10.0.0.1", at: str = "/login/") -> Any:
    return Client().post(at, {"username": email, "password": password}, REMOTE_ADDR=address)


def test_the_sixth_guess_of_a_quarter_hour_is_not_looked_at() -> None:
    said = [tried(f"guess {number}") for number in range(5)]
    assert [answer.status_code for answer in said] == [200] * 4 + [429]
    right = tried(PASSWORD)
    assert (right.status_code, right["Retry-After"]) == (429, "900")
    assert "Wait a quarter of an hour" in right.content.decode()


def test_who_knows_the_password_may_come_as_often_as_they_like() -> None:
    assert {tried(PASSWORD).status_code for _ in range(10)} == {302}
    assert not Attempt.objects.exists()


def test_guesses_from_one_place_do_not_keep_the_owner_out_at_another() -> None:
    for number in range(6):
        tried(f"guess {number}", address="10.6.6.6")
    assert tried(PASSWORD, address="10.0.0.1").status_code == 302


def test_guesses_at_many_from_one_place_and_at_one_from_many_end_too() -> None:
    for number in range(50):
        attempted(LOG_IN, email=f"user{number}@example.org", address="10.6.6.6")
    assert tried(PASSWORD, address="10.6.6.6").status_code == 429
    for number in range(100):
        attempted(LOG_IN, email="me@example.org", address=f"10.7.0.{number}")
    assert tried(PASSWORD, address="10.8.0.1").status_code == 429


def test_a_quarter_of_an_hour_later_it_may_be_tried_again() -> None:
    for number in range(5):
        tried(f"guess {number}")
    Attempt.objects.update(at=timezone.now() - timedelta(minutes=15))
    assert tried(PASSWORD).status_code == 302


def test_the_admin_has_no_log_in_beside_the_one_that_is_limited(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_staff=True)
    answer = tried(PASSWORD, at="/admin/login/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Fadmin%2Flogin%2F")


def test_an_e_mail_that_nobody_has_is_answered_word_for_word_as_one_that_somebody_has() -> None:
    User.objects.create_user("gone@example.org", PASSWORD, is_active=False)

    def said(email: str) -> list[tuple[int, str]]:
        answers = [tried("guess", email=email) for _ in range(6)]
        texts = [answer.content.decode().replace(email, "") for answer in answers]
        return [(answer.status_code, text[text.index("<main") :]) for answer, text in zip(answers, texts, strict=True)]

    def bare(email: str) -> list[tuple[int, str]]:
        return [(status, text.partition("csrfmiddlewaretoken")[0]) for status, text in said(email)]

    assert bare("me@example.org") == bare("nobody@example.org") == bare("gone@example.org")


def test_the_old_password_is_not_guessed_on_the_page_that_changes_it() -> None:
    client = Client()
    client.login(username="me@example.org", password=PASSWORD)
    new = {"new_password1": "a newer one altogether", "new_password2": "a newer one altogether"}
    for number in range(5):
        client.post("/account/password/", {"old_password": f"guess {number}", **new})
    assert "Too many tries" in client.post("/account/password/", {"old_password": PASSWORD, **new}).content.decode()


def test_the_table_tells_nobody_who_tried() -> None:
    tried("guess")
    kept = " ".join(Attempt.objects.values_list("what", flat=True))
    assert "example.org" not in kept
    assert "10.0.0.1" not in kept


def test_one_too_many_is_not_counted_and_one_that_was_no_guess_is_taken_back() -> None:
    deed = Deed("a deed", (Limit(("who",), 2, timedelta(hours=1)),))
    first = attempted(deed, who="me")
    assert first is not None
    assert attempted(deed, who="me") is not None
    assert is_exhausted(deed, who="ME")
    assert attempted(deed, who="me") is None
    assert Attempt.objects.count() == 2
    forgive(first)
    assert attempted(deed, who="me") is not None


def test_tries_of_more_than_an_hour_ago_are_forgotten() -> None:
    attempted(LOG_IN, email="me@example.org", address="10.0.0.1")
    Attempt.objects.update(at=timezone.now() - timedelta(hours=2))
    attempted(LOG_IN, email="you@example.org", address="10.0.0.2")
    assert Attempt.objects.count() == 3
