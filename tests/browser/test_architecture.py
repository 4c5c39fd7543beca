"""The page of one network in a browser: its drawings, and what they can be asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Tiny, looks


def zoom(view: Locator) -> float:
    return float(str(view.locator("[data-frame]").get_attribute("data-zoom")))


def test_the_winner_is_drawn_taken_away_and_looks_well(page: Page, tiny: Tiny, tmp_path: Path) -> None:
    page.goto(f"/runs/{tiny.run}/architectures/{tiny.winner}/")
    whole, cell = page.locator("#whole"), page.locator("#cell")
    expect(whole.locator(".node")).to_have_count(1 + 1 + 3 + 1)  # input, stem, three places, head
    expect(cell.locator(".node").first).to_be_visible()
    expect(cell.get_by_label("Legend")).to_contain_text("convolution")
    expect(page.locator("#code")).to_contain_text("class Network(nn.Module)")
    assert looks(page, "architecture", tmp_path) == []

    with page.expect_download() as saved:
        cell.get_by_role("button", name="as SVG").click()
    svg = Path(saved.value.path()).read_text()
    assert svg.startswith("<svg")
    assert "class=" not in svg
    assert re.search(r'<rect[^>]* fill="(rgb|color)', svg)
    with page.expect_download() as saved:
        cell.get_by_role("button", name="as DOT").click()
    text = Path(saved.value.path()).read_text()
    assert text.startswith("digraph")
    assert text.count("->") == cell.locator("path.edge").count()


def test_a_step_of_the_network_opens_its_cell_by_mouse_and_keyboard(page: Page, tiny: Tiny) -> None:
    page.goto(f"/runs/{tiny.run}/architectures/{tiny.keys[0]}/")
    whole, place = page.locator("#whole"), page.get_by_label("Place", exact=True)
    whole.locator("[data-name=block_2]").click()
    expect(place).to_have_value("block_2")
    expect(page).to_have_url(re.compile("#block_2$"))
    whole.locator("[data-name=stem]").click()
    expect(page.locator("#cell-title")).to_have_text("stem")
    whole.locator("[data-name=head]").press("Enter")
    expect(page.locator("#cell-title")).to_have_text("head")
    page.locator(".pick").first.click()
    expect(page.locator("#cell-title")).to_have_text("Cell A")
    few = page.locator("#cell .node").count()
    page.get_by_label("norms and activations apart").check()
    assert page.locator("#cell .node").count() > few


def test_a_drawing_is_zoomed_moved_and_fitted_and_scrolls_in_its_card(page: Page, tiny: Tiny) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/runs/{tiny.run}/architectures/{tiny.keys[0]}/")
    cell = page.locator("#cell")
    frame = cell.locator("[data-frame]")
    expect(cell.locator(".node").first).to_be_visible()
    before, size = zoom(cell), frame.bounding_box()
    frame.press("+")
    assert zoom(cell) == pytest.approx(before * 1.25, rel=1e-3)
    for _ in range(5):
        cell.get_by_role("button", name="Zoom into").click()
    assert frame.evaluate("f => f.scrollHeight > f.clientHeight && f.scrollWidth > f.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    frame.evaluate("f => f.scrollTo(0, 0)")
    box = frame.bounding_box()
    assert box is not None
    assert size is not None
    assert (box["width"], box["height"]) == (size["width"], size["height"])  # nothing jumps
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 100, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 120)
    page.mouse.up()
    assert frame.evaluate("f => [f.scrollLeft, f.scrollTop]") == [40, 80]
    frame.press("0")
    assert frame.evaluate("f => f.scrollHeight <= f.clientHeight && f.scrollWidth <= f.clientWidth")


def test_layers_fold_and_parents_lead_on(page: Page, tiny: Tiny) -> None:
    page.goto(f"/runs/{tiny.run}/architectures/{tiny.keys[0]}/")
    stem = page.locator("#layers").get_by_role("button", name="stem")
    row = page.locator("#layers tr.layer").filter(has_text="stem.conv")
    shown = row.is_visible()
    stem.click()
    expect(row).to_be_visible(visible=not shown)
    page.get_by_role("button", name="Start a study from this").click()
    expect(page).to_have_url(re.compile(rf"/studies/new/\?from={tiny.run}"))
