"""The whole way in the browser, on the default template: what is promised of the pages. Runs in `make acceptance`."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Studio, Watched

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
MOST_CLICKS = 4
MOST_SILENCE = 2.0  # seconds

# How long nothing that a person can read or see changes on the page while the run goes on, and what was shown before and after.
# The clock is left out, it would tick for a dead run too.
LISTEN = """() => {
  const doing = document.getElementById("doing"), shown = document.getElementById("shown");
  const going = () => ["running", "finishing"].includes(shown.textContent);
  window.silence = { last: performance.now(), going: going(), most: 0, before: doing.textContent, where: "" };
  new MutationObserver((changes) => {
    if (changes.every((one) => one.target.parentElement?.closest("#elapsed") || one.target.id === "elapsed")) return;
    const silence = window.silence, now = performance.now(), gap = now - silence.last;
    if (silence.going && gap > silence.most) {
      Object.assign(silence, { most: gap, where: `${silence.before} -> ${doing.textContent}` });
    }
    Object.assign(silence, { last: now, going: going(), before: doing.textContent });
  }).observe(document.getElementById("content"), { subtree: true, childList: true, characterData: true, attributeFilter: ["value"] });
}"""
PREDICT = "import torch, network; print(network.predict(network.load(), torch.zeros(1, 8, 8))[0])"


def test_the_default_template_from_log_in_to_a_network_that_predicts(
    studio: Studio, browser: Browser, watched: Watched, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    context = browser.new_context(base_url=studio.address, viewport={"width": 1600, "height": 1000})
    context.set_default_timeout(60_000)
    watched.watch(context)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill(studio.email)
    page.get_by_label("Password").fill(studio.password)
    page.get_by_role("button", name="Log in").click()

    clicks = [page.get_by_role("link", name="New study").first, page.get_by_role("button", name="Submit")]
    for click in clicks:
        click.click()
    assert len(clicks) <= MOST_CLICKS
    shown = page.locator("#shown")
    expect(shown).to_have_text("running")
    page.evaluate("window.loaded = 'once'")
    page.wait_for_function("() => window.study")  # its script has begun
    page.evaluate(LISTEN)
    first = page.evaluate("window.study.updates")
    page.wait_for_function("before => window.study.updates >= before + 10", arg=first)
    page.get_by_role("button", name="Pause").click()
    expect(shown).to_have_text("paused", timeout=120_000)  # torch is loaded first, in one piece
    page.get_by_role("button", name="Resume").click()
    expect(shown).to_have_text("running", timeout=60_000)
    expect(shown).to_have_text("finished", timeout=600_000)
    assert page.evaluate("window.loaded") == "once"
    silence, where = page.evaluate("[window.silence.most / 1000, window.silence.where]")
    print(f"longest silence of the live page: {silence:.2f} seconds, at {where}")
    record_property("silence", silence)
    assert silence <= MOST_SILENCE, where

    for name in ("network.py", "weights.safetensors"):
        with page.expect_download() as taken:
            page.get_by_role("link", name=name).click()
        taken.value.save_as(tmp_path / name)
    page.get_by_role("link", name="Open the network").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Network")
    context.close()
    done = subprocess.run(
        [sys.executable, "-c", PREDICT], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert re.fullmatch(r"\('\d', 0\.\d+\)\n", done.stdout), done.stderr
