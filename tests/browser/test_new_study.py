"""Writing a study: templates, a form that follows its recipe, what is known before it begins."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Studio, Watched, looks


def test_the_default_template_is_submitted_with_two_clicks(page: Page, studio: Studio) -> None:
    page.goto("/")
    page.get_by_role("link", name="New study").first.click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("quickstart")
    study = page.url.rstrip("/").rpartition("/")[2]
    page.goto("about:blank")  # the study's page would ask for what is no longer there
    studio.api.delete(f"/studies/{study}/").raise_for_status()  # three minutes that no test waits for


def test_the_panel_follows_what_is_changed(page: Page) -> None:
    page.goto("/studies/new/")
    panel = page.locator("#panel")
    expect(panel).to_contain_text("9.8e17")
    limit = page.get_by_label("MAdds", exact=True)
    limit.fill("400000")
    expect(panel).to_contain_text("limit 400")
    expect(page.locator("[id='bars-budget.network.madds']")).to_contain_text("fit")
    limit.fill("100")
    expect(page.locator("[id='error-budget.network.madds']")).to_contain_text("the cheapest network has 59,200")
    expect(limit).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[id='bars-budget.network.madds'] line")).to_have_count(1)  # how far off it is
    limit.fill("110000")
    expect(page.locator("[id='error-budget.network.madds']")).to_be_empty()
    page.get_by_label("5", exact=True).uncheck()
    expect(panel).not_to_contain_text("9.8e17")
    page.get_by_text("As JSON", exact=True).click()
    expect(page.locator("#text-json")).to_contain_text('"kernels": [3]')
    expect(limit).to_have_value("110000")


def test_stages_are_added_moved_removed_and_changed(page: Page, tmp_path: Path) -> None:
    page.goto("/studies/new/?template=tiny")
    titles = page.locator(".stage h3")
    expect(titles).to_have_count(6)
    page.get_by_label("Name", exact=True).first.fill("mine")
    page.get_by_label("Kind of the new stage").select_option("search")
    page.get_by_role("button", name="Add a stage").click()
    expect(titles).to_have_count(7)
    expect(page.locator("#settings-6")).to_have_attribute("open", "")  # it is there to be filled in
    expect(page.locator("#settings-6")).to_have_attribute("open", "")  # it is there to be filled in
    page.get_by_role("button", name="Move search up").last.click()
    expect(titles.nth(5)).to_contain_text("search")
    page.get_by_text("Settings of search").last.click()
    page.locator("[id='pipeline.5.strategy.kind']").select_option("random")
    expect(page.locator("[id='pipeline.5.strategy.draws']")).to_have_value("100")
    page.get_by_role("button", name="Remove search").last.click()
    expect(titles).to_have_count(6)
    expect(page.get_by_label("Name", exact=True).first).to_have_value("mine")
    page.get_by_label("Kind", exact=True).select_option("chain")
    expect(page.locator(".operator")).not_to_have_count(0)
    expect(page.locator("[id='error-pipeline.0.trainer']")).to_contain_text("autospace")
    before = page.locator(".operator").filter(has=page.locator("code", has_text="mb3_e3")).inner_text()
    page.get_by_label("Params and MAdds at place").select_option("2")
    expect(page.locator(".operator").filter(has=page.locator("code", has_text="mb3_e3"))).not_to_have_text(before)
    page.get_by_role("button", name="Remove evolve").click()
    expect(page.locator("#panel")).to_contain_text("Networks in the space")
    page.get_by_text("Settings of shrink").click()
    page.get_by_text("As a curl call", exact=True).click()
    assert looks(page, "new", tmp_path) == []


def test_json_is_edited_and_submitted_with_a_double_click_once(page: Page, studio: Studio, watched: Watched) -> None:
    watched.expected = ("422",)
    page.goto("/studies/new/?template=tiny")
    page.get_by_role("button", name="Edit as JSON").click()
    text = page.get_by_label("Recipe", exact=True)
    written = text.input_value()
    text.fill(written.replace('"tiny"', '"by JSON"', 1)[:-1])
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#error-json")).to_contain_text("not JSON")
    text.fill(written.replace('"name": "tiny"', '"name": "by JSON"'))
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_label("Name", exact=True).first).to_have_value("by JSON")
    page.get_by_role("button", name="Submit").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("by JSON")
    found = [one for one in studio.api.get("/studies/").json()["results"] if one["name"] == "by JSON"]
    assert len(found) == 1
    page.goto("about:blank")  # the study's page would ask for what is no longer there
    studio.api.delete(f"/studies/{found[0]['id']}/").raise_for_status()


def test_the_recipe_is_copied(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/studies/new/?template=tiny")
    page.get_by_text("As a command", exact=True).click()
    page.get_by_role("button", name="Copy: as a command").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert "python -m nas_engine run tiny.json --out runs/tiny" in page.evaluate("navigator.clipboard.readText()")
