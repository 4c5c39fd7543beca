"""A real studio, and a real Chromium that looks at it. Every page is held to: no console error, nothing from elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, sync_playwright

from tests.browser.controls import Record, Recorder
from tests.browser.register import CLAIMS
from tests.webapp.launch.conftest import Launched
from tests.webapp.mailbox import Mailbox
from tests.webapp.processes import ROOT, free_port

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--metrics-recording-only",
)
# What htmx says of a request that failed or was stopped; the request itself is judged where it ends.
ECHOES = ("htmx:afterRequest", "htmx:sendAbort", "htmx:sendError")
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = bool(os.environ.get("PICTURES"))  # a fifth of a second each, for people to look at
SIZES = {"wide": (1600, 1000), "narrow": (360, 740)}


@dataclass
class Studio:
    """A studio that runs, with its first login."""

    launcher: Launched
    folder: Path  # its VAR_DIR
    address: str
    email: str
    password: str
    token: str
    box: Mailbox  # what it has mailed

    @property
    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.address}/api/v1", headers={"Authorization": f"Bearer {self.token}"}, timeout=60
        )

    def submit(self, **asked: Any) -> dict[str, Any]:
        """A study that was submitted over REST."""
        made: dict[str, Any] = self.api.post("/studies/", json=asked).raise_for_status().json()
        return made


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One for all browser tests: `make run`'s launcher in a folder of its own."""
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH")
    folder = tmp_path_factory.mktemp("var")
    with Mailbox() as box:
        mail = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": box.port, "MAIL_SECURITY": "none"}
        launcher = Launched("webapp.launch", VAR_DIR=folder, PORT=free_port(), **mail)
        launcher.hears("^Spacewright is at")
        said = [str(launcher.hears(rf"{name} +(\S+?)/?$")[1]) for name in ("address", "e-mail", "password", "token")]
        yield Studio(launcher, folder, *said, box=box)
        launcher.clear()


BRED: dict[str, Any] = {  # a search that breeds most of its networks from one, in a small space, and exports
    "version": 1,
    "name": "bred",
    "seed": 1,
    "task": {"kind": "image_classification", "data": "digits"},
    "space": {
        "kind": "chain",
        "operators": ["mb3_e2", "mb5_e2", "mb7_e2", "mb3_e3", "mb5_e3", "mb7_e3", "skip"],
        "skeleton": "tiny",
    },
    "pipeline": [
        {"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths", "batches": 10, "batch": 31}},
        {
            "kind": "search",
            "strategy": {"kind": "ageing_evolution", "population": 40, "sample": 400, "cycles": 120},
            "estimator": {"kind": "shared_weights", "calibration": 1},
        },
        {"kind": "quality", "networks": 6, "estimator": {"kind": "from_scratch", "epochs": 1}},
        {"kind": "control", "sample": 4, "random": 4, "estimator": {"kind": "from_scratch", "epochs": 1}},
        {"kind": "retrain", "trainer": {"epochs": 1, "batch": 31}, "seeds": 1},
        {"kind": "export"},
    ],
}


@dataclass(frozen=True)
class Bred:
    """A study that is over: its run, the exported winner, and the children of each network that has some."""

    study: str
    run: str
    winner: str
    children: dict[str, set[str]]

    @property
    def parent(self) -> str:
        """The network with the most children."""
        return max(sorted(self.children), key=lambda key: len(self.children[key]))

    def address(self, key: str) -> str:
        return f"/runs/{self.run}/architectures/{key}/"


@pytest.fixture(scope="session")
def bred(studio: Studio) -> Bred:
    """Looked at, never changed."""
    made = studio.submit(recipe=BRED, name="A study to look at")
    run = made["runs"][0]["id"]
    children: dict[str, set[str]] = {}
    with studio.api as api:
        studio.launcher.until(lambda: api.get(f"/runs/{run}/").json()["status"] == "finished", "the run's end")
        for one in api.get(f"/runs/{run}/candidates/", params={"limit": 500}).raise_for_status().json()["results"]:
            for parent in one["parents"]:
                children.setdefault(parent, set()).add(one["architecture"])
        winner = api.get(f"/runs/{run}/files/architecture.json").raise_for_status().json()["key"]
    return Bred(made["id"], run, winner, children)


@dataclass(frozen=True)
class Tiny:
    """A study of the template tiny that is over, evolution, shrinking and export included."""

    study: str
    run: str
    keys: list[str]  # of its networks, best first
    winner: str


@pytest.fixture(scope="session")
def tiny(studio: Studio) -> Tiny:
    """Looked at, never changed."""
    made = studio.submit(template="tiny", name="A small one that is over")
    run = made["runs"][0]["id"]
    with studio.api as api:
        studio.launcher.until(lambda: api.get(f"/runs/{run}/").json()["status"] == "finished", "the run's end")
        keys = [one["key"] for one in api.get(f"/runs/{run}/architectures/").raise_for_status().json()["results"]]
        winner = api.get(f"/runs/{run}/files/architecture.json").raise_for_status().json()["key"]
    return Tiny(made["id"], run, keys, winner)


@pytest.fixture(scope="module")  # it runs an event loop in this process, which Django's tests must not meet
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH")
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    yield started
    started.close()


@pytest.fixture(scope="module")
def recorder(browser: Browser) -> Recorder:
    return Recorder(browser, CLAIMS)


@pytest.fixture(autouse=True)
def recorded(recorder: Recorder) -> None:
    recorder.record = Record()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A test that has passed did use what tests/browser/register.py says that it uses, and saw what came of it."""
    called = yield
    name = f"{pyfuncitem.path.stem}::{pyfuncitem.name}"
    claims = [one for one in CLAIMS if name == one.by or name.startswith(one.by if "[" in one.by else f"{one.by}[")]
    assert pyfuncitem.funcargs["recorder"].lacks(claims) == []
    return called


@dataclass
class Watched:
    """What went wrong on the pages of a context."""

    own: str
    wrong: list[str] = field(default_factory=list)
    expected: tuple[str, ...] = ()  # parts of messages that a test provokes on purpose

    def watch(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.note(f"script: {error.error}"))
        context.on("request", self._request)
        context.on("requestfailed", self._failed)
        context.on("response", lambda answer: answer.status >= 400 and self.note(f"{answer.status}: {answer.url}"))

    def note(self, text: str) -> None:
        if not any(part in text for part in self.expected):
            self.wrong.append(text)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(ECHOES):
            self.note(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        where = urlsplit(request.url)
        if where.scheme in ("http", "https", "ws", "wss") and where.netloc != self.own:
            self.note(f"outside: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left stops its requests
            self.note(f"failed: {request.url} ({request.failure})")


@pytest.fixture
def watched(studio: Studio) -> Iterator[Watched]:
    kept = Watched(urlsplit(studio.address).netloc)
    yield kept
    assert kept.wrong == []


@pytest.fixture(scope="module")
def cookies(studio: Studio, browser: Browser) -> list[Any]:
    """Of a session that logged in through the page."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{studio.address}/login/")
    page.get_by_label("E-mail").fill(studio.email)
    page.get_by_label("Password").fill(studio.password)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{studio.address}/")
    found = context.cookies()
    context.close()
    return list(found)


@pytest.fixture
def page(studio: Studio, browser: Browser, cookies: list[Any], watched: Watched) -> Iterator[Page]:
    """A page of somebody who is logged in; `page.goto("/")` is the list of studies."""
    context = browser.new_context(base_url=studio.address, viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(20_000)
    context.add_cookies(cookies)
    watched.watch(context)
    yield context.new_page()
    context.close()


AXE_SAYS = """async (tags) => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] });
  const where = (nodes) => nodes.slice(0, 5).map((node) => `${node.target}`);
  return found.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, at: where(nodes) }));
}"""
# Once what moves has come to rest, and is drawn; something may wait for ever, so not longer than a glance.
AT_REST = """() => {
  const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
  const still = async () => {
    await frame();
    await Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)));
    await frame();
  };
  return Promise.race([still(), new Promise((over) => setTimeout(over, 300))]);
}"""


def serious(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA that axe-core calls serious or critical."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(AXE_SAYS, ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    return [
        f"{one['id']}: {one['help']}: {', '.join(one['at'])}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def looks(page: Page, name: str, folder: Path) -> list[str]:
    """At both sizes, light and dark: what axe finds, and what is wider than the window. With PICTURES=1 each is drawn."""
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(AT_REST)
            if PICTURES:
                page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=True)
            found += [f"{size} {theme}: {text}" for text in serious(page)]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append(f"{size} {theme}: the page is wider than the window")
    page.set_viewport_size({"width": 1600, "height": 1000})
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process drives the browser, so that one studio is started."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("browser"))
