"""A page that hears nothing shows nothing new but its clock, and says that it hears nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import Studio

PATIENT = 60_000
# What changes on the page that a person can read or see, but for the clock, the word on the link and the notice that comes over HTTP.
CHANGES = """() => {
  window.changes = [];
  new MutationObserver((all) => {
    for (const { target } of all) {
      const element = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
      if (!element?.closest("#elapsed, #holdup, #link")) window.changes.push(element?.id || element?.className);
    }
  }).observe(document.getElementById("content"), { subtree: true, childList: true, characterData: true, attributeFilter: ["value"] });
}"""


class Wire:
    """Between the page and the server's socket."""

    def __init__(self) -> None:
        self.cut = False
        self.opened = 0

    def __call__(self, page: WebSocketRoute) -> None:
        self.opened += 1
        server = page.connect_to_server()
        page.on_message(lambda message: None if self.cut else server.send(message))
        server.on_message(lambda message: None if self.cut else page.send(message))


@pytest.fixture
def study(studio: Studio, page: Page) -> Iterator[str]:
    """One that trains for as long as anybody looks."""
    with studio.api as api:
        templates = api.get("/templates/").raise_for_status().json()
    recipe = next(dict(one["recipe"]) for one in templates if one["name"] == "tiny")
    recipe["pipeline"][0]["trainer"]["generations"] = 2_000
    made = studio.submit(recipe=recipe, name="A study that goes on")
    yield str(made["id"])
    page.goto("about:blank")
    studio.api.delete(f"/studies/{made['id']}/").raise_for_status()


def test_a_page_whose_socket_is_dead_moves_nothing_but_its_clock_then_says_so_and_comes_back(
    page: Page, study: str
) -> None:
    wire = Wire()
    page.route_web_socket("**/live/runs/**", wire)
    page.goto(f"/studies/{study}/")
    doing, elapsed, link = page.locator("#doing"), page.locator("#elapsed"), page.locator("#link")
    expect(doing).to_contain_text("training for", timeout=PATIENT)
    wire.cut = True
    for _ in range(2):  # what was heard is drawn
        expect(elapsed).not_to_have_text(elapsed.inner_text())
    said = doing.inner_text()
    page.evaluate(CHANGES)
    for _ in range(2):
        expect(elapsed).not_to_have_text(elapsed.inner_text())
    assert page.evaluate("window.changes") == []
    expect(link).to_have_text("connecting again…", timeout=PATIENT)
    assert doing.inner_text() == said
    wire.cut = False
    expect(link).to_have_text("", timeout=PATIENT)
    expect(doing).not_to_have_text(said, timeout=PATIENT)
    assert wire.opened >= 2
