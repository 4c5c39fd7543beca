"""The Study page, live: followed from submission to download, over pauses and a connection that breaks."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from nas_engine.events import CurvePoint, Event, Fact
from tests.browser.conftest import Bred, Studio, Watched, looks
from tests.webapp.live.test_fold import EXAMPLES, scored
from webapp.live.entries import CURVE
from webapp.live.fold import fold, gauged
from webapp.pages.templatetags.figures import score, short

# The page's own question every ten seconds, left out.
NEVER_ASKS = """const real = window.setInterval;
window.setInterval = (what, pause, ...rest) => (pause === 10_000 ? 0 : real(what, pause, ...rest));"""
STATE = "window.study.state"
# What the charts are drawn from: as the page has gathered it, or as the server gives it at once.
CHARTED = """async (run) => {
  const { candidates, answers, generations, labels, points } = run
    ? await (await fetch(`/runs/${run}/history/`)).json()
    : { ...window.study.history, points: Object.fromEntries(window.study.history.points) };
  const named = (members) => members.map(([number, ...rest]) => [labels[number], ...rest]);
  const whole = generations.map(({ generation, stage, groups }) =>
    [generation, stage, Object.entries(groups).map(([group, members]) => [group, named(members)])]);
  return { candidates, answers, points, generations: whole };
}"""
FOLDED = """async ([state, events]) => {
  const { fold } = await import("/static/js/fold.js");
  const found = {};
  for (const event of events) {
    state = fold(state, event);
    found[event.seq] = state;
  }
  return found;
}"""


def read(studio: Studio, path: str, **chosen: Any) -> Any:
    with studio.api as api:
        return api.get(path, params=chosen).raise_for_status().json()


def ask_of(studio: Studio, run: str, *asks: str) -> None:
    with studio.api as api:
        for ask in asks:
            api.post(f"/runs/{run}/{ask}/").raise_for_status()


def snapshot(studio: Studio, run: str) -> dict[str, Any]:
    return dict(read(studio, f"/runs/{run}/snapshot/"))


def events(studio: Studio, run: str, since: int = 0) -> list[dict[str, Any]]:
    return list(read(studio, f"/runs/{run}/events/", since=since, limit=1000)["events"])


def run_of(studio: Studio, study: dict[str, Any]) -> str:
    return str(read(studio, f"/studies/{study['id']}/")["runs"][0]["id"])


def long_recipe(studio: Studio) -> dict[str, Any]:
    """The default template, with more generations than anybody waits for: it has to be finished by hand."""
    templates = read(studio, "/templates/")
    recipe = next(dict(one["recipe"]) for one in templates if one["name"] == "tiny")
    recipe["pipeline"][0]["trainer"]["generations"] = 2_000
    return recipe


@pytest.fixture
def followed(studio: Studio, page: Page, watched: Watched) -> Iterator[str]:
    """The page of a run that was just submitted, and that never asks what it lacks: all that it shows in time, it was told."""
    watched.expected = ("ERR_INTERNET_DISCONNECTED",)  # the connection is broken on purpose
    page.set_default_timeout(60_000)
    page.add_init_script(NEVER_ASKS)
    study = studio.submit(recipe=long_recipe(studio), name="A study to follow")
    run = run_of(studio, study)
    page.goto(f"/studies/{study['id']}/")
    page.evaluate("window.loaded = 'once'")
    yield run
    ask_of(studio, run, "cancel")  # after a failure it would hold up the other tests


def test_a_study_is_followed_paused_finished_and_taken_away(
    studio: Studio, page: Page, followed: str, tmp_path: Path
) -> None:
    shown = page.locator("#shown")
    expect(shown).to_have_text("running")
    first = page.evaluate("window.study.updates")
    page.wait_for_function("before => window.study.updates >= before + 10", arg=first)
    pause_and_resume(page, shown)
    lose_the_connection(studio, page, followed)
    finish_now(page, shown, tmp_path)
    assert page.evaluate(STATE) == snapshot(studio, followed)
    assert page.evaluate(CHARTED, followed) == page.evaluate(CHARTED, "")
    assert page.evaluate("window.loaded") == "once"
    expect(page.locator("#spaces-panel")).to_contain_text("evolved a space of")  # as its stage concluded
    lines = page.get_by_role("list", name="Event log").get_by_role("listitem")
    expect(lines.first).to_contain_text("run ended")
    sort_and_filter(page)
    assert looks(page, "study", tmp_path) == []
    winner = snapshot(studio, followed)["best"]
    with page.expect_download() as taken:
        page.get_by_role("link", name="network.py").click()
    assert "import torch" in Path(taken.value.path()).read_text()
    page.get_by_role("link", name="Open the network").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(winner["key"])


def pause_and_resume(page: Page, shown: Locator) -> None:
    page.get_by_role("button", name="Pause").click()
    expect(shown).to_have_text("paused", timeout=60_000)
    stood = page.evaluate(f"{STATE}.seq")
    page.get_by_role("button", name="Resume").click()
    expect(shown).to_have_text("running", timeout=60_000)
    page.wait_for_function(f"before => {STATE}.seq > before", arg=stood)


def lose_the_connection(studio: Studio, page: Page, run: str) -> None:
    """What is found meanwhile is there afterwards, each fact once."""
    page.context.set_offline(True)
    expect(page.locator("#link")).to_have_text("connecting again…")
    away = page.evaluate(f"{STATE}.seq")
    ask_of(studio, run, "pause", "resume", "pause", "resume")  # each is a fact
    assert snapshot(studio, run)["seq"] >= away + 4
    assert page.evaluate(f"{STATE}.seq") == away
    page.context.set_offline(False)
    page.wait_for_function(f"before => {STATE}.seq >= before + 4", arg=away)
    expect(page.locator("#link")).to_have_text("")


def finish_now(page: Page, shown: Locator, folder: Path) -> None:
    page.get_by_role("button", name="Finish now").click()
    page.keyboard.press("Escape")  # is no
    page.screenshot(path=folder / "going.png", full_page=True)
    assert page.evaluate(f"{STATE}.wanted") == "run"
    page.get_by_role("button", name="Finish now").click()
    page.get_by_role("dialog").get_by_role("button", name="Finish now").click()
    expect(shown).to_have_text("finishing", timeout=60_000)
    expect(shown).to_have_text("finished", timeout=120_000)


def sort_and_filter(page: Page) -> None:
    table = page.get_by_role("region", name="Candidates")
    table.get_by_role("button", name="MAdds").click()
    expect(table.get_by_role("columnheader", name="MAdds")).to_have_attribute("aria-sort", "ascending")
    table.get_by_label("stage").select_option("search")
    expect(table.get_by_role("cell", name="shrink")).to_have_count(0)
    expect(table.get_by_role("cell", name="search")).not_to_have_count(0)


def test_the_page_shows_how_good_the_space_is_and_what_stands_beside_the_search(
    page: Page, bred: Bred, tmp_path: Path
) -> None:
    page.goto(f"/studies/{bred.study}/")
    quality = page.get_by_role("region", name="Space quality")
    expect(quality.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("^cumulative errors: half of this space")
    )
    expect(quality.locator("#quality-spaces tr")).to_have_count(2)  # nobody searched the space itself
    expect(quality.get_by_role("listitem")).to_contain_text("this space against the reference-only space")
    winner = page.get_by_role("region", name="Winner against reference")
    expect(winner.get_by_role("columnheader", name="Random")).to_be_visible()
    expect(winner.locator("#rival-word")).to_have_text("not distinguishable")
    expect(winner).to_contain_text("Best of 4 random networks")
    expect(winner).to_contain_text("would cost as much")
    expect(page.locator("#control-none")).to_be_hidden()
    assert looks(page, "measured", tmp_path) == []
    series = page.locator("#estimate .u-series").nth(1)
    series.locator("th").click()  # its points are hidden
    expect(series).to_have_class(re.compile("u-off"))
    stages = quality.get_by_label("measured by")
    stages.select_option(label="quality")
    expect(stages.locator("option:checked")).to_have_text("quality")
    expect(quality.locator("#quality-spaces tr")).to_have_count(2)


def test_the_page_of_a_study_that_is_deleted_says_so(studio: Studio, page: Page, watched: Watched) -> None:
    watched.expected = ("404",)
    study = studio.submit(recipe=long_recipe(studio), name="A study to delete")

    def too_late(route: Route) -> None:
        studio.api.delete(f"/studies/{study['id']}/")
        route.continue_()

    page.route("**/history/*", too_late)
    page.goto(f"/studies/{study['id']}/")
    expect(page.locator("#link")).to_have_text("This run is no longer there.")


def test_the_page_folds_facts_as_the_server_does(studio: Studio, page: Page) -> None:
    """A whole run: after each fact what the server's fold says, and at every moment that was looked at what its rows say."""
    run = run_of(studio, studio.submit(template="tiny", name="A study to fold"))
    seen = [snapshot(studio, run)]
    deadline = time.monotonic() + 120
    while seen[-1]["status"] == "running" and time.monotonic() < deadline:
        time.sleep(0.15)
        seen.append(snapshot(studio, run))
    begun = seen[0]
    facts = events(studio, run, begun["seq"])
    page.goto("/")
    found = page.evaluate(FOLDED, [begun, facts])
    state = begun
    for fact in facts:
        state = fold(state, fact)
        assert found[str(fact["seq"])] == state
    prefixes = {one["seq"]: one for one in seen if one["seq"] > begun["seq"]}
    assert len(prefixes) >= 3
    for seq, fresh in prefixes.items():
        assert gauged(found[str(seq)], []) == gauged(fresh, [])


def test_the_page_folds_every_kind_of_fact_and_keeps_no_more_than_the_server(studio: Studio, page: Page) -> None:
    run = run_of(studio, studio.submit(template="tiny", name="A study to fold further"))
    ask_of(studio, run, "cancel")
    begun = {**snapshot(studio, run), "status": "running"}
    told: list[Fact] = [*EXAMPLES.values()] * 2
    told += [scored(number, number % 9 / 10, stage=3) for number in range(40)]  # with equal scores
    told += [scored(number, number / 1000, stage=1) for number in range(CURVE + 5)]  # each the best so far
    told += [CurvePoint(step, {"loss": 1 / (step + 1)}) for step in range(105)]
    facts = [
        {**Event(f"0-train/{seq}", fact).plain(), "seq": seq, "at": "2030-01-01T12:00:00+00:00"}
        for seq, fact in enumerate(told, start=begun["seq"] + 1)
    ]
    page.goto("/")
    found = page.evaluate(FOLDED, [begun, facts])
    state = begun
    for fact in json.loads(json.dumps(facts)):
        state = fold(state, fact)
        assert found[str(fact["seq"])] == state


def test_scripts_write_figures_as_templates_do(page: Page) -> None:
    values = [0, 7, 12, 999, 1000, 1234, 97_300, 100_000, 4_310_000, 512_345_678, 3_200_000_000, 0.12345, 1.5, -2500]
    page.goto("/")
    script = "async (values) => { const f = await import('/static/js/figures.js'); return values.map((v) => %s(v)); }"
    assert page.evaluate(script % "f.short", [*values, None]) == [short(value) for value in [*values, None]]
    assert page.evaluate(script % "f.score", [*values, None]) == [score(value) for value in [*values, None]]
