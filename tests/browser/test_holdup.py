"""What holds a study up, on its page: a studio whose workers, and whose Redis, are not there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import CHROMIUM, Watched, looks
from tests.webapp.launch.conftest import OURS, Launched
from tests.webapp.processes import ROOT, Broker, Process, free_port

PATIENT = 60_000


@dataclass
class Workerless:
    """Web server and sweeper on a database of their own; no worker."""

    address: str
    email: str
    password: str
    token: str
    broker: Broker
    folder: Path

    def submit(self, name: str) -> str:
        """The study's id."""
        known = {"Authorization": f"Bearer {self.token}"}
        asked = {"template": "tiny", "name": name}
        answer = httpx.post(f"{self.address}/api/v1/studies/", json=asked, headers=known, timeout=60)
        return str(answer.raise_for_status().json()["id"])


@pytest.fixture
def workerless(tmp_path: Path) -> Iterator[Workerless]:
    if CHROMIUM is None:
        pytest.skip("no chromium on PATH")
    broker, port = Broker(tmp_path), free_port()
    env = {name: value for name, value in os.environ.items() if name not in OURS}
    env |= {"VAR_DIR": str(tmp_path), "REDIS_URL": broker.url, "DJANGO_SETTINGS_MODULE": "webapp.settings"}

    def manage(*command: str) -> str:
        run = [sys.executable, "manage.py", *command]
        return subprocess.run(run, cwd=ROOT, env=env, check=True, capture_output=True, text=True, timeout=120).stdout

    manage("migrate", "-v0")
    said = dict(re.findall(r"^(\S+) +(\S+)$", manage("first_login"), flags=re.MULTILINE))
    with ExitStack() as stack:
        stack.callback(broker.stop)
        web = ["-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--log-level", "warning"]
        for name, command in {"web": web, "sweeper": ["manage.py", "sweep", "--every", "0.5"]}.items():
            stack.callback(Process(command, env, tmp_path / f"{name}.log").kill)
        transport = httpx.HTTPTransport(retries=20)  # until somebody listens
        with httpx.Client(transport=transport, timeout=PATIENT / 1000) as client:
            client.get(f"http://127.0.0.1:{port}/login/").raise_for_status()
        address = f"http://127.0.0.1:{port}"
        yield Workerless(address, said["e-mail"], said["password"], said["token"], broker, tmp_path)


def test_a_study_says_what_holds_it_up_and_goes_on_by_itself_once_it_is_there(
    workerless: Workerless, browser: Browser, tmp_path: Path
) -> None:
    watched = Watched(workerless.address.removeprefix("http://"))
    watched.expected = ("WebSocket connection",)  # without Redis no new one opens
    study = workerless.submit("A study that waits")
    context = browser.new_context(base_url=workerless.address, viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(PATIENT)
    watched.watch(context)
    page = context.new_page()
    page.goto("/password/forgotten/")
    expect(page.get_by_text("manage.py changepassword")).to_be_visible()  # this studio sends no mail
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert looks(page, "password-no-mail", tmp_path) == []
    page.goto(f"/login/?next=/studies/{study}/")
    page.get_by_label("E-mail").fill(workerless.email)
    page.get_by_label("Password").fill(workerless.password)
    page.get_by_role("button", name="Log in").click()

    notice, doing = page.locator("#holdup"), page.locator("#doing")
    expect(notice).to_contain_text("No worker is alive", timeout=PATIENT)
    expect(notice).to_contain_text("make worker")
    expect(page.locator("#shown")).to_have_text("running")
    expect(doing).to_contain_text("waiting for a worker that decides")
    first = doing.inner_text()
    expect(doing).not_to_have_text(first)  # it is looked at again and again
    assert looks(page, "waiting", tmp_path) == []

    workerless.broker.stop()
    expect(notice).to_contain_text("Redis does not answer", timeout=PATIENT)
    expect(notice).to_contain_text("safe")
    workerless.broker.start()
    expect(notice).to_contain_text("No worker is alive", timeout=PATIENT)

    worker = Launched("webapp.launch.worker", VAR_DIR=workerless.folder, REDIS_URL=workerless.broker.url)
    try:
        expect(notice).to_have_text("", timeout=PATIENT)
        expect(page.locator("#shown")).to_have_text("finished", timeout=3 * PATIENT)
        expect(notice).to_have_text("")
    finally:
        worker.clear()
    page.goto("/")
    context.close()
    assert watched.wrong == []
