"""The account page, and passwords: changed, forgotten, chosen anew by mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Studio, Watched, looks
from tests.webapp.launch.conftest import Launched
from tests.webapp.mailbox import Mailbox
from tests.webapp.processes import free_port

SECOND = "a second password, chosen here"
THIRD = "a third one, by mail"


@dataclass
class Posting(Studio):
    """A studio that sends mail to `box`; the one at `silent` sends none."""

    box: Mailbox
    silent: str


@pytest.fixture(scope="module")
def studio(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Posting]:
    """One of this file's own: its password is changed."""
    with Mailbox() as box:
        mail = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": box.port, "MAIL_SECURITY": "none"}
        folder = tmp_path_factory.mktemp("var")
        launcher = Launched("webapp.launch", VAR_DIR=folder, PORT=free_port(), **mail)
        launcher.hears("^Spacewright is at")
        said = [str(launcher.hears(rf"{name} +(\S+?)/?$")[1]) for name in ("address", "e-mail", "password", "token")]
        yield Posting(launcher, folder, *said, box=box, silent=studio.address)
        launcher.clear()


def login(page: Page, email: str, password: str) -> None:
    page.goto("/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()


def test_a_run_that_has_ended_is_mailed_unless_it_is_not_wanted(studio: Posting, browser: Browser) -> None:
    context = browser.new_context(base_url=studio.address)
    page = context.new_page()
    login(page, studio.email, studio.password)
    expect(page).to_have_url(f"{studio.address}/")
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
    before = len(studio.box.messages)
    made = studio.submit(template="tiny", name="A study to hear of")
    message = studio.box.waited_for(before)
    assert (message["to"], message["subject"]) == (studio.email, "A study to hear of: finished")
    assert f"{studio.address}/studies/{made['id']}/" in message.get_content()
    context.close()


def test_a_password_is_changed_and_other_browsers_are_out(
    studio: Posting, page: Page, browser: Browser, watched: Watched, tmp_path: Path
) -> None:
    elsewhere = browser.new_context(base_url=studio.address)
    watched.watch(elsewhere)
    other = elsewhere.new_page()
    login(other, studio.email, studio.password)
    expect(other).to_have_url(f"{studio.address}/")

    page.goto("/")
    page.get_by_role("link", name=studio.email).click()
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
    page.get_by_label("Old password").fill(studio.password)
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
    studio: Posting, browser: Browser, watched: Watched, tmp_path: Path
) -> None:
    context = browser.new_context(base_url=studio.address)
    watched.watch(context)
    page = context.new_page()
    page.goto("/login/")
    page.get_by_role("link", name="Forgot the password?").click()
    assert looks(page, "password-forgotten", tmp_path) == []
    page.get_by_role("link", name="To the log-in").click()
    page.get_by_role("link", name="Forgot the password?").click()
    page.get_by_label("E-mail").fill(studio.email)
    before = len(studio.box.messages)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    assert looks(page, "password-sent", tmp_path) == []
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()

    message = studio.box.waited_for(before)
    assert message["to"] == studio.email
    link = re.search(r"http://\S+", message.get_content())
    assert link is not None
    page.goto(link[0])
    assert looks(page, "password-new", tmp_path) == []
    page.get_by_label("New password", exact=True).fill(THIRD)
    page.get_by_label("New password confirmation").fill(THIRD)
    page.get_by_label("End my tokens too").check()
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_role("status")).to_contain_text("Log in with the new one")
    assert looks(page, "login-said", tmp_path) == []
    assert studio.api.get("/me/").status_code == 401
    login(page, studio.email, THIRD)
    expect(page).to_have_url(f"{studio.address}/")

    page.goto(link[0])
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()
    assert looks(page, "password-used", tmp_path) == []
    page.get_by_role("button", name="Ask for another one").click()
    expect(page.get_by_role("heading", name="Forgotten password")).to_be_visible()
    context.close()


def test_without_mail_the_page_says_whom_to_ask(studio: Posting, browser: Browser, tmp_path: Path) -> None:
    watched = Watched(urlsplit(studio.silent).netloc)
    context = browser.new_context(base_url=studio.silent)
    watched.watch(context)
    page = context.new_page()
    page.goto("/password/forgotten/")
    expect(page.get_by_text("manage.py changepassword")).to_be_visible()
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert looks(page, "password-no-mail", tmp_path) == []
    context.close()
    assert watched.wrong == []
