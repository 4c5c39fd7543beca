"""Every button of the Architecture page, each in a test that needs no other."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.conftest import Bred, Studio, looks
from webapp.pages.lineage import CHILDREN


def content(taken: Download) -> bytes:
    return Path(taken.path()).read_bytes()


@pytest.fixture
def winner(page: Page, bred: Bred) -> Page:
    """The page of the exported winner."""
    page.goto(bred.address(bred.winner))
    expect(page.locator("#cell .node").first).to_be_visible()
    return page


@pytest.mark.parametrize(("view", "what"), [("#whole", "the network"), ("#cell", "the cell")])
def test_each_drawing_is_zoomed_fitted_and_taken_away(winner: Page, view: str, what: str) -> None:
    figure = winner.locator(view)
    frame = figure.locator("[data-frame]")
    figure.get_by_role("button", name=f"Fit {what}").click()
    fitted = str(frame.get_attribute("data-zoom"))
    figure.get_by_role("button", name=f"Zoom out of {what}").click()
    expect(frame).not_to_have_attribute("data-zoom", fitted)
    smaller = float(str(frame.get_attribute("data-zoom")))
    assert smaller < float(fitted)
    for _ in range(2):
        figure.get_by_role("button", name=f"Zoom into {what}").click()
    assert float(str(frame.get_attribute("data-zoom"))) > smaller
    figure.get_by_role("button", name=f"Fit {what}").click()
    expect(frame).to_have_attribute("data-zoom", fitted)
    for kind, begins in (("SVG", b"<svg"), ("DOT", b"digraph")):
        with winner.expect_download() as taken:
            figure.get_by_role("button", name=f"Save {what} as {kind}").click()
        assert taken.value.suggested_filename.endswith(f".{kind.lower()}")
        assert content(taken.value).startswith(begins)


def test_a_cell_is_chosen_by_its_card_and_its_place(winner: Page) -> None:
    title, place = winner.locator("#cell-title"), winner.get_by_label("Place", exact=True)
    for card in winner.locator(".pick").all():
        card.click()
        expect(card).to_have_attribute("aria-pressed", "true")
        name = str(card.get_attribute("data-pick"))
        expect(place).to_have_value(name)
        expect(winner).to_have_url(re.compile(f"#{name}$"))
    expect(title).not_to_have_text("Cell A")
    winner.locator(".pick").first.click()
    for value in place.locator("option").evaluate_all("all => all.map((one) => one.value)"):
        place.select_option(value)
        expect(winner).to_have_url(re.compile(f"#{value}$"))
    winner.reload()  # the address opens what was chosen
    expect(place).to_have_value(winner.url.rpartition("#")[2])


def test_all_layers_are_folded_and_unfolded_at_once(winner: Page) -> None:
    rows, every = winner.locator("#layers tr.layer"), winner.locator("[data-fold-all]")
    expect(every).to_have_text("Fold all")
    every.click()
    expect(every).to_have_text("Unfold all")
    expect(rows.locator("visible=true")).to_have_count(0)
    every.click()
    expect(every).to_have_text("Fold all")
    expect(rows.last).to_be_visible()


def test_the_source_is_copied_and_the_card_unfolded(winner: Page) -> None:
    winner.context.grant_permissions(["clipboard-read", "clipboard-write"])
    winner.get_by_role("button", name="Copy", exact=True).click()
    expect(winner.get_by_role("button", name="Copied")).to_be_visible()
    copied = winner.evaluate("navigator.clipboard.readText()")
    assert copied == winner.locator("#code").text_content()
    assert "class Network(nn.Module)" in copied
    card = winner.get_by_label("Model card")
    expect(card).to_be_hidden()
    winner.get_by_text("Model card", exact=True).click()
    expect(card).to_be_visible()


def test_everything_that_is_offered_is_downloaded_whole(winner: Page, bred: Bred, studio: Studio) -> None:
    section = winner.get_by_role("region", name="Downloads")
    files = {one["name"]: one for one in studio.api.get(f"/runs/{bred.run}/files/").json()}
    for name in [*files, f"{bred.winner}.json"]:
        with winner.expect_download() as taken:
            section.get_by_role("link", name=name, exact=True).click()
        if name in files:
            assert hashlib.sha256(content(taken.value)).hexdigest() == files[name]["sha256"]
        else:
            assert json.loads(content(taken.value))["key"] == bred.winner
    with winner.expect_download() as taken:
        winner.get_by_role("button", name="Architecture as JSON").click()
    assert json.loads(content(taken.value))["key"] == bred.winner


def test_a_network_leads_to_its_children_page_by_page_and_each_back_to_it(
    page: Page, bred: Bred, tmp_path: Path
) -> None:
    assert len(bred.children[bred.parent]) > CHILDREN
    page.goto(bred.address(bred.parent))
    lineage = page.get_by_role("region", name="Lineage")
    links = lineage.get_by_role("list", name="Its children").get_by_role("link")
    expect(links).to_have_count(CHILDREN)
    seen = set(links.all_inner_texts())
    lineage.get_by_role("link", name="Worse").click()
    expect(lineage).to_contain_text("page 2 of 2")
    seen |= set(links.all_inner_texts())
    assert seen == bred.children[bred.parent]
    assert looks(page, "lineage", tmp_path) == []
    lineage.get_by_role("link", name="Better").click()
    expect(lineage).to_contain_text("page 1 of 2")
    child = links.first.inner_text()
    links.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(child)
    parents = lineage.get_by_role("list", name="Bred from").get_by_role("link")
    parents.filter(has_text=bred.parent).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(bred.parent)


def test_any_other_network_leads_to_the_winner_and_to_a_new_study(page: Page, bred: Bred) -> None:
    other = next(key for key in sorted(bred.children) if key != bred.winner)
    page.goto(bred.address(other))
    page.get_by_role("link", name="See the winner").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(bred.winner)
    page.get_by_role("button", name="Start a study from this").click()
    expect(page).to_have_url(re.compile(rf"/studies/new/\?from={bred.run}"))
    expect(page.get_by_role("button", name="Submit")).to_be_visible()
