"""One look at a page in a real Chromium: how soon something is seen, and how many bytes came for it."""

from __future__ import annotations

import os
import shutil
import time
from typing import Any

QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run")
SETTLED = 1_000  # milliseconds after the last of what is waited for


def opened(url: str, row: str, chart: str, cookies: list[dict[str, Any]], patience: float) -> dict[str, Any]:
    """Open `url` in a browser without a cache. Seconds from the navigation until `row` and `chart` are visible, and bytes as
    transferred, in all and of documents, scripts and data. A thing that is not seen within `patience` seconds is None.
    """
    from playwright.sync_api import TimeoutError as NotSeen
    from playwright.sync_api import sync_playwright

    sizes: dict[str, int] = {}
    kinds: dict[str, str] = {}
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        context = browser.new_context(viewport={"width": 1600, "height": 1000})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))

        def finished(event: dict[str, Any]) -> None:
            kind = kinds.get(event["requestId"], "Other")
            sizes[kind] = sizes.get(kind, 0) + int(event["encodedDataLength"])

        network.on("Network.loadingFinished", finished)
        seen: dict[str, float | None] = {}
        begun = time.perf_counter()
        page.goto(url, wait_until="commit", timeout=patience * 1e3)
        for name, selector in (("first_row_seconds", row), ("chart_seconds", chart)):
            left = patience - (time.perf_counter() - begun)
            try:
                page.locator(selector).first.wait_for(timeout=max(1.0, left * 1e3))
                seen[name] = round(time.perf_counter() - begun, 3)
            except NotSeen:
                seen[name] = None
        page.wait_for_timeout(SETTLED)
        browser.close()
    return {**seen, "bytes": sum(sizes.values()), "by_kind": sizes, "load": round(os.getloadavg()[0], 1)}
