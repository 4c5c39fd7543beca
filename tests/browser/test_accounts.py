"""The account page, and passwords: changed, forgotten, chosen anew by mail."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Studio, Watched, looks
from tests.webapp.conftest import DRAWS as SMALL
from tests.webapp.processes import ROOT

SECOND = "a second password, chosen here"
THIRD = "a third one, by mail"


@dataclass
class Person:
    """Somebody whose password may be changed; a login that no other test has."""

    studio: Studio
    email: str
    password: str
    token: str

    def waited_for(self, subject: str) -> EmailMessage:
        """The newest mail to them with such a subject, once it is there."""
        found: list[EmailMessage] = []

        def came() -> bool:
            found[:] = [
                one
                for one in list(self.studio.box.messages)
                if one["to"] == self.email and subject in str(one["subject"])
            ]
            return bool(found)

        self.studio.launcher.until(came, f"a mail about {subject}")
        return found[-1]


@pytest.fixture(scope="module")
def person(studio: Studio) -> Person:
    return made_person(studio, "person@example.org")


def made_person(studio: Studio, email: str) -> Person:
    command = [sys.executable, "-m", "tests.browser.states", "--person", email]
    env = {**os.environ, "VAR_DIR": str(studio.folder), "DJANGO_SETTINGS_MODULE": "webapp.settings"}
    done = subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=120, check=True)
    return Person(studio, **json.loads(done.stdout))


@pytest.fixture(scope="module")
def cookies(studio: Studio, person: Person, browser: Browser) -> list[Any]:
    """The page is theirs."""
    context = browser.new_context(base_url=studio.address)
    login(context.new_page(), person.email, person.password)
    found = context.cookies()
    context.close()
    return list(found)


def login(page: Page, email: str, password: str) -> None:
    page.goto("/login/")
    enter(page, email, password)


def enter(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def test_a_run_that_has_ended_is_mailed_unless_it_is_not_wanted(studio: Studio, person: Person, page: Page) -> None:
    page.goto("/account/")
    choice = page.get_by_label("Mail me when a run")
    expect(choice).to_be_checked()
    choice.uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    expect(choice).not_to_be_checked()
    choice.check()
    page.get_by_role("button", name="Save").click()
    expect(choice).to_be_checked()
    with studio.api as api:
        api.headers["Authorization"] = f"Bearer {person.token}"
        made = api.post("/studies/", json={"recipe": SMALL, "name": "A study to hear of"}).raise_for_status().json()
    message = person.waited_for("A study to hear of")
    assert message["subject"] == "A study to hear of: finished"
    assert f"{studio.address}/studies/{made['id']}/" in message.get_content()


def test_a_password_is_changed_and_other_browsers_are_out(
    studio: Studio, person: Person, page: Page, browser: Browser, watched: Watched, tmp_path: Path
) -> None:
    elsewhere = browser.new_context(base_url=studio.address)
    watched.watch(elsewhere)
    other = elsewhere.new_page()
    login(other, person.email, person.password)
    expect(other).to_have_url(f"{studio.address}/")

    page.goto("/")
    page.get_by_role("link", name=person.email).click()
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    assert looks(page, "account", tmp_path) == []
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("link", name="Leave it as it is").click()
    page.get_by_role("button", name="Change the password").click()
    page.get_by_label("Old password").fill("not it")
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("New password confirmation").fill("short")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("alert").first).to_contain_text("incorrectly")
    assert looks(page, "password-change", tmp_path) == []
    page.get_by_label("Old password").fill(person.password)
    page.get_by_label("New password", exact=True).fill(SECOND)
    page.get_by_label("New password confirmation").fill(SECOND)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status").first).to_contain_text("Every other browser has to log in again")
    page.reload()
    expect(page.get_by_role("heading", name="Account")).to_be_visible()
    other.goto("/account/")
    expect(other).to_have_url(re.compile("/login/"))
    elsewhere.close()


def test_a_forgotten_password_is_chosen_anew_by_mail(
    studio: Studio, person: Person, browser: Browser, watched: Watched, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=studio.address)
    watched.watch(context)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_role("link", name="Forgot the password?").click()
    assert looks(page, "password-forgotten", tmp_path) == []
    page.get_by_role("link", name="To the log-in").click()
    page.get_by_role("link", name="Forgot the password?").click()
    page.get_by_label("E-mail").fill(person.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    assert looks(page, "password-sent", tmp_path) == []
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()

    message = person.waited_for("assword")
    link = re.search(r"http://\S+", message.get_content())
    assert link is not None
    page.goto(link[0])
    assert looks(page, "password-new", tmp_path) == []
    page.get_by_label("New password", exact=True).fill(THIRD)
    page.get_by_label("New password confirmation").fill(THIRD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("Log in with the new one")
    assert looks(page, "login-said", tmp_path) == []
    known = {"Authorization": f"Bearer {person.token}"}
    assert studio.api.get("/me/", headers=known).status_code == 401
    login(page, person.email, THIRD)
    expect(page).to_have_url(f"{studio.address}/")

    page.goto(link[0])
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    assert looks(page, "password-used", tmp_path) == []
    page.get_by_role("button", name="Ask for another one").click()
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()
    context.close()


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_second_factor_is_set_up_asked_for_and_switched_off(
    studio: Studio, person: Person, browser: Browser, watched: Watched, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=studio.address)
    watched.watch(context)
    page = context.new_page()
    login(page, person.email, THIRD)
    page.goto("/account/")
    page.get_by_role("button", name="Second factor").click()
    assert looks(page, "factor-off", tmp_path) == []
    page.get_by_role("button", name="Set it up").click()
    assert looks(page, "factor-again", tmp_path) == []
    page.get_by_label("Password").fill(THIRD)
    page.get_by_role("button", name="Go on").click()
    assert looks(page, "factor-set-up", tmp_path) == []
    page.get_by_label("Authenticator code").fill(code_of(page.locator(".secret").inner_text()))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("status").first).to_contain_text("The second factor is on")
    assert looks(page, "factor-codes", tmp_path) == []
    with page.expect_download() as taken:
        page.get_by_role("button", name="Download").click()
    assert len(re.findall(r"^\d{8}$", taken.value.path().read_text(), flags=re.MULTILINE)) == 10
    page.get_by_role("button", name="Make new ones").click()
    page.get_by_role("button", name="Make new ones").click()
    [code, *_] = page.locator("pre code").inner_text().split()
    page.get_by_role("button", name="Log out").click()

    login_begins(page, person.email)
    assert looks(page, "factor-asked", tmp_path) == []
    page.get_by_label("Code").fill("00000000")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect code")
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_url(f"{studio.address}/")
    page.goto("/account/second-factor/")
    assert looks(page, "factor-on", tmp_path) == []
    page.get_by_role("button", name="Recovery codes").click()
    page.get_by_label("Password").fill(THIRD)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("link", name="To the second factor").click()
    page.get_by_role("button", name="Switch it off").click()
    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_role("status").first).to_contain_text("The second factor is off")
    context.close()


def login_begins(page: Page, email: str) -> None:
    """The password is given; what comes then is looked at."""
    page.goto("/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(THIRD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/authenticate/")


def test_other_browsers_are_logged_out(
    studio: Studio, person: Person, browser: Browser, watched: Watched, tmp_path: Path
) -> None:
    pages = []
    for _ in range(2):
        context = browser.new_context(base_url=studio.address)
        watched.watch(context)
        pages.append(context.new_page())
        login(pages[-1], person.email, THIRD)
    here, there = pages
    here.goto("/account/")
    here.get_by_role("button", name="Where you are logged in").click()
    assert looks(here, "sessions", tmp_path) == []
    here.get_by_role("button", name="Log out elsewhere").click()
    expect(here.get_by_role("status")).to_contain_text("Every other browser has to log in again")
    there.goto("/account/")
    expect(there).to_have_url(re.compile("/login/"))
    for page in pages:
        page.context.close()
