"""A study taken away as a bundle, and made again from it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Studio, Watched, looks
from tests.webapp.bundles.conftest import QUICK


def test_a_study_is_taken_away_and_made_again_and_comes_out_equal(
    studio: Studio, page: Page, tmp_path: Path, watched: Watched
) -> None:
    made = studio.submit(recipe=QUICK, name="bundled")
    page.goto(f"/studies/{made['id']}/")
    expect(page.locator("#shown")).to_have_text("finished", timeout=120_000)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Bundle", exact=True).click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.name == "bundled.bundle.zip"

    page.goto("/studies/new/")
    page.get_by_text("From a bundle").click()
    assert looks(page, "from-bundle", tmp_path) == []
    page.get_by_label("Bundle", exact=True).set_input_files(file)
    page.get_by_role("button", name="Make it again").click()
    expect(page).to_have_url(re.compile(r"/studies/[0-9a-f-]{36}/$"))
    expect(page.locator("#origin")).to_contain_text("Made from the bundle of “bundled”")
    expect(page.locator("#origin")).to_contain_text("it came out equal: history digest", timeout=120_000)
    expect(page.locator("#origin .badge")).to_have_text("equal")
    assert looks(page, "made-again", tmp_path) == []

    watched.expected = ("422",)
    broken = tmp_path / "broken.bundle.zip"
    broken.write_bytes(file.read_bytes()[:-40])
    page.goto("/studies/new/")
    page.get_by_text("From a bundle").click()
    page.get_by_label("Bundle", exact=True).set_input_files(broken)
    page.get_by_role("button", name="Make it again").click()
    expect(page.locator("main")).to_contain_text("is not a whole bundle")
