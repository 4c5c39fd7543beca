"""Takes the pictures of the pages in docs/images: starts a studio, runs a small study, and looks at it in Chromium.

python docs/pictures/screenshots.py                  # or `make screenshots`
python docs/pictures/screenshots.py quickstart       # of another template; it takes its two minutes
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.webapp.launch.conftest import Launched  # noqa: E402 - the tests are no installed package
from tests.webapp.processes import free_port  # noqa: E402 - as above

IMAGES = ROOT / "docs" / "images"
SIZES = {"wide": (1600, 1000), "narrow": (360, 740)}
MOST = 150_000  # bytes that a picture should have
PATIENCE = 900.0  # seconds; a guard against hanging
SETTLED = 1500  # milliseconds: drawings and sockets have come


@dataclass(frozen=True)
class Shot:
    """A picture: of which page, how wide, in which theme."""

    name: str
    path: str
    size: str = "wide"
    theme: str = "light"

    @property
    def file(self) -> Path:
        return IMAGES / f"{self.name}-{self.size}-{self.theme}.png"


def shots(pages: dict[str, str]) -> list[Shot]:
    """Each page wide and narrow in the light, and the study in the dark too."""
    light = [Shot(name, path, size) for name, path in pages.items() for size in SIZES]
    return [*light, Shot("study", pages["study"], theme="dark")]


def main(template: str = "tiny") -> int:
    """How many pictures could not be taken."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("There is no chromium on PATH; install one (apt install chromium), and start again.", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        launcher = Launched("webapp.launch", VAR_DIR=folder, PORT=free_port())
        try:
            launcher.hears("^Spacewright is at")
            said = {
                name: str(launcher.hears(rf"{name} +(\S+?)/?$")[1])
                for name in ("address", "e-mail", "password", "token")
            }
            pages = finished_study(launcher, said, template)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                failed = sum(not taken(browser, said, shot) for shot in shots(pages))
                browser.close()
        finally:
            launcher.clear()
    return failed


def finished_study(launcher: Launched, said: dict[str, str], template: str) -> dict[str, str]:
    """Submit and wait; the addresses of the pages."""
    headers = {"Authorization": f"Bearer {said['token']}"}
    with httpx.Client(base_url=f"{said['address']}/api/v1", headers=headers, timeout=60) as api:

        def asked(path: str) -> Any:
            return api.get(path).raise_for_status().json()

        print(f"Running the template {template}.")
        made = api.post("/studies/", json={"template": template}).raise_for_status().json()
        run = made["runs"][0]["id"]
        deadline = time.monotonic() + PATIENCE
        while asked(f"/runs/{run}/")["status"] == "running":
            if time.monotonic() > deadline:
                raise TimeoutError(f"the run was not over after {PATIENCE} seconds\n{launcher.output}")
            time.sleep(1)
        winner = asked(f"/runs/{run}/files/architecture.json")["key"]
    return {
        "login": "/login/",
        "studies": "/",
        "new-study": "/studies/new/",
        "study": f"/studies/{made['id']}/",
        "architecture": f"/runs/{run}/architectures/{winner}/",
    }


def taken(browser: Browser, said: dict[str, str], shot: Shot) -> bool:
    """Take one picture. A page that cannot be shown costs its picture, not the others."""
    width, height = SIZES[shot.size]
    context = browser.new_context(
        base_url=said["address"], viewport={"width": width, "height": height}, color_scheme=shot.theme
    )
    page = context.new_page()
    try:
        if shot.name != "login":
            _log_in(page, said)
        answer = page.goto(shot.path)
        if answer is None or not answer.ok:
            print(f"  no picture of {shot.file.name}: the page answered {answer and answer.status}", file=sys.stderr)
            return False
        page.wait_for_timeout(SETTLED)
        page.screenshot(path=shot.file)
    except Error as error:
        print(f"  no picture of {shot.file.name}: {error.message.splitlines()[0]}", file=sys.stderr)
        return False
    finally:
        context.close()
    size = shot.file.stat().st_size
    print(f"  {shot.file.relative_to(ROOT)}  {size / 1000:.0f} kB{'  (large)' if size > MOST else ''}")
    return True


def _log_in(page: Page, said: dict[str, str]) -> None:
    page.goto("/login/")
    page.get_by_label("E-mail").fill(said["e-mail"])
    page.get_by_label("Password").fill(said["password"])
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
