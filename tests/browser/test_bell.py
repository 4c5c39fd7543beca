"""The bell on the Study page: asks, is remembered, and tells the end of a run that is being followed."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Studio, Watched, looks

# Chromium's own notification, and a note of what it was asked to show.
KEEPS = """
window.told = [];
window.Notification = class extends window.Notification {
  constructor(title, options) { super(title, options); window.told.push([title, options.body]); }
};
"""


def submitted(studio: Studio, name: str) -> str:
    """The address of a study whose run takes a while."""
    return f"/studies/{studio.submit(template='quickstart', name=name)['id']}/"


def test_the_end_of_a_run_is_told_though_the_page_is_hidden(studio: Studio, page: Page, tmp_path: Path) -> None:
    page.context.grant_permissions(["notifications"])
    page.add_init_script(KEEPS)
    address = submitted(studio, "A study to be told of")
    page.goto(address)
    bell = page.get_by_role("button", name="Notify me")
    bell.click()
    on = page.get_by_role("button", name="Will notify")
    expect(on).to_have_attribute("aria-pressed", "true")
    assert looks(page, "bell", tmp_path) == []
    on.click()
    expect(bell).to_have_attribute("aria-pressed", "false")
    bell.click()
    page.reload()
    expect(on).to_be_visible()  # it is remembered
    front = page.context.new_page()  # ours is hidden behind it
    front.bring_to_front()
    studio.api.post(f"{address}cancel/").raise_for_status()
    page.wait_for_function("() => window.told.length > 0")
    assert page.evaluate("window.told") == [["A study to be told of: cancelled", "cancelled by the user"]]
    expect(page.locator("#bell")).to_be_hidden()
    page.reload()
    page.wait_for_timeout(1_000)
    assert page.evaluate("window.told") == []  # what had ended before is not told
    front.close()


def test_a_browser_that_blocks_notifications_is_told_how_to_allow_them(
    studio: Studio, browser: Browser, cookies: list[object], watched: Watched
) -> None:
    context = browser.new_context(base_url=studio.address)
    context.add_cookies(cookies)
    watched.watch(context)
    page = context.new_page()
    address = submitted(studio, "A study not to be told of")
    page.goto(address)
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_text("allow it in the settings of the site")).to_be_visible()
    expect(page.get_by_role("button", name="Notify me")).to_have_attribute("aria-pressed", "false")
    studio.api.post(f"{address}cancel/").raise_for_status()
    context.close()
