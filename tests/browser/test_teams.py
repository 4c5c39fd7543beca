"""Teams: managed by their owners, left, handed over; and what a viewer may watch, and may no longer."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Studio, Watched, looks
from tests.browser.test_accounts import Person, enter, login, made_person
from tests.webapp.conftest import DRAWS

NEW, PASSWORD = "somebody.new@example.org", "a password of my own"
SECONDS = 5.0  # in which whoever was removed sees no more


@pytest.fixture(scope="module")
def person(studio: Studio) -> Person:
    return made_person(studio, "member@example.org")


@contextmanager
def elsewhere(studio: Studio, browser: Browser, watched: Watched, person: Person) -> Iterator[Page]:
    """Another browser, in which the person is logged in."""
    context = browser.new_context(base_url=studio.address, viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(20_000)
    watched.watch(context)
    page = context.new_page()
    login(page, person.email, person.password)
    yield page
    context.close()


def make_team(page: Page, name: str) -> str:
    """The address of a new team."""
    page.goto("/teams/")
    page.get_by_label("Name of the new team").fill(name)
    page.get_by_role("button", name="Make it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def invited(page: Page, role: str) -> str:
    """A link that lets one person in."""
    page.get_by_label("As", exact=True).select_option(role)
    page.get_by_role("button", name="Make an invitation").click()
    return page.locator("#link").inner_text()


def accept(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Accept as").click()
    expect(page.get_by_role("status")).to_contain_text("You are")


def answer_no(page: Page, opener: str) -> None:
    page.get_by_role("button", name=opener).click()
    page.get_by_role("dialog").locator("[data-closes]").click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_team_is_made_its_members_are_invited_changed_removed_and_it_is_handed_over(
    studio: Studio,
    page: Page,
    browser: Browser,
    watched: Watched,
    person: Person,
    tmp_path: Path,
) -> None:
    address = make_team(page, "Night sky")
    assert looks(page, "team-new", tmp_path) == []
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    link = invited(page, "viewer")
    assert looks(page, "team-invited", tmp_path) == []
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    invited(page, "editor")
    page.get_by_role("button", name="Revoke").first.click()
    expect(page.get_by_role("button", name="Revoke")).to_have_count(1)
    with elsewhere(studio, browser, watched, person) as other:
        other.goto(link)
        assert looks(other, "invitation", tmp_path) == []
        accept(other, link)
        expect(other.get_by_role("button", name="Remove")).to_have_count(0)
        watched.expected = ("404", "409")
        other.goto(link)
        assert looks(other, "invitation-over", tmp_path) == []

        page.goto(address)
        answer_no(page, "Rename")
        page.get_by_role("button", name="Rename").click()
        page.get_by_label("Name", exact=True).fill("Clear night sky")
        page.get_by_role("dialog").get_by_role("button", name="Rename").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Clear night sky")
        page.get_by_label(f"Role of {person.email}").select_option("editor")
        page.get_by_role("button", name=f"Change the role of {person.email}").click()
        expect(page.get_by_label(f"Role of {person.email}")).to_have_value("editor")
        assert looks(page, "team", tmp_path) == []
        answer_no(page, "Hand over")
        answer_no(page, "Remove")
        answer_no(page, "Leave")
        page.get_by_role("button", name="Leave").click()
        page.get_by_role("dialog").get_by_role("button", name="Leave").click()
        expect(page.get_by_role("alert")).to_contain_text("make somebody else its owner first")

        page.get_by_role("button", name="Hand over").click()
        page.get_by_role("dialog").get_by_role("button", name="Hand over").click()
        expect(page.locator(".heading .badge")).to_have_text("editor")
        other.goto(address)
        other.get_by_role("button", name="Remove").click()
        other.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(other.get_by_role("button", name="Remove")).to_have_count(0)

        other.goto("/teams/")
        other.locator("#team-menu summary").click()
        assert looks(other, "team-menu", tmp_path) == []
        other.get_by_role("button", name="Clear night sky").click()
        expect(other.locator("#team-menu summary")).to_contain_text("Clear night sky")
        expect(other.get_by_text("No studies yet")).to_be_visible()
        other.locator("#team-menu summary").click()
        other.get_by_role("button", name="All teams").click()
        expect(other.locator("#team-menu summary")).to_contain_text("All teams")
    page.goto("/teams/")
    expect(page.get_by_text("Clear night sky")).to_have_count(0)
    assert looks(page, "teams", tmp_path) == []


def test_a_viewer_watches_live_changes_nothing_and_sees_no_more_once_removed(
    studio: Studio,
    page: Page,
    browser: Browser,
    watched: Watched,
    tmp_path: Path,
) -> None:
    address = make_team(page, "Watched team")
    team, link = address.rstrip("/").rpartition("/")[2], invited(page, "viewer")
    context = browser.new_context(base_url=studio.address)
    context.set_default_timeout(20_000)
    watched.watch(context)
    viewer = context.new_page()
    viewer.goto(link)
    viewer.get_by_role("button", name="Log in").click()
    expect(viewer).to_have_url(f"{studio.address}/login/?next=/invitation/")
    viewer.go_back()
    sign_up(studio, viewer, tmp_path)
    viewer.get_by_role("button", name="Accept as").click()
    expect(viewer.get_by_role("status")).to_contain_text("You are viewer of Watched team now")
    recipe = {**DRAWS, "pipeline": [{**DRAWS["pipeline"][0], "strategy": {"kind": "random", "draws": 400}}]}
    made = studio.submit(recipe=recipe, name="A study to be watched", team=team)
    run = made["runs"][0]["id"]
    viewer.goto(f"/studies/{made['id']}/")
    viewer.wait_for_function("() => window.study")
    expect(viewer.locator("#link")).to_have_attribute("data-link", "live")
    seq = viewer.evaluate("window.study.state.seq")
    viewer.wait_for_function(
        "(seq) => window.study.state.seq > seq + 2", arg=seq, timeout=60_000
    )  # it follows by itself
    for name in ("Pause", "Finish now", "Cancel", "Delete", "Extend", "Retry"):
        expect(viewer.get_by_role("button", name=name, exact=True)).to_have_count(0)
    watched.expected = ("400", "403", "404")
    own = [f"/api/v1/runs/{run}/cancel/", f"/api/v1/studies/{made['id']}/pause/", f"/studies/{made['id']}/delete/"]
    for path in own:
        assert posted(viewer, path) == 403, path

    page.goto(address)
    page.get_by_role("button", name="Remove").click()
    began = time.monotonic()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(viewer.locator("#link")).to_have_text("You may no longer see this run.", timeout=SECONDS * 1000)
    assert time.monotonic() - began < SECONDS
    for path in own:
        assert posted(viewer, path) == 404, path
    context.close()

    page.get_by_role("button", name="Export or delete").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Export").click()
    with ZipFile(taken.value.path()) as archive:
        assert f"studies/{made['id']}/study.json" in archive.namelist()
    page.get_by_label("Its name").fill("another")
    page.get_by_role("button", name="Delete the team").click()
    expect(page.get_by_role("alert")).to_contain_text("nothing was deleted")
    assert looks(page, "team-delete", tmp_path) == []
    page.get_by_label("Its name").fill("Watched team")
    page.get_by_role("button", name="Delete the team").click()
    expect(page.get_by_role("status")).to_contain_text("Watched team is deleted")
    assert studio.api.get(f"/runs/{run}/").status_code == 404


def sign_up(studio: Studio, page: Page, tmp_path: Path) -> None:
    """Somebody new, who proves their e-mail by the link of a mail and logs in."""
    page.get_by_role("button", name="Sign up").click()
    assert looks(page, "sign-up", tmp_path) == []
    page.get_by_label("Email").fill(NEW)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look into your mail")
    found: list[str] = []

    def came() -> bool:
        found[:] = [
            re.findall(r"http://\S+", one.get_content())[0] for one in list(studio.box.messages) if one["to"] == NEW
        ]
        return bool(found)

    studio.launcher.until(came, "a mail to prove an e-mail")
    page.goto(found[0])
    assert looks(page, "e-mail", tmp_path) == []
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("status")).to_contain_text("Your e-mail is proven")
    enter(page, NEW, PASSWORD)


POSTED = (
    """async ([path, token]) => (await fetch(path, { method: "POST", headers: { "X-CSRFToken": token } })).status"""
)


def posted(page: Page, path: str) -> int:
    """The answer to a post that no button offers, with everything else as the page would send it."""
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    return int(page.evaluate(POSTED, [path, token]))
