"""One request to a webhook: to the address that was checked, once, without redirects, within seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from webapp.webhooks.address import checked, resolved
from webapp.webhooks.refusals import BadAddress

CONNECT, WHOLE = 5.0, 10.0  # seconds
HEADERS = {"Content-Type": "application/json", "User-Agent": "Spacewright-Webhooks", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Answer:
    """What came of it: a status, or why there is none."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def said(self) -> str:
        """Why it was not good, in words."""
        if self.status is None:
            return self.error
        moved = "; redirects are not followed" if 300 <= self.status < 400 else ""
        return f"it answered {self.status}{moved}"


class Pinned(httpx.AsyncHTTPTransport):
    """Connects to one address; the certificate and the `Host` header are still those of the name."""

    def __init__(self, address: str) -> None:
        super().__init__(retries=0)
        self._address = address

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": request.url.raw_host.decode("ascii")}
        request.url = request.url.copy_with(host=self._address)
        return await super().handle_async_request(request)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send it, and do not read what comes after the answer's head: nothing of it is shown, so that it can leak nothing."""
    began = time.monotonic()
    try:
        target = checked(url)
        status, error = asyncio.run(_posted(target, resolved(target), body, headers)), ""
    except BadAddress as refused:
        status, error = None, str(refused)
    except (TimeoutError, httpx.TimeoutException):
        status, error = None, f"no answer within {WHOLE:.0f} seconds"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as failed:
        status, error = None, f"no answer: {failed or type(failed).__name__}"
    return Answer(status, error[:300], int((time.monotonic() - began) * 1000))


async def _posted(url: httpx.URL, address: str, body: bytes, headers: Mapping[str, str]) -> int:
    limits = httpx.Timeout(WHOLE, connect=CONNECT)
    async with (
        asyncio.timeout(WHOLE),  # httpx's own are for each read: a drop a second would never end
        httpx.AsyncClient(transport=Pinned(address), timeout=limits, trust_env=False) as client,
        client.stream("POST", url, content=body, headers={**HEADERS, **headers}, follow_redirects=False) as answer,
    ):
        return answer.status_code
