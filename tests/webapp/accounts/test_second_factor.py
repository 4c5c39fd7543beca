"""The second factor: set up with a code, asked for at each log-in, guessed at in vain, and switched off by its owner."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from tests.webapp.accounts.conftest import PASSWORD, People
from webapp.accounts.models import User
from webapp.audit.models import AuditEntry

HERE = "/account/second-factor"


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What allauth has counted, and codes that were used, of other tests."""
    cache.clear()


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def log_in(client: Client, user: User) -> Any:
    return client.post("/login/", {"username": user.email, "password": PASSWORD})


def prove(client: Client, wanted: str) -> None:
    """Give the password once more, which is asked for before a page that changes the factor."""
    asked = client.get(wanted)["Location"]
    assert "Is it you?" in client.get(asked).content.decode()
    assert "Incorrect password" in client.post(asked, {"password": "wrong"}).content.decode()
    assert client.post(asked, {"password": PASSWORD})["Location"] == wanted


def set_up(client: Client, user: User) -> tuple[str, list[str]]:
    """The app's secret, and the recovery codes."""
    log_in(client, user)
    prove(client, f"{HERE}/totp/activate/")
    page = client.get(f"{HERE}/totp/activate/").content.decode()
    secret = re.search(r'class="secret">(\w+)<', page)
    assert secret is not None
    assert "Incorrect code" in client.post(f"{HERE}/totp/activate/", {"code": "000000"}).content.decode()
    answer = client.post(f"{HERE}/totp/activate/", {"code": code_of(secret[1])}, follow=True)
    codes = re.findall(r"^(?:.*<code>)?(\d{8})$", answer.content.decode(), flags=re.MULTILINE)
    assert len(codes) == 10
    return secret[1], codes


def test_a_log_in_asks_for_it_and_lets_nobody_in_before(people: People) -> None:
    secret, codes = set_up(Client(), people.editor)
    cache.clear()
    client = Client()
    assert log_in(client, people.editor)["Location"] == f"{HERE}/authenticate/"
    for address in ("/account/", "/", "/api/v1/me/"):
        assert client.get(address).status_code in (302, 401)
    assert "Incorrect code" in client.post(f"{HERE}/authenticate/", {"code": "12345678"}).content.decode()
    assert client.post(f"{HERE}/authenticate/", {"code": code_of(secret)})["Location"] == "/"
    assert client.get("/account/").status_code == 200
    other = Client()
    log_in(other, people.editor)
    assert other.post(f"{HERE}/authenticate/", {"code": codes[0]})["Location"] == "/"  # a recovery code, once
    third = Client()
    log_in(third, people.editor)
    assert third.post(f"{HERE}/authenticate/", {"code": codes[0]}).status_code == 200
    done = AuditEntry.objects.filter(action="second factor added", actor=people.editor.email)
    assert done.exists()


def test_codes_are_not_guessed(people: People) -> None:
    secret, _ = set_up(Client(), people.editor)
    client = Client()
    for number in range(5):
        cache.clear()
        log_in(client, people.editor)
        client.post(f"{HERE}/authenticate/", {"code": f"{number:06}"})
    cache.clear()
    log_in(client, people.editor)
    answer = client.post(f"{HERE}/authenticate/", {"code": code_of(secret)})
    assert "Wait a quarter of an hour" in answer.content.decode()
    assert client.get("/account/").status_code == 302


def test_it_is_switched_off_by_who_proves_it_anew(people: People) -> None:
    client = Client()
    set_up(client, people.editor)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    assert client.get(f"{HERE}/totp/deactivate/").status_code == 302
    assert log_in(Client(), people.editor)["Location"] == f"{HERE}/authenticate/"
    prove(client, f"{HERE}/totp/deactivate/")
    client.post(f"{HERE}/totp/deactivate/")
    assert log_in(Client(), people.editor)["Location"] == "/"


def test_the_admin_is_behind_it_too(people: People) -> None:
    set_up(Client(), people.owner)
    User.objects.filter(pk=people.owner.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    log_in(client, people.owner)
    assert client.get("/admin/").status_code == 302
