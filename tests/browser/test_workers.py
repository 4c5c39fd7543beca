"""The Workers page: alive and dead, busy and idle, and what it says where there is nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Studio, looks


def var_of(studio: Studio) -> Path:
    """Where the studio keeps what is its own."""
    environ = Path(f"/proc/{studio.launcher.process.pid}/environ").read_bytes().split(b"\0")
    return Path(next(one for one in environ if one.startswith(b"VAR_DIR=")).partition(b"=")[2].decode())


@pytest.fixture
def dead(studio: Studio) -> Iterator[None]:
    """A worker that was last seen some days ago, and one that died an hour ago with a failure."""
    with closing(sqlite3.connect(var_of(studio) / "spacewright.sqlite", timeout=20)) as rows:
        rows.execute(
            "insert into runs_worker (name, seen, began, version, slots) values"
            " ('far.example/gpu-0', datetime('now', '-50 minutes'), datetime('now', '-9 hours'), '0.0.9', 1)"
        )
        rows.commit()
        yield
        rows.execute("delete from runs_worker where name = 'far.example/gpu-0'")
        rows.commit()


def test_the_navigation_and_the_strip_lead_to_the_page(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Workers").click()
    expect(page.get_by_role("heading", name="Workers")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main").get_by_role("link", name="Workers")).to_have_attribute(
        "aria-current", "page"
    )
    page.goto("/")
    page.get_by_label("Workers").get_by_role("link", name=re.compile("waiting")).click()
    expect(page).to_have_url(re.compile("/workers/$"))


def test_it_follows_a_worker_that_is_busy_and_links_to_its_study(studio: Studio, page: Page) -> None:
    page.goto("/workers/")
    row = page.get_by_role("row").filter(has_text=re.compile(r"^\s*cpu"))
    expect(row).to_contain_text("alive since")
    made = studio.submit(template="quickstart", name="A study to be busy with")
    link = row.get_by_role("link", name="A study to be busy with")
    expect(link).to_be_visible(timeout=120_000)  # by itself
    link.click()
    expect(page.get_by_role("heading", name="A study to be busy with")).to_be_visible()
    studio.api.post(f"/studies/{made['id']}/cancel/").raise_for_status()


@pytest.mark.usefixtures("dead")
def test_a_dead_worker_is_shown_and_the_page_looks_well(studio: Studio, page: Page, tmp_path: Path) -> None:
    made = studio.submit(template="tiny", name="A study with a name that is rather long, as they are")
    page.goto("/workers/")
    row = page.get_by_role("row").filter(has_text="far.example")
    expect(row).to_contain_text("dead since")
    expect(row).to_contain_text("not 0.")
    expect(page.get_by_text("files of all studies")).to_be_visible()
    expect(page.get_by_text("Nothing has failed.")).to_be_visible()
    assert looks(page, "workers", tmp_path) == []
    studio.api.delete(f"/studies/{made['id']}/").raise_for_status()


def test_without_workers_the_page_teaches_how_to_start_one(studio: Studio, page: Page, tmp_path: Path) -> None:
    database = var_of(studio) / "spacewright.sqlite"
    page.goto("/workers/")
    with closing(sqlite3.connect(database, timeout=20)) as rows:  # as on the first day; they say again that they are up
        rows.execute("delete from runs_worker")
        rows.commit()
        page.reload()
        expect(page.get_by_role("heading", name="No worker yet")).to_be_visible()
        expect(page.get_by_text("make worker DATABASE_URL=")).to_be_visible()
    page.route("**/workers/", lambda route: route.fulfill(status=204))  # it stands still for its picture
    assert looks(page, "workers-none", tmp_path) == []
    page.unroute("**/workers/")
    expect(page.get_by_role("heading", name="No worker yet")).to_be_hidden(timeout=60_000)  # by itself
    assert looks(page, "workers-back", tmp_path) == []
