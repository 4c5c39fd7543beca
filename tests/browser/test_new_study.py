"""Writing a study: templates, a form that follows its recipe, what is known before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
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


def test_the_stages_of_a_skeleton_are_edited_by_keyboard(page: Page, tmp_path: Path) -> None:
    page.goto("/studies/new/?template=tiny")
    panel, rows = page.locator("#panel"), page.locator(".rows tbody tr")
    drawing = page.locator("#skeleton")
    expect(drawing).to_contain_text("3 places to search")
    page.get_by_role("button", name="Change its stages").click()
    expect(rows).to_have_count(2)
    expect(page.get_by_label("Skeleton", exact=True)).to_have_value("own")
    size = page.locator(".known dd").first.inner_text()
    page.get_by_role("button", name="Add a row").focus()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    expect(page.get_by_role("button", name="Add a row")).to_be_focused()
    expect(panel).not_to_contain_text(size)
    page.get_by_label("Width of row 3").fill("24")
    expect(drawing).to_contain_text("24 · ")
    page.get_by_role("button", name="Move row 3 up").press("Enter")
    expect(page.get_by_label("Width of row 2")).to_have_value("24")
    expect(page.get_by_role("button", name="Move row 2 up")).to_be_focused()
    page.get_by_role("button", name="Move row 2 up").press("Enter")
    expect(page.get_by_role("button", name="Move row 1 down")).to_be_focused()  # it can not go further up
    page.get_by_role("button", name="Move row 1 down").press("Enter")
    expect(page.get_by_role("button", name="Move row 2 down")).to_be_focused()
    page.get_by_label("Blocks of row 2").fill("0")
    expect(page.locator("[id='error-space.skeleton.stages.1.blocks']")).to_contain_text("greater than or equal to 1")
    expect(page.get_by_label("Blocks of row 2")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Blocks of row 2").fill("1")
    expect(page.locator("[id='error-space.skeleton.stages.1.blocks']")).to_be_empty()
    page.get_by_label("Stride of row 2").fill("2")
    page.get_by_label("Stem", exact=True).fill("10")
    page.get_by_text("First block: none").click()
    page.locator("[id='space.skeleton.first.operator']").fill("conv3")
    page.locator("[id='space.skeleton.first.width']").fill("7")
    page.get_by_text("As JSON", exact=True).click()
    expect(page.locator("#text-json")).to_contain_text('"first": {"operator": "conv3", "width": 7}')
    expect(page.locator("#text-json")).to_contain_text('{"width": 24, "blocks": 1, "stride": 2}')
    page.get_by_role("button", name="Remove row 3").press("Enter")
    expect(rows).to_have_count(2)
    expect(page.get_by_role("button", name="Remove row 2")).to_be_focused()
    page.get_by_role("button", name="Remove row 2").press("Enter")
    expect(page.get_by_role("button", name="Remove row 1")).to_be_disabled()  # a network has one stage at least
    page.get_by_label("Skeleton", exact=True).select_option("small")
    expect(rows).to_have_count(0)
    expect(drawing).to_contain_text("6 places to search")
    page.get_by_label("Skeleton", exact=True).select_option("own")
    expect(rows).to_have_count(3)
    assert looks(page, "new-skeleton", tmp_path) == []


def test_a_button_works_as_soon_as_it_has_the_focus(page: Page) -> None:
    page.goto("/studies/new/?template=tiny")
    page.get_by_role("button", name="Change its stages").click()
    page.get_by_role("button", name="Add a row").click()
    page.get_by_label("Width of row 3").fill("24")
    page.evaluate("""() => {
      window.stayed = true; // a button that nothing hears yet sends the whole page away
      document.addEventListener("focusin", (event) => /up/.test(event.target.ariaLabel) && setTimeout(() => event.target.click()));
    }""")
    page.get_by_role("button", name="Move row 3 up").dispatch_event("click")
    expect(page.get_by_label("Width of row 1")).to_have_value("24")
    expect(page.get_by_role("button", name="Move row 1 down")).to_be_focused()
    assert page.evaluate("window.stayed")


def test_operators_are_toggled_added_taken_from_a_set_and_saved_as_one(
    page: Page, studio: Studio, tmp_path: Path
) -> None:
    page.goto("/studies/new/?template=tiny")
    page.get_by_label("Kind", exact=True).select_option("chain")
    cards, chosen = page.locator(".operator"), page.locator(".operator:has(:checked)")
    expect(chosen).to_have_count(4)
    expect(page.get_by_text("No set is saved yet")).to_be_visible()
    expect(cards.filter(has=page.locator("code", has_text="mb3_e3")).first).to_contain_text("dw3/2(conv1(x))")
    page.get_by_label("Another operator").fill("mb7_e2")
    page.get_by_role("button", name="Add the operator").click()
    expect(chosen).to_have_count(5)
    page.get_by_label("Another operator").fill("mb99")
    page.get_by_role("button", name="Add the operator").click()
    expect(page.locator("[id='error-space.operators']")).to_contain_text("unknown operator 'mb99'")
    expect(chosen).to_have_count(5)
    page.get_by_role("button", name="Save as a set").click()
    expect(page.locator("#error-set_name")).to_contain_text("a set needs a name")
    page.get_by_label("Name of the set").fill("mobile blocks")
    page.get_by_role("button", name="Save as a set").click()
    sets, state = page.get_by_label("From a saved set"), page.locator("#set-state")
    expect(state).to_contain_text("it used mobile blocks, version 1")
    cards.filter(has=page.get_by_text("mb7_e2", exact=True)).get_by_role("checkbox").uncheck()
    expect(state).to_contain_text("changed since version 1")
    page.get_by_role("button", name="Save as a set").click()
    expect(state).to_contain_text("it used mobile blocks, version 2")
    sets.select_option(label="mobile blocks, version 1")
    expect(chosen).to_have_count(5)
    sets.select_option(label="none: those chosen below")
    expect(state).to_contain_text("a study that takes one")
    expect(chosen).to_have_count(5)
    sets.select_option(label="mobile blocks, version 2 (newest)")
    expect(chosen).to_have_count(4)
    page.get_by_role("button", name="Remove evolve").click()
    expect(page.locator("#panel")).to_contain_text("Networks in the space")
    page.get_by_label("Name", exact=True).first.fill("from a set")
    expect(page.locator("#text-json")).to_contain_text('"name": "from a set"')  # the panel has followed
    assert looks(page, "new-operators", tmp_path) == []
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("from a set")
    made = next(one for one in studio.api.get("/studies/").json()["results"] if one["name"] == "from a set")
    page.goto("about:blank")  # the study's page would ask for what is no longer there
    pinned = studio.api.get(f"/studies/{made['id']}/").json()["operator_set_version"]
    assert (pinned["name"], pinned["number"]) == ("mobile blocks", 2)
    studio.api.delete(f"/studies/{made['id']}/").raise_for_status()


def test_a_template_fills_the_page(page: Page) -> None:
    page.goto("/studies/new/")
    for title, name in (("A few seconds, to try the machinery", "tiny"), ("A few minutes on a laptop", "quickstart")):
        card = page.get_by_role("link", name=title)
        expect(card).to_contain_text("on one CPU core")
        card.click()
        expect(page.get_by_label("Name", exact=True).first).to_have_value(name)
        expect(page.get_by_role("link", name=title)).to_have_attribute("aria-current", "true")


def test_every_disclosure_opens_and_stays_open_when_the_page_follows(page: Page) -> None:
    page.goto("/studies/new/")
    for one in page.locator("#draft details").all():
        summary = one.locator("> summary")
        if summary.is_visible():
            summary.click()
            expect(one).to_have_attribute("open", "")
    opened = page.locator("#draft details[open]").count()
    assert opened >= 12
    page.get_by_label("MAdds", exact=True).fill("400000")
    expect(page.locator("#panel")).to_contain_text("limit 400")
    expect(page.locator("#draft details[open]")).to_have_count(opened)
    page.locator("#way-json > summary").click()
    expect(page.locator("#text-json")).to_be_hidden()


def test_every_toggle_and_choice_of_the_form_reaches_the_recipe(page: Page) -> None:
    page.goto("/studies/new/")
    page.get_by_text("As JSON", exact=True).click()
    said = page.locator("#text-json")
    for kernel, kernels in ((7, "[3, 5, 7]"), (9, "[3, 5, 7, 9]"), (11, "[3, 5, 7, 9, 11]")):
        page.get_by_label(str(kernel), exact=True).check()
        expect(said).to_contain_text(f'"kernels": {kernels}')
    page.locator("[id='more-space'] > summary").click()
    page.get_by_role("switch", name="Mixing").uncheck()
    expect(said).to_contain_text('"mixing": false')
    page.get_by_label("Expansion").fill("2")
    expect(said).to_contain_text('"expansion": 2')
    for skeleton in ("mobile", "small", "tiny"):
        page.get_by_label("Skeleton", exact=True).select_option(skeleton)
        expect(said).to_contain_text(f'"skeleton": "{skeleton}"')
    for kernel in (3, 5, 7, 9, 11):
        page.get_by_label(str(kernel), exact=True).uncheck()
    expect(page.locator("[id='error-space.kernels']")).to_contain_text("at least 1 item")


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


@pytest.mark.parametrize(
    ("title", "holds"),
    [
        ("As JSON", '"name": "tiny"'),
        ("As a curl call", "curl -X POST {address}/api/v1/studies/"),
        ("As a command", "python -m nas_engine run tiny.json --out runs/tiny"),
    ],
)
def test_the_recipe_is_copied(page: Page, studio: Studio, title: str, holds: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/studies/new/?template=tiny")
    page.get_by_text(title, exact=True).click()
    button = page.get_by_role("button", name=f"Copy: {title.lower()}")
    button.click()
    expect(button).to_have_text("Copied")
    assert holds.format(address=studio.address) in page.evaluate("navigator.clipboard.readText()")
    expect(button).to_have_text("Copy")


def test_on_a_small_screen_submit_is_always_there_and_hides_nothing_that_has_the_keyboard(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/studies/new/?template=tiny")
    bar = page.get_by_role("button", name="Submit")
    expect(bar).to_be_in_viewport()
    for label in ("Evaluations", "Kind of the new stage", "MAdds"):
        page.get_by_label(label, exact=True).focus()
        inside = page.get_by_label(label, exact=True).bounding_box()
        above = page.locator(".submit").bounding_box()
        assert inside is not None
        assert above is not None
        assert inside["y"] + inside["height"] <= above["y"]
