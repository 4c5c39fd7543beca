"""The pages of operator sets: an operator is written and drawn, a set changed, compared, retired and begun from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Studio, looks
from tests.engine.operators.declared_samples import GATED, declaration


def step(page: Page, number: int, name: str) -> Any:
    """A field of a step, counted from 1."""
    return page.locator(f"[id='nodes.{number - 1}.{name}']")


def steps_are_moved_and_the_json_taken(page: Page, asked: dict[str, Any]) -> None:
    """What both editors can do with steps: one more, elsewhere, away again; then all of them as JSON."""
    expect(page.locator("#drawing svg")).to_be_visible()
    before = page.locator(".step-row select[id$='.kind']").count()
    page.get_by_label("Kind of the new step").select_option("attention")
    page.get_by_role("button", name="Add a step").click()
    expect(page.locator("#known .label")).to_contain_text("se4")
    page.get_by_role("button", name=f"Move step {before + 1} up").click()
    expect(step(page, before, "kind")).to_have_value("attention")
    page.get_by_role("button", name=f"Move step {before} down").click()
    expect(step(page, before + 1, "kind")).to_have_value("attention")
    page.get_by_role("button", name=f"Remove step {before + 1}").click()
    expect(page.locator(".step-row")).to_have_count(before)
    page.get_by_text("As JSON", exact=True).click()
    page.get_by_label("The declaration as JSON").fill(json.dumps(asked))
    page.get_by_role("button", name="Take the JSON").click()
    expect(page.locator(".step-row")).to_have_count(len(asked["nodes"]))
    expect(page.locator("#as-json")).to_have_attribute("open", "")


def test_an_operator_is_declared_step_by_step_and_drawn_as_it_grows(page: Page, tmp_path: Path) -> None:
    page.goto("/operators/")
    page.get_by_role("button", name="New set").click()
    steps_are_moved_and_the_json_taken(page, declaration("gated", GATED))
    expect(page.locator("#drawing .node")).to_have_count(7)
    page.get_by_label("norms and activations apart").check()
    expect(page.locator("#drawing .node")).to_have_count(11)
    step(page, 1, "kernel").select_option("5")
    expect(page.locator("#drawing")).to_contain_text("conv 5×5")
    step(page, 1, "stride").uncheck()
    expect(page.locator("[id='error-nodes.4.inputs']")).to_contain_text("steps of one size")
    expect(page.locator("#drawing")).to_have_count(0)
    step(page, 1, "stride").check()
    page.locator("[id='place.stride']").select_option("2")
    expect(page.locator("#output")).to_have_text("32×8×8")
    page.get_by_label("Set", exact=True).fill("gates")
    page.get_by_label("Operator", exact=True).fill("our gate")
    page.get_by_label("Operator", exact=True).press("Enter")
    expect(page.locator("#error-name")).to_contain_text("a lower-case letter")
    page.get_by_label("Operator", exact=True).fill("our_gate")
    page.get_by_label("Operator", exact=True).press("Enter")
    expect(page.locator("#drawing svg")).to_be_visible()
    assert looks(page, "operator-editor", tmp_path) == []
    page.get_by_role("button", name="Save the set").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("gates")
    expect(page.locator("#operator-our_gate")).to_contain_text("h = conv5(x)")
    assert looks(page, "operator-set", tmp_path) == []


def test_a_set_is_changed_compared_retired_and_begun_from(page: Page, studio: Studio, tmp_path: Path) -> None:
    asked = {"name": "ghosts", "labels": ["ghost", "skip"], "declared": [declaration("ghost")]}
    made = studio.api.post("/operator-sets/", json=asked).raise_for_status().json()
    page.goto(f"/operators/{made['id']}/")
    ghost = page.locator("#operator-ghost")
    ghost.get_by_text("Label").click()
    expect(ghost).to_contain_text("[conv1:out/2:s norm relu dw3 norm relu cat@3+6]")
    before = ghost.locator(".number").inner_text()
    page.locator("[id='place.stride']").select_option("2")
    expect(ghost.locator(".number")).not_to_have_text(before)
    page.get_by_label("Label of a built-in operator").fill("mb3_e3")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator(".operator")).to_have_count(3)
    page.get_by_role("button", name="Remove skip").click()
    expect(page.locator(".operator")).to_have_count(2)
    page.get_by_role("button", name="Declare an operator").click()
    page.get_by_role("button", name="Back").click()
    page.get_by_role("button", name="Change ghost").click()
    steps_are_moved_and_the_json_taken(page, declaration("ghost"))
    page.get_by_label("norms and activations apart").check()
    expect(page.locator("#drawing .node")).to_have_count(8)
    page.locator("[id='place.stride']").select_option("2")
    expect(page.locator("#output")).to_have_text("32×8×8")
    step(page, 4, "kernel").select_option("7")
    expect(page.locator("#drawing")).to_contain_text("depthwise 7×7")
    page.get_by_label("Operator", exact=True).press("Enter")
    page.get_by_role("button", name="Save as the next version").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("ghosts")
    page.locator("[name=older]").select_option("1")
    page.locator("[name=newer]").select_option("3")
    page.locator("[name=newer]").select_option("4")
    page.get_by_role("button", name="Compare").click()
    compared = page.locator("#compared")
    expect(compared.locator(".field")).to_have_text(re.compile(r"nodes\.3\.kernel\s*3\s*7"))
    expect(compared.locator(".added")).to_contain_text("mb3_e3")
    expect(compared.locator(".removed")).to_contain_text("skip")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".heading .badge")).to_have_text("retired")
    page.goto("/operators/")
    page.get_by_role("button", name="Retired sets").click()
    expect(page.get_by_role("link", name="ghosts")).to_be_visible()
    before = page.locator(".operator .number").first.inner_text()
    page.locator("[id='place.stride']").select_option("2")
    expect(page.locator(".operator .number").first).not_to_have_text(before)
    page.get_by_role("button", name="Those in use").click()
    expect(page.get_by_role("link", name="ghosts")).to_have_count(0)
    assert looks(page, "operators", tmp_path) == []
    page.goto(f"/operators/{made['id']}/")
    page.get_by_role("button", name="Offer it again").click()
    page.get_by_role("button", name="Start a study").click()
    expect(page.locator(".operator:has(:checked)")).to_have_count(2)
    expect(page.locator("#set-state")).to_contain_text("it used ghosts, version 4")
