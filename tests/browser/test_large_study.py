"""The page of a large study: rows at once, a cloud that stands for all, points that lead to networks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Studio, looks
from tests.webapp.processes import ROOT
from webapp.runs.selectors.cloud import MOST

CANDIDATES = 12_000
LOADED = "() => window.study && window.study.history.loaded"
HALVED = """async () => {
  const { History } = await import("/static/js/study/history.js");
  const { frontOf } = await import("/static/js/study/front.js");
  const history = new History();
  const fronts = () => [0, 1].map((stage) => ["madds", "params"].map((measure) => {
    const { candidates } = history;
    const rows = [...candidates.stage.keys()].filter((row) => candidates.stage[row] === stage);
    return frontOf(rows, candidates[measure], candidates.score).map((row) => candidates.key[row]);
  }));
  let luck = 1;
  const next = (limit) => (luck = (luck * 48271) % 2147483647) % limit;
  history.loaded = true;
  const told = (stage, key, score, cost) => ({ kind: "candidate evaluated", payload: { stage, key, score, cost } });
  const fact = () => told(next(2), `k${luck}`, next(5000) / 5000, { madds: next(900), params: next(900) });
  history.add(Array.from({ length: 20_000 }, fact));
  const before = fronts();
  history.add([told(0, "last", -1, { madds: 901, params: 901 })]);
  return { before, after: fronts(), left: history.candidates.key.length, answers: history.answers };
}"""


@pytest.fixture(scope="module")
def address(studio: Studio) -> str:
    """Of a study that is larger than what its page is sent."""
    command = [sys.executable, "manage.py", "fixture_big", "--candidates", str(CANDIDATES)]
    env = {**os.environ, "VAR_DIR": str(studio.folder)}
    done = subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=250, check=True)
    found = re.search(r"/studies/[0-9a-f-]+/", done.stdout)
    assert found is not None
    return found[0]


def front_point(page: Page) -> Locator:
    """The pointer on a point of the cloud; the link that is under it."""
    plot = page.locator("#scatter .u-over")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    link = page.locator("#scatter a.point")
    for down in range(5, 95, 5):
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * down / 100)
        if link.is_visible():
            return link
    raise AssertionError("no point was found")


def test_a_large_study_is_looked_at_and_turned(page: Page, address: str, tmp_path: Path) -> None:
    page.goto(address)
    rows = page.locator("#candidates tbody tr")
    expect(rows).to_have_count(15)
    page.wait_for_function(LOADED)
    legend = page.locator("#scatter .u-legend")
    expect(legend).to_contain_text(re.compile(r"[\d,]+ of 8,\d\d\d networks"))
    assert page.evaluate("window.study.history.candidates.key.length") <= MOST + 500
    assert looks(page, "large-study", tmp_path) == []
    link = front_point(page)
    key = (link.get_attribute("href") or "").split("/")[-2]
    expect(link).to_contain_text(key[:10])
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(key)


def test_the_table_is_turned_and_jumped_in_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    table = page.get_by_role("region", name="Candidates")
    number = table.get_by_role("spinbutton", name="page")
    rows = table.locator("tbody tr")
    first = rows.first.get_attribute("id")
    table.get_by_role("button", name="Next").press("Enter")
    expect(number).to_have_value("2")
    table.get_by_role("button", name="Previous").press("Enter")
    expect(rows.first).to_have_attribute("id", first or "")
    number.fill("300")
    number.press("Enter")
    expect(table.get_by_role("button", name="Previous")).to_be_enabled()
    expect(number).to_have_value("300")
    table.get_by_role("button", name="Last").click()
    expect(table.get_by_role("button", name="Next")).to_be_disabled()
    table.get_by_role("button", name="First").click()
    expect(rows.first).to_have_attribute("id", first or "")


def test_a_page_that_has_gathered_too_much_drops_nothing_of_a_front(page: Page) -> None:
    page.goto("/")
    found = page.evaluate(HALVED)
    assert found["after"] == found["before"]
    assert 10_000 <= found["left"] < 10_500
    assert sum(found["answers"].values()) == 20_001
