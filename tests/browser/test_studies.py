"""Logging in, the list of studies, and the strip of workers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Bred, Studio, Watched, looks
from webapp.pages.views.studies import PAGE


def test_a_stranger_is_asked_to_log_in_and_led_back(studio: Studio, browser: Browser, watched: Watched) -> None:
    context = browser.new_context(base_url=studio.address)
    watched.watch(context)
    page = context.new_page()
    page.goto("/studies/new/")
    page.get_by_label("E-mail").fill(studio.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    page.get_by_label("Password").fill(studio.password)
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{studio.address}/studies/new/")
    page.get_by_role("button", name="Log out").click()
    expect(page).to_have_url(f"{studio.address}/login/")
    page.goto("/")
    expect(page).to_have_url(f"{studio.address}/login/?next=/")
    context.close()


def test_the_login_page_looks_well(studio: Studio, browser: Browser, watched: Watched, tmp_path: Path) -> None:
    context = browser.new_context(base_url=studio.address)
    watched.watch(context)
    page = context.new_page()
    page.goto("/login/")
    assert looks(page, "login", tmp_path) == []
    context.close()


def test_a_study_is_listed_followed_found_by_name_and_its_space_begun_from(
    studio: Studio, page: Page, tmp_path: Path
) -> None:
    made = studio.submit(template="tiny", name="A study to find")
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="A study to find")
    expect(row.get_by_text("finished", exact=True)).to_be_visible(timeout=120_000)  # the list follows by itself
    expect(row).to_contain_text("6 of 6")
    assert looks(page, "studies", tmp_path) == []
    page.get_by_role("searchbox").fill("no such name")
    expect(page.get_by_text("No study has")).to_be_visible()
    page.get_by_role("searchbox").fill("to find")
    expect(row).to_be_visible()
    _begin_from_its_space(studio, page, made["id"], tmp_path)


def _begin_from_its_space(studio: Studio, page: Page, study: str, tmp_path: Path) -> None:
    page.goto(f"/studies/{study}/")
    panel = page.get_by_role("region", name="Spaces to keep")
    panel.get_by_label("Name of the space of evolve").fill("A space to begin from")
    panel.get_by_role("button", name="Save this space of evolve").click()
    expect(panel).to_contain_text("saved as A space to begin from, version 1")
    assert looks(page, "study-spaces", tmp_path) == []
    panel.get_by_role("link", name="A space to begin from").click()
    row = page.get_by_role("row").filter(has_text="A space to begin from")
    expect(row).to_contain_text("evolved")
    assert looks(page, "spaces", tmp_path) == []
    with page.expect_download() as taken:
        row.get_by_role("link", name="space.json").click()
    document = json.loads(taken.value.path().read_text(encoding="utf-8"))
    row.get_by_role("button", name="Start a study from A space to begin from").click()
    chosen = page.get_by_label("Saved space")
    expect(chosen.locator("option:checked")).to_contain_text("A space to begin from, version 1")
    expect(page.get_by_role("heading", name="evolve", exact=True)).to_have_count(0)
    assert looks(page, "new-study-saved", tmp_path) == []
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#shown")).to_be_visible()
    begun = page.url.rstrip("/").rpartition("/")[2]
    with studio.api as api:
        found = api.get(f"/studies/{begun}/").raise_for_status().json()
        page.goto("about:blank")
        api.delete(f"/studies/{begun}/").raise_for_status()
    held = found["recipe"]["space"]["document"]
    assert {name: held[name] for name in document} == document
    assert found["recipe"]["pipeline"][0]["name"] == "supernet"


def test_the_strip_says_who_is_alive(page: Page) -> None:
    page.goto("/")
    strip = page.get_by_label("Workers")
    expect(strip).to_contain_text("cpu")
    expect(strip).to_contain_text("waiting")


def test_light_and_dark_are_chosen_by_hand_and_kept(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.get_by_role("button", name="Light or dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_list_is_turned_page_by_page(studio: Studio, page: Page) -> None:
    """Of studies whose names have a word that no other has; each is over before it did anything."""
    with studio.api as api:
        made = [
            api.post("/studies/", json={"template": "tiny", "name": f"leafed {number:02}"}).raise_for_status().json()
            for number in range(PAGE + 1)
        ]
        for study in made:
            api.post(f"/runs/{study['runs'][0]['id']}/cancel/").raise_for_status()
        page.goto("/?q=leafed")
        rows, pages = page.locator("#rows tbody tr"), page.get_by_role("navigation", name="Pages")
        expect(rows.first).to_contain_text(f"leafed {PAGE}")
        expect(rows).to_have_count(PAGE)
        pages.get_by_role("link", name="Older").click()
        expect(rows).to_have_count(1)
        expect(rows.first).to_contain_text("leafed 00")
        expect(pages).to_contain_text("page 2 of 2")
        expect(page.get_by_role("searchbox")).to_have_value("leafed")
        pages.get_by_role("link", name="Newer").click()
        expect(rows).to_have_count(PAGE)
        for study in made:
            api.delete(f"/studies/{study['id']}/").raise_for_status()


def test_what_was_searched_for_stays_while_the_list_follows_by_itself(studio: Studio, page: Page, bred: Bred) -> None:
    made = studio.submit(template="tiny", name="A study beside it")
    studio.api.post(f"/runs/{made['runs'][0]['id']}/cancel/").raise_for_status()
    page.goto("/")
    rows = page.locator("#rows tbody tr")
    expect(rows.filter(has_text="A study beside it")).to_be_visible()
    page.get_by_role("searchbox").fill("study to look at")
    expect(rows).to_have_count(1)
    with page.expect_response(
        lambda answer: "page=" in answer.url or "q=" in answer.url
    ) as followed:  # four seconds on
        pass
    assert "q=study+to+look+at" in followed.value.url.replace("%20", "+")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("A study to look at")
    assert bred.study in str(rows.get_attribute("id"))
    studio.api.delete(f"/studies/{made['id']}/").raise_for_status()


def test_what_is_not_found_leads_back_to_all(page: Page, bred: Bred) -> None:
    page.goto("/?q=no+such+name")
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("searchbox").fill("study to look at")
    page.get_by_role("link", name="A study to look at").click()
    expect(page).to_have_url(re.compile(f"/studies/{bred.study}/$"))


def test_the_head_of_each_page_leads_everywhere(page: Page) -> None:
    page.goto("/")
    for name in ("New study", "Operators", "Library", "API", "Studies"):
        page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
        expect(page.get_by_role("navigation", name="Main").locator("[aria-current=page]")).to_have_text(name)
        expect(page.get_by_role("heading", level=1).first).to_contain_text(name)
    page.get_by_role("button", name="New study").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New study")
    page.get_by_role("link", name="Spacewright").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Studies")
