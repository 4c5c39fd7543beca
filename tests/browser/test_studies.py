"""Logging in, the list of studies, and the strip of workers."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Studio, Watched, looks


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


def test_a_study_is_listed_followed_and_found_by_name(studio: Studio, page: Page, tmp_path: Path) -> None:
    studio.submit(template="tiny", name="A study to find")
    page.goto("/")
    row = page.get_by_role("row").filter(has_text="A study to find")
    expect(row.get_by_text("finished", exact=True)).to_be_visible(timeout=120_000)  # the list follows by itself
    expect(row).to_contain_text("6 of 6")
    assert looks(page, "studies", tmp_path) == []
    page.get_by_role("searchbox").fill("no such name")
    expect(page.get_by_text("No study has")).to_be_visible()
    page.get_by_role("searchbox").fill("to find")
    expect(row).to_be_visible()


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
