"""Headers, cookies and encryption: what a browser is told, and what a studio that is served over https does besides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from webapp.accounts.models import Membership, Role, Team, User
from webapp.accounts.services.tokens import make_token

ROOT = Path(__file__).parents[2]
SITE = {"SITE_URL": "https://studio.example", "ALLOWED_HOSTS": '["studio.example"]'}
SERVED = {"secure": True, "headers": {"host": "studio.example"}}
PASSWORD = "an old enough password"


def managed(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def encrypted() -> dict[str, Any]:
    """The settings that SITE_URL makes, where they differ from those of a studio without one."""
    program = (
        "import json; from webapp import settings; "
        "print(json.dumps({name: value for name, value in vars(settings).items() if name.isupper()}, default=str))"
    )
    plain, ours = (managed("-c", program, **variables) for variables in ({}, SITE))
    before, after = json.loads(plain.stdout), json.loads(ours.stdout)
    return {name: value for name, value in after.items() if value != before[name]}


@pytest.fixture
def https(encrypted: dict[str, Any], settings: Any) -> None:
    for name, value in encrypted.items():
        setattr(settings, name, value)


@pytest.fixture
def user(db: None) -> User:  # noqa: ARG001 - the database comes first
    user = User.objects.create_user("me@example.org", PASSWORD)
    Membership.objects.create(user=user, team=Team.objects.create(name="us"), role=Role.EDITOR)
    return user


@pytest.mark.usefixtures("https")
def test_djangos_own_check_finds_nothing_to_say_of_a_studio_behind_https() -> None:
    call_command("check", "--deploy", "--fail-level", "WARNING")


@pytest.mark.usefixtures("user")
def test_every_page_tells_the_browser_to_keep_to_itself() -> None:
    client = Client()
    client.login(username="me@example.org", password=PASSWORD)
    for path in ("/login/", "/account/", "/api/v1/me/", "/nowhere/", "/api/v1/nowhere/", "/health/"):
        answer = client.get(path)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert "no-store" in answer.get("Cache-Control", "") or answer.status_code == 302
        assert "Strict-Transport-Security" not in answer
        policy = answer["Content-Security-Policy"]
        assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(
            policy.split("; ")
        )
        assert "unsafe" not in policy
        assert not answer.has_header("Access-Control-Allow-Origin")


def test_script_and_style_are_given_to_our_own_pages_only_and_may_be_kept() -> None:
    answer = Client().get("/static/js/theme.js")
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" not in answer["Cache-Control"]


@pytest.mark.usefixtures("user")
def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites() -> None:
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "me@example.org", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
        assert not client.cookies[name]["secure"]


@pytest.mark.usefixtures("https", "user")
def test_behind_https_cookies_are_bound_to_the_host_and_go_encrypted_only() -> None:
    client = Client()
    answer = client.get("/login/", **SERVED)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    client.post("/login/", {"username": "me@example.org", "password": PASSWORD}, **SERVED)
    assert set(client.cookies) == {"__Host-session", "__Host-csrf"}
    for cookie in client.cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (True, True, "/", "")
    assert client.get("/account/", **SERVED).status_code == 200


@pytest.mark.usefixtures("https")
def test_behind_https_pages_lead_to_it_and_scripts_are_refused(user: User) -> None:
    token = make_token(user, "a script")[1]
    plain = {"headers": {"host": "studio.example", "authorization": f"Bearer {token}"}}
    led = Client().get("/login/", **plain)
    assert (led.status_code, led["Location"]) == (301, "https://studio.example/login/")
    refused = Client().get("/api/v1/me/", **plain)
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert "served over https" in refused.json()["detail"]
    assert Client().get("/api/v1/me/", secure=True, **plain).status_code == 200
    assert Client().get("/health/", **plain).status_code == 200


@pytest.mark.usefixtures("https", "user")
def test_a_form_is_taken_from_our_own_address_only() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/login/", **SERVED)
    given = {
        "username": "me@example.org",
        "password": PASSWORD,
        "csrfmiddlewaretoken": client.cookies["__Host-csrf"].value,
    }

    def sent(origin: str, host: str = "studio.example") -> int:
        return client.post("/login/", given, secure=True, headers={"origin": origin, "host": host}).status_code

    assert sent("https://elsewhere.example") == 403
    assert sent("http://studio.example") == 403
    assert sent("https://studio.example") == 302
    given.pop("csrfmiddlewaretoken")
    assert sent("https://studio.example") == 403


def test_another_way_than_the_ones_of_an_address_is_refused(user: User) -> None:
    token = make_token(user, "a script")[1]
    known = {"headers": {"authorization": f"Bearer {token}"}}
    for method in ("TRACE", "PUT", "CONNECT"):
        assert Client().generic(method, "/api/v1/me/", **known).status_code == 405
