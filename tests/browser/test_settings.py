"""Tokens, webhooks and quotas, as a person sees to them."""

from __future__ import annotations

from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from tests.browser.conftest import Studio, looks


def test_a_token_is_made_with_limits_shown_once_and_revoked(studio: Studio, page: Page, tmp_path: Path) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Your tokens").click()
    page.get_by_label("What it is for").fill("a dashboard")
    page.get_by_label("May").select_option("read")
    page.get_by_label("Sees").select_option(index=1)
    page.get_by_label("Ends").select_option("30")
    page.get_by_role("button", name="Make a token").click()
    secret = page.locator("#secret").inner_text()
    assert not looks(page, "tokens", tmp_path)
    with httpx.Client(base_url=f"{studio.address}/api/v1", headers={"Authorization": f"Bearer {secret}"}) as script:
        assert script.get("/studies/").status_code == 200
        assert script.post("/studies/", json={"template": "tiny"}).status_code == 403
        page.get_by_role("link", name="account").first.click()
        page.get_by_role("button", name="Your tokens").click()
        expect(page.locator("#secret")).to_have_count(0)
        page.locator("tr", has_text="a dashboard").get_by_role("button", name="Revoke").click()
        expect(page.get_by_role("status").filter(has_text="Revoked “a dashboard”.")).to_be_visible()
        assert script.get("/studies/").status_code == 401


def test_a_webhook_is_made_tried_given_a_new_secret_switched_off_and_removed(page: Page, tmp_path: Path) -> None:
    page.goto("/account/")
    page.get_by_role("button", name="Your quotas").click()
    expect(page.get_by_text("Studies at once").first).to_be_visible()
    assert not looks(page, "quotas", tmp_path)
    page.get_by_role("link", name="Back to your account").click()
    page.get_by_role("button", name="Your webhooks").click()
    page.get_by_label("Address").fill("https://localhost:9/")
    page.get_by_label("Team").select_option(index=0)
    page.get_by_label("A better network was found").check()
    page.get_by_role("button", name="Make a webhook").click()
    first = page.locator("#secret").inner_text()
    reopen(page)
    page.get_by_label("A run has begun").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    page.get_by_role("button", name="Send a test").click()
    expect(page.locator("#deliveries")).to_contain_text("is no address of the whole internet", timeout=60_000)
    assert not looks(page, "webhook", tmp_path)
    page.get_by_role("button", name="New secret").click()
    assert page.locator("#secret").inner_text() != first
    reopen(page)
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("switched off by hand")).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("No webhooks yet")).to_be_visible()


def reopen(page: Page) -> None:
    """The webhook's own page, without its secret."""
    page.get_by_role("link", name="All webhooks").click()
    page.get_by_role("link", name="https://localhost:9/").click()
    expect(page.locator("#secret")).to_have_count(0)
