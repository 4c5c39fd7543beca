"""Every button of the Study page, each in a test that needs no other."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Bred, Studio, Tiny

PATIENT = 60_000


def kept(studio: Studio, study: str) -> bool:
    return studio.api.get(f"/studies/{study}/").status_code == 200


def leave(studio: Studio, page: Page, study: str) -> None:
    """Off its page first, which would ask for what is no longer there."""
    page.goto("about:blank")
    if kept(studio, study):
        studio.api.delete(f"/studies/{study}/").raise_for_status()


def over(studio: Studio, name: str, runs: int = 1) -> dict[str, Any]:
    """A study with runs that are over before they did anything."""
    made = studio.submit(template="tiny", name=name)
    with studio.api as api:
        for _ in range(runs - 1):
            api.post(f"/studies/{made['id']}/runs/", json={}).raise_for_status()
        found: dict[str, Any] = api.get(f"/studies/{made['id']}/").json()
        for run in found["runs"]:
            api.post(f"/runs/{run['id']}/cancel/").raise_for_status()
    return found


@pytest.fixture
def going(studio: Studio, page: Page) -> Iterator[str]:
    """A study whose run waits for its user, so that it holds up nobody."""
    made = studio.submit(template="tiny", name="A study to ask of")
    studio.api.post(f"/runs/{made['runs'][0]['id']}/pause/").raise_for_status()
    page.goto(f"/studies/{made['id']}/")
    yield str(made["id"])
    leave(studio, page, made["id"])


@pytest.mark.usefixtures("going")
def test_cancel_is_asked_about_and_taken_at_its_word(page: Page) -> None:
    shown, dialog = page.locator("#shown"), page.get_by_role("dialog", name="Cancel this run?")
    expect(shown).to_have_text("paused", timeout=PATIENT)
    ask = page.locator("#asks").get_by_role("button", name="Cancel")
    for no in (
        lambda: dialog.get_by_role("button", name="Keep it going").click(),
        lambda: page.keyboard.press("Escape"),
    ):
        ask.click()
        expect(dialog).to_be_visible()
        no()
        expect(dialog).to_be_hidden()
        expect(shown).to_have_text("paused")
    ask.click()
    dialog.get_by_role("button", name="Cancel the run").click()
    expect(shown).to_have_text("cancelled", timeout=PATIENT)
    for name in ("Pause", "Resume", "Finish now"):
        expect(page.locator("#asks").get_by_role("button", name=name)).to_be_hidden()
    expect(ask).to_be_hidden()
    expect(page.locator("#holdup")).to_have_text("")


def test_delete_is_asked_about_and_leads_to_the_list(studio: Studio, page: Page) -> None:
    study = over(studio, "A study to delete by hand")["id"]
    page.goto(f"/studies/{study}/")
    dialog = page.get_by_role("dialog", name="Delete")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(dialog).to_contain_text("A study to delete by hand")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_be_hidden()
    assert kept(studio, study)
    page.get_by_role("button", name="Delete", exact=True).click()
    dialog.get_by_role("button", name="Delete the study").click()
    expect(page).to_have_url(f"{studio.address}/")
    expect(page.get_by_role("link", name="A study to delete by hand")).to_have_count(0)
    assert not kept(studio, study)


def test_clone_opens_the_form_with_the_studys_recipe(page: Page, bred: Bred) -> None:
    page.goto(f"/studies/{bred.study}/")
    page.get_by_role("button", name="Clone").click()
    expect(page).to_have_url(re.compile(rf"/studies/new/\?study={bred.study}"))
    expect(page.get_by_label("Name", exact=True).first).to_have_value(re.compile("bred|A study to look at"))
    page.get_by_role("button", name="Edit as JSON").click()
    expect(page.get_by_label("Recipe", exact=True)).to_have_value(re.compile('"population": 40'))


def test_of_several_runs_one_is_chosen(studio: Studio, page: Page) -> None:
    study = over(studio, "A study of three runs", runs=3)
    page.goto(f"/studies/{study['id']}/")
    chooser = page.get_by_role("navigation", name="Runs")
    expect(chooser).to_contain_text("3 runs")
    expect(chooser.locator("[aria-current=page]")).to_have_text("run 3")
    seen = {page.evaluate("window.study.state.run")}
    for name in ("run 1", "run 2"):
        chooser.get_by_role("link", name=name).click()
        expect(chooser.locator("[aria-current=page]")).to_have_text(name)
        page.wait_for_function("() => window.study")
        seen.add(page.evaluate("window.study.state.run"))
        assert f"run={page.evaluate('window.study.state.run')}" in page.url
    assert seen == {run["id"] for run in study["runs"]}
    leave(studio, page, study["id"])


def test_the_table_of_candidates_is_turned_and_filtered(page: Page, bred: Bred) -> None:
    page.goto(f"/studies/{bred.study}/")
    table = page.get_by_role("region", name="Candidates")
    rows, pages = table.locator("tbody tr"), table.get_by_role("navigation", name="Pages of candidates")
    first = rows.first.get_attribute("id")
    assert first
    previous, after = pages.get_by_role("button", name="Previous"), pages.get_by_role("button", name="Next")
    expect(previous).to_be_disabled()
    after.click()
    expect(rows.first).not_to_have_id(first)
    expect(previous).to_be_enabled()
    previous.click()
    expect(rows.first).to_have_id(first)
    for column in ("Score", "Params", "MAdds"):
        heading = table.get_by_role("columnheader", name=column)
        for _ in range(2):
            after_this = {"ascending": "descending", "descending": "ascending"}.get(
                str(heading.get_attribute("aria-sort")), re.compile("ascending|descending")
            )
            heading.get_by_role("button").click()
            expect(heading).to_have_attribute("aria-sort", after_this)
    table.get_by_label("show").select_option("failed")
    expect(table).to_contain_text("Nothing has failed here.")
    table.get_by_label("show").select_option("scored")
    expect(rows.first).to_be_visible()
    table.get_by_label("stage").select_option("search")
    expect(rows.first).to_contain_text("search")


def test_every_file_of_the_export_is_what_its_checksum_says(page: Page, bred: Bred, studio: Studio) -> None:
    page.goto(f"/studies/{bred.study}/")
    links = page.locator("#exports a")
    expect(links.first).to_be_visible()
    names = links.all_inner_texts()
    assert sorted(names) == sorted(one["name"] for one in studio.api.get(f"/runs/{bred.run}/files/").json())
    for name in names:
        line = page.locator("#exports li").filter(has=page.get_by_role("link", name=name, exact=True))
        with page.expect_download() as taken:
            line.get_by_role("link").click()
        said = str(line.locator("code").get_attribute("title")).removeprefix("SHA-256 ")
        assert taken.value.suggested_filename == name
        assert hashlib.sha256(Path(taken.value.path()).read_bytes()).hexdigest() == said


def test_what_the_charts_show_is_chosen(page: Page, tiny: Tiny) -> None:
    page.goto(f"/studies/{tiny.study}/")
    expect(page.locator("#scatter .plot")).to_have_attribute("aria-label", re.compile(r"\d"))
    for chooser in ("#scatter-measure", "#scatter-stage"):
        said = str(page.locator("#scatter .plot").get_attribute("aria-label"))
        page.locator(chooser).select_option(index=1)
        expect(page.locator("#scatter .plot")).not_to_have_attribute("aria-label", said)
    for chart in ("#scatter", "#best-curve", "#fitness", "#training"):
        series = page.locator(f"{chart} .u-series").nth(1)
        for off in (True, False):  # its line is hidden, and shown again
            series.locator("th").click()
            expect(series).to_have_class(re.compile("u-off") if off else re.compile("^(?!.*u-off)"))
    for chooser, tells in (("#fitness-group", "#fitness .plot"), ("#training-stage", "#training .plot")):
        select, plot = page.locator(chooser), page.locator(tells)
        expect(plot).to_have_attribute("aria-label", re.compile(r"\d"))
        first = str(plot.get_attribute("aria-label"))
        select.select_option(index=1)
        expect(plot).not_to_have_attribute("aria-label", first)
        select.select_option(index=0)
        expect(plot).to_have_attribute("aria-label", first)
    legend = page.locator("#space-legend")
    expect(legend).not_to_be_empty()
    said = legend.inner_text()
    page.locator("#space-view").select_option(index=1)
    expect(legend).not_to_have_text(said)


def test_charts_take_the_colours_of_the_theme(page: Page, bred: Bred) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"/studies/{bred.study}/")
    plot = page.locator("#training .uplot")
    expect(plot).to_be_visible()
    plot.evaluate("plot => { plot.dataset.before = 'yes'; }")
    for theme in ("dark", "light"):
        page.get_by_role("button", name="Light or dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        expect(plot).not_to_have_attribute("data-before", "yes")  # it was drawn anew


def test_the_best_network_is_opened_and_leads_back(page: Page, bred: Bred) -> None:
    page.goto(f"/studies/{bred.study}/")
    page.get_by_role("link", name="Open the network").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Network")
    path = page.get_by_role("navigation", name="Breadcrumb")
    path.get_by_role("link", name="run of").click()
    expect(page).to_have_url(re.compile(rf"/studies/{bred.study}/\?run={bred.run}"))
    page.go_back()
    path.get_by_role("link", name="A study to look at").click()
    expect(page).to_have_url(re.compile(rf"/studies/{bred.study}/$"))
    page.get_by_role("link", name="Studies").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Studies")
