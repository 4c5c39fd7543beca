"""Data of one's own in the browser: dropped, followed, looked at, searched on, deleted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Studio, Watched, looks
from tests.webapp.datasets.pictures import birds, picture, zipped
from tests.webapp.processes import ROOT

HANG = 120_000  # milliseconds, a guard


def chosen(page: Page, name: str, content: bytes) -> None:
    page.goto("/data/")
    page.locator("#train-files").set_input_files({"name": f"{name}.zip", "mimeType": "", "buffer": content})


def test_an_archive_is_uploaded_checked_and_looked_at(page: Page, tmp_path: Path) -> None:
    page.goto("/data/")
    expect(page.get_by_text("What is taken")).to_be_visible()
    assert looks(page, "data-empty", tmp_path) == []
    twice = birds(40, classes=("hens", "owls", "wrens")) | {
        "owls/broken.png": b"not an image",
        "hens/again.png": picture(0),
    }
    chosen(page, "birds", zipped(twice))
    expect(page.get_by_label("Name", exact=True)).to_have_value("birds")
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/data/[0-9a-f-]{36}/"))
    expect(page.get_by_role("heading", name="Classes")).to_be_visible(timeout=HANG)
    expect(page.get_by_role("row").filter(has_text="wrens")).to_contain_text("40")
    expect(page.get_by_text("not an image").first).to_be_attached()
    images = page.locator(".samples img")
    assert images.count() >= 12
    assert images.first.evaluate("one => one.decode().then(() => one.naturalWidth)") == 8
    assert looks(page, "dataset", tmp_path) == []
    page.get_by_role("link", name="Data", exact=True).click()
    row = page.get_by_role("row").filter(has_text="birds")
    expect(row).to_contain_text("ready")
    assert looks(page, "data", tmp_path) == []


def test_a_folder_is_one_upload_and_hidden_files_stay_behind(page: Page, tmp_path: Path) -> None:
    source = tmp_path / "garden birds"
    for name, content in {**birds(30), ".DS_Store": b"x", "hens/" + "long name " * 12 + ".png": picture(7777)}.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    page.goto("/data/")
    page.locator("#train-folder").set_input_files(source)
    expect(page.locator("#train-chosen")).to_contain_text("61 files")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Classes")).to_be_visible(timeout=HANG)
    expect(page.get_by_role("heading", name="garden birds")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="hens")).to_contain_text("31")


def test_an_upload_goes_on_after_the_page_was_closed_half_way(page: Page, watched: Watched) -> None:
    watched.expected = ("net::ERR_FAILED",)
    content = zipped({**birds(20, 3000), "notes.txt": bytes(12 * 2**20)})
    parts: list[str] = []

    def first_part_only(route: Route) -> None:
        if route.request.method == "PATCH":
            parts.append(route.request.headers["upload-offset"])
            if len(parts) > 1:
                route.abort()
                return
        route.continue_()

    page.route("**/uploads/files/**", first_part_only)
    chosen(page, "slow birds", content)
    page.get_by_role("button", name="Upload").click()
    row = page.get_by_role("row").filter(has_text="slow birds")
    expect(row).to_contain_text("8.39", timeout=HANG)
    context = page.context
    page.close()
    page = context.new_page()
    page.goto("/data/")
    row = page.get_by_role("row").filter(has_text="slow birds")
    expect(row).to_contain_text("receiving")
    row.get_by_role("button", name="Go on").click()
    sent: list[str] = []
    page.on("request", lambda asked: asked.method == "PATCH" and sent.append(asked.headers["upload-offset"]))
    page.locator("#train-files").set_input_files({"name": "slow birds.zip", "mimeType": "", "buffer": content})
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Classes")).to_be_visible(timeout=HANG)
    assert (parts[0], set(parts[1:])) == ("0", {str(8 * 2**20)})
    assert sent == [str(8 * 2**20)]


def test_a_refused_upload_says_why_and_is_removed(page: Page, tmp_path: Path) -> None:
    chosen(page, "lonely", zipped(birds(classes=("hens",))))
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url(re.compile(r"/data/[0-9a-f-]{36}/"))
    expect(page.get_by_text("lonely.zip holds the one class 'hens'")).to_be_visible(timeout=HANG)
    assert looks(page, "data-refused", tmp_path) == []
    page.goto("/data/")
    row = page.get_by_role("row").filter(has_text="lonely")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def test_what_the_server_refuses_at_once_is_said_beside_the_form(page: Page, watched: Watched) -> None:
    watched.expected = ("400",)
    page.goto("/data/")
    page.locator("#train-files").set_input_files({"name": "empty.zip", "mimeType": "", "buffer": b""})
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("'empty.zip' is empty")
    expect(page.get_by_role("button", name="Upload")).to_be_visible()


def says_of_a_file_what_the_page_says(
    studio: Studio, page: Page, run: str, files: dict[str, bytes], folder: Path
) -> None:
    """The export, run on the files themselves, against the Architecture page."""
    for one in studio.api.get(f"/runs/{run}/files/").json():
        content = studio.api.get(urlsplit(one["url"]).path.removeprefix("/api/v1")).raise_for_status().content
        (folder / one["name"]).write_bytes(content)
    key = json.loads((folder / "architecture.json").read_text())["key"]
    page.goto(f"/runs/{run}/architectures/{key}/")
    shown = page.locator(".said li")
    expect(shown).to_have_count(12)
    assert looks(page, "architecture-samples", folder) == []
    said = {one.locator(".name").inner_text(): one.locator("b").inner_text() for one in shown.all()}
    assert set(said.values()) == {"hens", "owls"}
    images = shown.locator("img")
    assert images.count() == 12
    for name in said:
        (folder / Path(name).name).write_bytes(files[name])
    program = (
        "import sys, network; trained = network.load();"
        "print(*[network.predict(trained, name)[0][0] for name in sys.argv[1:]], sep='\\n')"
    )
    command = [sys.executable, "-c", program, *(Path(name).name for name in said)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert dict(zip(said, done.stdout.split(), strict=True)) == said


@pytest.mark.timeout(600)
def test_a_study_on_own_data_finds_a_network_and_holds_the_data(
    studio: Studio, page: Page, watched: Watched, tmp_path: Path
) -> None:
    watched.expected = ("409",)
    files = birds(60, 20_000)
    chosen(page, "studied birds", zipped(files))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Start a study with this").click(timeout=HANG)
    expect(page.get_by_label("Data", exact=True)).to_contain_text("studied birds")
    expect(page.get_by_text("120 images, 8 × 8, grey, 2 classes")).to_be_visible()
    (version,) = (
        one["versions"][0] for one in studio.api.get("/datasets/").json()["results"] if one["name"] == "studied birds"
    )
    (tiny,) = (one["recipe"] for one in studio.api.get("/templates/").json() if one["name"] == "tiny")
    recipe = {**tiny, "task": {**tiny["task"], "data": version["facts"]["recipe"]}}
    recipe.pop("budget", None)
    (retrain,) = (stage for stage in recipe["pipeline"] if stage["kind"] == "retrain")
    retrain["trainer"] |= {"epochs": 30, "batch": 16}  # long enough to tell light from dark
    study = studio.submit(recipe=recipe, name="which bird")
    page.goto(f"/studies/{study['id']}/")
    expect(page.locator("#shown")).to_have_text("finished", timeout=HANG)
    run = studio.api.get(f"/studies/{study['id']}/").json()["runs"][0]["id"]
    says_of_a_file_what_the_page_says(studio, page, run, files, tmp_path)
    page.goto("/data/")
    page.get_by_role("link", name="studied birds").click()
    expect(page.get_by_text("Used by which bird")).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete the data").click()
    expect(page.get_by_text("is used by 'which bird'")).to_be_visible()


def test_the_example_of_the_guide_uploads_an_archive(studio: Studio, tmp_path: Path) -> None:
    guide = (ROOT / "docs/data.md").read_text(encoding="utf-8")
    program = next(code for code in re.findall(r"```python\n(.*?)```", guide, re.DOTALL) if "/uploads/" in code)
    (tmp_path / "birds.zip").write_bytes(zipped(birds(20, 40_000)))
    here = program.replace("http://127.0.0.1:8000", studio.address).replace('"name": "birds"', '"name": "guided birds"')
    done = subprocess.run(
        [sys.executable, "-c", here],
        cwd=tmp_path,
        env={**os.environ, "SPACEWRIGHT_TOKEN": studio.token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "'kind': 'stored'" in done.stdout
    assert "'train': 40" in done.stdout
