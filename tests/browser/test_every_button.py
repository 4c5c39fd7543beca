"""Every page in its states: what stands there is in the register, and what the register names stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Bred, Studio, Tiny, Watched
from tests.browser.controls import EVERY, NOWHERE, controls, page_at
from tests.browser.register import CLAIMS, CONTROLS, DRAWN_FROM, VISITS
from tests.webapp.processes import ROOT


def states(studio: Studio, *more: str) -> str:
    env = {**os.environ, "VAR_DIR": str(studio.folder), "DJANGO_SETTINGS_MODULE": "webapp.settings"}
    command = [sys.executable, "-m", "tests.browser.states", *more]
    done = subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def made(studio: Studio) -> Iterator[dict[str, Any]]:
    """Sessions and addresses."""
    found: dict[str, Any] = json.loads(states(studio))
    yield found
    states(studio, "--clear")


def routes() -> dict[str, str]:
    """Every route of the site but those of REST and of Django's admin, by name; and those of REST that are pages."""
    found = {}

    def walk(patterns: list[Any], names: str, before: str) -> None:
        for one in patterns:
            path = before + str(one.pattern)
            if isinstance(one, URLResolver) and not path.startswith("admin/"):
                walk(one.url_patterns, f"{names}{one.namespace}:" if one.namespace else names, path)
            elif isinstance(one, URLPattern) and (not path.startswith("api/") or one.name == "docs"):
                found[f"{names}{one.name or path}"] = path

    walk(get_resolver().url_patterns, "", "")
    return found


def address_of(route: str, state: str, made: dict[str, Any], bred: Bred, tiny: Tiny) -> str:
    """Where a page stands in a state."""
    found: dict[str, str] = made["addresses"] | {
        "study/exported": f"/studies/{bred.study}/",
        "study/evolved": f"/studies/{tiny.study}/",
        "architecture/winner": bred.address(bred.winner),
        "architecture/parent": bred.address(bred.parent),
        "new-study/own-skeleton": "/studies/new/?template=tiny",
        "new-study/chain": "/studies/new/?template=tiny",
        "new-study/json": "/studies/new/",
        "404/": "/nothing/here/",
    }
    return found.get(f"{route}/{state}") or reverse(route)


# What a person does on a page to bring it into a state that has no address.
TURNS: dict[str, Callable[[Page], object]] = {
    "new-study/own-skeleton": lambda page: (
        page.get_by_role("button", name="Change its stages").click(),
        page.locator(".rows").wait_for(),
    ),
    "new-study/chain": lambda page: (
        page.get_by_label("Kind", exact=True).select_option("chain"),
        page.locator(".operator").first.wait_for(),
    ),
    "new-study/json": lambda page: (
        page.get_by_role("button", name="Edit as JSON").click(),
        page.locator("#json").wait_for(),
    ),
    "team/invited": lambda page: (
        page.get_by_role("button", name="Make an invitation").click(),
        page.locator("#link").wait_for(),
    ),
    "api:docs/": lambda page: page.locator(".opblock-summary-control").first.wait_for(),
    "study/exported": lambda page: page.locator("#exports a").first.wait_for(),
    "study/finished": lambda page: page.locator("#scatter .u-over").wait_for(),
    "study/writing": lambda page: (
        page.get_by_role("button", name="Change the tags").click(),
        page.get_by_role("button", name="Edit the note").click(),
        page.locator("#tags-typed").wait_for(),
        page.locator("#note-text").wait_for(),
    ),
    "shared/study": lambda page: page.locator("#scatter .u-over").wait_for(),
    "compare/studies": lambda page: page.locator("#over-evaluations .u-over").wait_for(),
    "study/evolved": lambda page: page.locator("#training .u-over").wait_for(),
    "architecture/winner": lambda page: page.locator("#cell .node").first.wait_for(),
}


def visited(
    studio: Studio, browser: Browser, made: dict[str, Any], bred: Bred, tiny: Tiny
) -> Iterator[tuple[str, str, Page]]:
    """Every page in every state that the register lists; its route, the state, and the page as it stands."""
    pages: dict[str, Page] = {}
    for route, listed in VISITS.items():
        for one in listed:
            who, _, state = one.rpartition(":")
            if who not in pages:
                context = browser.new_context(base_url=studio.address)
                if who != "nobody":
                    context.add_cookies(
                        [{"name": "sessionid", "value": made["sessions"][who or "full"], "url": studio.address}]
                    )
                pages[who] = context.new_page()
            page = pages[who]
            answer = page.goto(address_of(route, state, made, bred, tiny))
            assert answer is not None
            assert answer.status == (404 if "404" in (route, state) or state == "unknown" else 200), f"{route} {one}"
            turn = TURNS.get(f"{route}/{state}")
            if turn is not None:
                turn(page)
            yield route, one, page
    for page in pages.values():
        page.context.close()


def test_every_page_is_visited_and_every_control_on_it_is_used_by_a_test(
    studio: Studio, browser: Browser, made: dict[str, Any], bred: Bred, tiny: Tiny
) -> None:
    stands: dict[tuple[str, str], str] = {}
    wrong = []
    for route, state, page in visited(studio, browser, made, bred, tiny):
        if (at := page_at(urlsplit(page.url).path)) != route:
            wrong.append(f"the page {route!r} was to be seen as {state!r}, and {page.url} ({at!r}) came")
        for control in controls(page):
            stands.setdefault(control, f"{route} as {state!r}")
    known = {(one.page, one.control) for one in CLAIMS}
    here = "tests/browser/register.py"
    wrong += [
        f"no test uses {name!r} of the page {page!r} (seen at {where}): use it in one, and add a line to {here}"
        for (page, name), where in sorted(stands.items())
        if not any((other, name) in known for other in (page, *DRAWN_FROM.get(page, ())))
    ]
    wrong += [
        f"{name!r} of the page {page!r} stands there in no state: is it gone, or renamed? see {here}"
        for page, name in sorted(known - stands.keys())
    ]
    assert not wrong, "\n".join(wrong)


def test_every_route_is_visited_or_gives_no_page(studio: Studio, made: dict[str, Any]) -> None:
    found = routes()
    assert VISITS.keys() - found.keys() == {NOWHERE}
    assert CONTROLS.keys() - VISITS.keys() <= {EVERY}
    visited_at = {found[name] for name in VISITS if name in found}  # some have a second name, which allauth knows
    with httpx.Client(base_url=studio.address, cookies={"sessionid": made["sessions"]["full"]}) as client:
        for name, path in found.items():
            if name in VISITS or path in visited_at:
                continue
            for one in [made["run"], *made["studies"], made["dataset"]]:
                address = re.sub("<uuid:pk>", one, "/" + path).replace("<str:key>", made["network"])
                address = address.replace("<str:token>", made["token"]).replace("<str:name>", "network.py")
                assert "<" not in address, f"the route {name!r} takes something new: see tests/browser/states.py"
                answer = client.get(address)
                page = answer.status_code < 400 and "<html" in answer.text
                assert not page, f"the route {name!r} gives a page that is visited in no state: add it to VISITS"


def test_every_line_of_the_register_names_a_test() -> None:
    here = Path(__file__).parent
    for one in CLAIMS:
        file, _, name = one.by.partition("::")
        text = (here / f"{file}.py").read_text()
        assert f"def {name.partition('[')[0]}(" in text, f"{one} is said to be used by {one.by}, which is not there"


@pytest.fixture
def owner(studio: Studio, page: Page, made: dict[str, Any]) -> Page:
    """The page of somebody with two teams, who sees every state."""
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": made["sessions"]["full"], "url": studio.address}])
    return page


def test_the_head_of_a_page_is_skipped(page: Page) -> None:
    page.goto("/workers/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="To the content")
    expect(skip).to_be_focused()
    skip.press("Enter")
    expect(page).to_have_url(re.compile("#content$"))
    assert page.evaluate("document.querySelector('#content').matches(':target')")
    page.wait_for_timeout(100)  # what came of it is looked for a moment later, while the page is there


def test_a_team_with_nothing_is_led_to_its_first_study(studio: Studio, page: Page, made: dict[str, Any]) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": made["sessions"]["empty"], "url": studio.address}])
    page.goto("/")
    page.locator("#rows").get_by_role("button", name="New study").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New study")


def test_a_team_with_spaces_turns_their_pages_and_one_with_none_is_led_on(
    studio: Studio, owner: Page, made: dict[str, Any]
) -> None:
    owner.goto("/spaces/")
    expect(owner.get_by_role("row").filter(has_text="space 00")).to_have_count(0)
    owner.get_by_role("navigation", name="Pages").get_by_role("link", name="Older").click()
    expect(owner.get_by_role("row").filter(has_text="space 00")).to_be_visible()
    owner.context.clear_cookies()
    owner.context.add_cookies([{"name": "sessionid", "value": made["sessions"]["empty"], "url": studio.address}])
    owner.goto("/spaces/")
    owner.get_by_role("button", name="To the studies").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("Studies")


def test_a_team_with_operator_sets_turns_their_pages_and_one_with_none_is_led_on(
    studio: Studio, owner: Page, made: dict[str, Any]
) -> None:
    owner.goto("/operators/")
    expect(owner.get_by_role("link", name="set 23")).to_have_count(0)
    owner.get_by_role("navigation", name="Pages").get_by_role("link", name="After").click()
    expect(owner.get_by_role("link", name="set 23")).to_be_visible()
    owner.context.clear_cookies()
    owner.context.add_cookies([{"name": "sessionid", "value": made["sessions"]["empty"], "url": studio.address}])
    owner.goto("/operators/")
    owner.get_by_role("button", name="Declare an operator").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("New set")


def test_a_set_is_given_to_a_team(owner: Page) -> None:
    owner.goto("/operators/new/")
    team = owner.get_by_label("Team")
    team.select_option("A team with everything")
    owner.get_by_label("Set", exact=True).fill("a set of the button test")
    owner.get_by_role("button", name="Save the set").click()
    expect(owner.get_by_role("heading", level=1)).to_have_text("a set of the button test")
    expect(owner.locator(".heading")).to_contain_text("A team with everything")


def test_a_question_about_a_run_is_answered_no(owner: Page, made: dict[str, Any]) -> None:
    for state, asks, no in (("running", "Finish now", "Go on searching"), ("failed", "Retry", "Leave it")):
        owner.goto(made["addresses"][f"study/{state}"])
        owner.wait_for_function("() => window.study")
        shown = owner.locator("#shown").inner_text()
        owner.locator("#asks").get_by_role("button", name=asks).click()
        owner.get_by_role("dialog").get_by_role("button", name=no).click()
        expect(owner.get_by_role("dialog")).to_be_hidden()
        expect(owner.locator("#shown")).to_have_text(shown)


def test_every_kind_of_field_of_a_new_study_is_answered(owner: Page) -> None:
    owner.goto("/studies/new/?template=tiny")
    text, panel = owner.locator("#text-json"), owner.locator("#panel")
    owner.locator("[id='task.data']").select_option(index=1)
    expect(text).not_to_contain_text('"data": "digits"')
    owner.goto("/studies/new/?template=tiny")
    team = owner.get_by_label("Team", exact=True)
    team.select_option(index=1)
    expect(team.locator("option:checked")).to_have_text(str(team.locator("option").nth(1).text_content()))
    stages = owner.locator(".stage h3")
    first = stages.first.inner_text()
    owner.get_by_role("button", name="Move evolve down").click()
    expect(stages.first).not_to_have_text(first)
    owner.get_by_role("button", name="Move evolve up").click()
    expect(stages.nth(1)).not_to_contain_text("evolve")
    for one in owner.locator("#draft summary").all():
        if one.is_visible() and one.locator("xpath=..").get_attribute("open") is None:
            one.click()
    with owner.expect_response("**/preview/"):
        owner.get_by_label("Name", exact=True).first.fill("another name")
    owner.get_by_label("Seed", exact=True).fill("71")
    expect(text).to_contain_text('"seed": 71')
    for kind in ("#draft [name^='task.'][type=number]", "#draft [name^='pipeline.'][type=number]"):
        field = owner.locator(f"{kind} >> visible=true").first
        field.fill(str(int(float(field.input_value() or 1)) + 1))
        with owner.expect_response("**/preview/"):
            field.press("Tab")
    switch = owner.locator("#draft [name^='pipeline.'][type=checkbox] >> visible=true").first
    with owner.expect_response("**/preview/"):
        switch.click()
    word = owner.locator("#draft [name^='pipeline.']:not([type]) >> visible=true").first
    with owner.expect_response("**/preview/"):
        word.fill("another")
    with owner.expect_response(re.compile("/studies/new/$")):
        word.press("Enter")  # draws the form anew, and submits nothing
    expect(panel).to_be_visible()
    expect(owner).to_have_url(re.compile("template=tiny"))


DROPPED = """(name) => {
  const held = new DataTransfer();
  held.items.add(new File(["some bytes"], name));
  document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
}"""


def test_files_are_chosen_dropped_and_given_to_a_team(owner: Page, tmp_path: Path) -> None:
    owner.goto("/data/")
    (tmp_path / "wrens").mkdir()
    (tmp_path / "wrens" / "one.png").write_bytes(b"not looked at here")
    said = owner.locator("#train-chosen")
    for button, given, heard in (
        ("Files", {"name": "finches.zip", "mimeType": "", "buffer": b"x"}, "finches.zip"),
        ("A folder", tmp_path / "wrens", "wrens.tar"),
    ):
        with owner.expect_file_chooser() as chooser:
            owner.get_by_role("button", name=button, exact=True).click()
        chooser.value.set_files(given)  # type: ignore[arg-type]
        expect(said).to_contain_text(heard)
    owner.evaluate(DROPPED, "larks.zip")
    expect(said).to_contain_text("larks.zip")
    name = owner.get_by_label("Name", exact=True)
    expect(name).to_have_value("larks")
    name.fill("")
    name.press_sequentially("my larks")
    owner.evaluate(DROPPED, "rooks.zip")
    expect(said).to_contain_text("rooks.zip")
    expect(name).to_have_value("my larks")  # what a person wrote stays
    owner.get_by_label("Team").select_option(index=1)
    owner.get_by_label("Test split").set_input_files({"name": "t.zip", "mimeType": "", "buffer": b"x"})
    taken = owner.locator("#bring ~ details")
    before = taken.get_attribute("open")
    owner.get_by_text("What is taken").click()
    assert taken.get_attribute("open") != before


def test_a_bundle_is_given_to_a_team(owner: Page) -> None:
    owner.goto("/studies/new/")
    owner.get_by_text("From a bundle").click()
    owner.get_by_label("Belongs to").select_option(index=1)


def test_an_upload_is_paused_resumed_and_cancelled(owner: Page) -> None:
    owner.goto("/data/")
    held: list[Route] = []
    owner.route(
        "**/uploads/files/**", lambda one: held.append(one) if one.request.method == "PATCH" else one.continue_()
    )
    owner.locator("#train-files").set_input_files({"name": "swifts.zip", "mimeType": "", "buffer": bytes(4096)})
    owner.get_by_role("button", name="Upload").click()
    pause = owner.locator("#pause")
    for word in ("Pause", "Resume", "Pause"):
        expect(pause).to_have_text(word)
        pause.click()
    expect(pause).to_have_text("Resume")
    owner.locator("#stop").click()
    expect(owner.get_by_role("button", name="Upload")).to_be_visible()
    expect(owner.get_by_role("row").filter(has_text="swifts")).to_have_count(0)
    owner.unroute_all(behavior="ignoreErrors")


def test_uploads_that_wait_are_gone_on_with_or_removed(owner: Page, made: dict[str, Any]) -> None:
    owner.goto(made["addresses"]["dataset/receiving"])
    owner.get_by_role("button", name="Go on").click()
    expect(owner.get_by_label("Name", exact=True)).to_have_value("receiving birds")
    expect(owner.locator("#train-chosen")).to_contain_text("Choose the same files again")
    for number, (state, name) in enumerate((("refused", "Remove"), ("checking", "Cancel"))):
        owner.goto(made["addresses"][f"dataset/{state}"])
        owner.locator("#actions ~ *, .card").get_by_role("button", name=name).first.click()
        expect(owner).to_have_url(re.compile("/data/$"))
        assert number < 2
    row = owner.get_by_role("row").filter(has_text="receiving birds")
    row.get_by_role("button", name="Cancel").click()
    expect(row).to_have_count(0)


def test_data_are_looked_into_by_version_and_split(owner: Page, made: dict[str, Any]) -> None:
    owner.goto(made["addresses"]["dataset/ready"])
    for words in ("Files that are not among the images", "Images that are in two splits"):
        owner.get_by_text(words).click()
        expect(owner.locator("details[open]").filter(has_text=words)).to_be_visible()
    owner.get_by_role("navigation", name="Splits").get_by_role("link", name="test").click()
    expect(owner.get_by_role("navigation", name="Splits").locator("[aria-current]")).to_have_text("test")
    versions = owner.get_by_role("navigation", name="Versions").get_by_role("link")
    versions.last.click()
    expect(versions.last).to_have_attribute("aria-current", "page")
    owner.get_by_role("button", name="Delete").click()
    owner.get_by_role("dialog").get_by_role("button", name="Keep it").click()
    expect(owner.get_by_role("dialog")).to_be_hidden()


def test_a_network_page_leads_back(owner: Page, made: dict[str, Any], watched: Watched) -> None:
    watched.expected = ("404",)
    owner.goto(made["addresses"]["architecture/scored"])
    owner.get_by_role("button", name="Train longer").click()
    owner.get_by_role("dialog").get_by_role("button", name="Not now").click()
    expect(owner.get_by_role("dialog")).to_be_hidden()
    owner.goto(made["addresses"]["architecture/unknown"])
    owner.get_by_role("button", name="To the run").click()
    expect(owner).to_have_url(re.compile("/studies/.*run="))


def test_the_api_is_tried_on_its_page(page: Page) -> None:
    page.goto("/api/v1/docs/")
    one = page.locator(".opblock").filter(has=page.locator("[data-path='/api/v1/me/']")).first
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one.hover()
    one.get_by_role("button", name="Copy path").click()
    page.wait_for_function("() => navigator.clipboard.readText().then((text) => text === '/api/v1/me/')")
    one.locator(".opblock-summary-control").click()
    one.get_by_role("button", name="Try it out").click()
    one.get_by_role("button", name="Execute").click()
    expect(one.locator(".live-responses-table tbody .response-col_status").first).to_contain_text("200")
    one.locator(".opblock-control-arrow").click()
    expect(one.get_by_role("button", name="Execute")).to_have_count(0)
    for opens in (page.locator(".btn.authorize"), one.locator(".authorization__btn")):
        opens.click()
        page.locator(".modal-ux .close-modal").click()
        expect(page.locator(".modal-ux")).to_have_count(0)
    tag = page.locator(".opblock-tag").first
    shown = page.locator(".opblock").count()
    tag.locator(".expand-operation").click()
    expect(page.locator(".opblock")).not_to_have_count(shown)
    models = page.locator("section.models")
    models.locator(".models-control").first.click()
    expect(models.locator(".model-container")).to_have_count(0)
