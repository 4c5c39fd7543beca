"""Links, comparisons, notes, tags and the library, as people use them."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Bred, Studio, Tiny, Watched, looks


def test_a_study_is_shared_seen_by_a_stranger_and_taken_back(
    studio: Studio, browser: Browser, page: Page, watched: Watched, bred: Bred, tmp_path: Path
) -> None:
    page.goto(f"/studies/{bred.study}/")
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Good for").select_option("7")
    page.get_by_label("Files may be downloaded").check()
    page.get_by_role("button", name="Make a link").click()
    link = page.locator("#link").input_value()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    page.wait_for_function("(link) => navigator.clipboard.readText().then((text) => text === link)", arg=link)
    assert looks(page, "shares", tmp_path) == []

    context = browser.new_context(base_url=studio.address)
    watched.watch(context)
    stranger = context.new_page()
    asked: list[str] = []
    stranger.on("request", lambda one: asked.append(one.url))
    stranger.goto(link)
    expect(stranger.locator("#scatter .u-over")).to_be_visible()
    expect(stranger.locator("#exports a").first).to_be_visible()
    expect(stranger.get_by_role("link", name="Log in")).to_have_count(0)
    assert looks(stranger, "shared-study", tmp_path) == []
    stranger.locator("#scatter-measure").select_option("params")
    stranger.locator("#candidates").get_by_role("button", name="MAdds").click()
    expect(stranger.locator("#candidates [aria-sort]")).to_contain_text("MAdds")
    stranger.locator("#candidates").get_by_role("button", name="Next").click()
    expect(stranger.locator("#candidates-page")).to_have_value("2")
    stranger.get_by_role("link", name="Open the network").click()
    expect(stranger.locator("#whole .node").first).to_be_visible()
    assert looks(stranger, "shared-network", tmp_path) == []
    assert [one for one in asked if "/static/" not in one and not one.startswith(link)] == []

    page.get_by_role("button", name="Revoke").click()
    expect(page.locator(".links")).to_contain_text("revoked")
    page.get_by_role("button", name="Back").click()
    expect(page).to_have_url(re.compile(f"/studies/{bred.study}/$"))
    watched.expected = ("404",)
    stranger.goto(link)
    expect(stranger.get_by_role("heading", level=1)).to_have_text("Nothing here")
    context.close()


def test_studies_and_networks_are_compared(page: Page, bred: Bred, tiny: Tiny, tmp_path: Path) -> None:
    page.goto("/")
    box = page.locator(f"#study-{bred.study}").get_by_role("checkbox")
    with page.expect_response(lambda answer: f"studies={bred.study}" in answer.url):
        box.check()
    with page.expect_response(lambda answer: f"studies={bred.study}" in answer.url):  # the list follows by itself
        pass
    expect(box).to_be_checked()
    page.locator(f"#study-{tiny.study}").get_by_role("checkbox").press("Space")
    page.get_by_role("button", name="Compare", exact=True).click()
    charts = [page.locator(f"#{name} .u-over") for name in ("over-evaluations", "over-seconds", "against-madds")]
    for chart in charts:
        expect(chart).to_be_visible()
    expect(page.locator("#recipes-title ~ .wide")).to_contain_text("space.kind")
    expect(page.locator(".found")).to_contain_text("95 % interval")
    assert looks(page, "compare", tmp_path) == []
    said = page.locator("#over-evaluations .plot")
    expect(said).to_have_attribute("aria-label", re.compile("A .*; B "))
    for letter, left in (("A", "^B "), ("B", "^A ")):
        page.locator(f"[data-shows={letter}]").press("Space")
        expect(said).to_have_attribute("aria-label", re.compile(left))
        page.locator(f"[data-shows={letter}]").press("Space")
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Share a comparison of 2")
    page.goto(f"/runs/{tiny.run}/architectures/{tiny.keys[0]}/")
    page.get_by_role("button", name="Compare").click()
    page.get_by_role("region", name="Put beside").get_by_role("link").first.click()
    expect(page.locator(".found tbody tr")).to_have_count(2)
    expect(page.locator("#against-madds .u-over")).to_be_visible()
    assert looks(page, "compare-networks", tmp_path) == []
    page.get_by_role("button", name="To the studies").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Studies")


def test_a_note_and_tags_are_written_in_place_and_found_by(studio: Studio, page: Page, tmp_path: Path) -> None:
    made = studio.submit(template="tiny", name="A study to write of", start=False)
    page.goto(f"/studies/{made['id']}/")
    page.get_by_role("button", name="Add tags").click()
    page.get_by_label("Tags, with commas").fill("Written of, paper")
    page.get_by_role("button", name="Save the tags").click()
    expect(page.locator("#tags .tag")).to_have_text(["paper", "written of"])
    page.get_by_role("button", name="Change the tags").click()
    page.get_by_role("button", name="Leave them").click()
    page.get_by_role("button", name="Add a note").click()
    page.locator("#note-text").press_sequentially("What **we** saw")
    expect(page.locator("#note-preview strong")).to_have_text("we")
    assert looks(page, "note", tmp_path) == []
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("#note .prose strong")).to_have_text("we")
    page.get_by_role("button", name="Edit the note").click()
    page.get_by_role("button", name="Leave it").click()
    expect(page.locator("#note .prose")).to_contain_text("What we saw")
    page.goto("/")
    page.locator("#tag").select_option("written of")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("A study to write of")
    assert looks(page, "studies-tagged", tmp_path) == []
    studio.api.delete(f"/studies/{made['id']}/").raise_for_status()


def test_a_network_is_pinned_begun_from_and_let_go(studio: Studio, page: Page, tiny: Tiny, tmp_path: Path) -> None:
    with studio.api as api:
        api.post("/spaces/", json={"run": tiny.run, "name": "A space of the library"}).raise_for_status()
        api.post("/operator-sets/", json={"name": "A set of it", "labels": ["mb3_e3", "skip"]}).raise_for_status()
    where = f"/runs/{tiny.run}/architectures/{tiny.winner}/"
    page.goto(where)
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_label("Name", exact=True).fill("A network to keep")
    page.get_by_role("button", name="Pin it").click()
    page.get_by_role("button", name="Pinned").click()
    page.get_by_label("Name", exact=True).fill("The network to keep")
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("button", name="Add a note").click()
    expect(page.locator("#note-text")).to_be_focused()
    for name, begun in (
        ("from The network to keep", "The network to keep"),
        ("from A space of the library", "A space of the library, version 1"),
        ("with A set of it", "A set of it"),
    ):
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Library").click()
        page.get_by_role("button", name=f"Start a study {name}").click()
        expect(page.get_by_label("Name", exact=True).first).to_have_value(begun)
        expect(page.locator("#panel")).to_contain_text("Networks in the space")
    page.goto("/library/")
    assert looks(page, "library", tmp_path) == []
    page.get_by_role("button", name="Let go of The network to keep").click()
    expect(page.get_by_text("The network to keep")).to_have_count(0)
    page.goto(where)
    page.get_by_role("button", name="Pin", exact=True).click()
    page.get_by_role("button", name="Pin it").click()
    page.get_by_role("button", name="Pinned").click()
    page.get_by_role("button", name="Let it go").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Library")
    page.goto(where)
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Share network {tiny.winner}")
    page.goto("/spaces/")
    page.get_by_role("button", name="Share A space of the library").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Share space A space of the library")
