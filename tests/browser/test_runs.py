"""What a person does with a run that is over, or should not be: retry, extend, take away, train longer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Studio, looks
from tests.browser.test_study import STATE, long_recipe, read, run_of


def searching(studio: Studio) -> dict[str, Any]:
    """A recipe that searches at once, for longer than anybody waits."""
    recipe = long_recipe(studio)
    recipe["space"] = {"kind": "chain", "operators": ["mb3_e2", "mb5_e2", "sep3", "conv3", "skip"], "skeleton": "tiny"}
    search = {
        "kind": "search",
        "strategy": {"kind": "random", "draws": 100},
        "estimator": {"kind": "from_scratch", "epochs": 2},
    }
    recipe["pipeline"] = [search, *recipe["pipeline"][-2:]]
    recipe["budget"] = {"network": {"madds": 60_000}}
    return recipe


def test_a_run_is_cancelled_its_best_taken_away_and_it_is_retried(studio: Studio, page: Page, tmp_path: Path) -> None:
    study = studio.submit(recipe=searching(studio), name="A study to retry")
    run = run_of(studio, study)
    page.goto(f"/studies/{study['id']}/")
    page.wait_for_function(f"least => {STATE}.counts.scored >= least", arg=2, timeout=120_000)
    shown = page.locator("#shown")
    expect(page.get_by_role("button", name="Retry")).to_be_hidden()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the run").click()
    expect(shown).to_have_text("cancelled")
    found = page.evaluate(f"{STATE}.counts.scored")
    assert looks(page, "cancelled", tmp_path) == []

    with page.expect_download() as taken:
        page.get_by_role("link", name="MODEL_CARD.md").click()
    assert "not retrained" in Path(taken.value.path()).read_text()
    with page.expect_download() as taken:
        page.get_by_role("link", name="network.py").click()
    assert "not retrained: it comes without weights" in Path(taken.value.path()).read_text()

    page.get_by_role("button", name="Retry").click()
    dialog = page.get_by_role("dialog")
    page.screenshot(path=tmp_path / "retry-dialog.png")
    dialog.get_by_role("button", name="Retry the run").click()
    expect(shown).to_have_text("running", timeout=60_000)
    page.wait_for_function("before => window.study?.state.counts.scored > before", arg=found, timeout=120_000)
    expect(page.get_by_role("list", name="Event log")).to_contain_text("goes on where it was")
    with studio.api as api:
        api.post(f"/runs/{run}/cancel/").raise_for_status()


def test_a_finished_run_is_extended_and_its_network_trained_longer(studio: Studio, page: Page, tmp_path: Path) -> None:
    recipe = searching(studio)
    recipe["pipeline"][0]["strategy"]["draws"] = 3
    study = studio.submit(recipe=recipe, name="A study to extend")
    run = run_of(studio, study)
    page.goto(f"/studies/{study['id']}/")
    shown = page.locator("#shown")
    expect(shown).to_have_text("finished", timeout=180_000)
    with page.expect_download() as taken:
        page.get_by_role("link", name="network.onnx").click()
    assert Path(taken.value.path()).stat().st_size > 1000

    page.get_by_role("button", name="Extend").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("now 3")
    assert looks(page, "extend", tmp_path) == []
    dialog.get_by_role("button", name="Leave it").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Extend").click()
    dialog.get_by_label("More evaluations").fill("2")
    dialog.get_by_role("button", name="Extend").click()
    page.wait_for_url(re.compile(r"\?run="))
    expect(page.get_by_text("This run extends run 1")).to_be_visible()
    expect(shown).to_have_text("finished", timeout=180_000)
    assert page.evaluate(f"{STATE}.counts.scored") == 5

    key = read(studio, f"/runs/{run}/architectures/")["results"][0]["key"]
    page.goto(f"/runs/{run}/architectures/{key}/")
    page.get_by_role("button", name="Train longer").click()
    dialog.get_by_label("Epochs").fill("1")
    dialog.get_by_label("Seeds").fill("2")
    assert looks(page, "train-longer", tmp_path) == []
    dialog.get_by_role("button", name="Train it").click()
    page.wait_for_url(re.compile(r"/studies/"))
    expect(shown).to_have_text("finished", timeout=180_000)
    expect(page.locator("#models-table")).to_be_visible()
    expect(page.locator("#training .uplot")).to_be_visible()
    for name in ("Best so far", "Score against cost", "Best score so far", "Candidates"):  # nothing was searched
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_hidden()
    expect(page.get_by_role("link", name="network.onnx")).to_be_visible()
    assert looks(page, "trained-longer", tmp_path) == []
