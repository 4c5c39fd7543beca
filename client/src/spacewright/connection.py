"""The connection to one studio: its token, its patience, its errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from spacewright.answers import Answer, many
from spacewright.errors import NotLoggedIn, Refused, SpacewrightError, Unreachable, WrongAnswer

API = "/api/v1"
AWAY = (502, 503, 504)  # what a gateway says while the server is away
TOO_MANY = 429
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 5.0  # seconds between tries
PATIENCE = 30.0  # seconds that a request is tried again for
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)  # the server has seen nothing of the request


def address(url: str) -> str:
    """A studio's address as it is kept: scheme, host, port, perhaps a path, without the API's own. Raises SpacewrightError."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL as error:
        raise SpacewrightError(f"{url!r} is no address ({error}); give one like https://studio.example") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo or parsed.query:
        raise SpacewrightError(f"{url!r} is no studio's address; give one like https://studio.example")
    return str(parsed).rstrip("/").removesuffix(API)


@dataclass(frozen=True)
class Ask:
    """One request. `repeatable`: doing it twice is doing it once, so it may be sent again after a silence."""

    method: str
    path: str
    params: Mapping[str, str | int] | None = None
    body: object = None
    content: bytes | None = None
    files: Mapping[str, Any] | None = None
    fields: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    repeatable: bool = False


class Connection:
    """Asks one studio, again where that does no harm: after silence, a gateway's error, or 429 with its `Retry-After`.

    `patience`: seconds that one request is tried for. `sleep` and `transport` are for tests.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: float = PATIENCE,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url, self.patience, self.sleep = address(url), patience, sleep
        self._http = httpx.Client(
            base_url=self.url + API,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            timeout=TIMEOUT,
            transport=transport,
        )

    def close(self) -> None:
        self._http.close()

    # what is asked

    def get(self, path: str, *, patience: float | None = None, **params: str | int) -> Answer:
        """An object."""
        return Answer(self._json(Ask("GET", path, params or None, repeatable=True), patience), path)

    def get_list(self, path: str) -> list[Answer]:
        """A list that comes whole."""
        return many(self._json(Ask("GET", path, repeatable=True)), path)

    def pages(self, path: str, limit: int = 100) -> Iterator[Answer]:
        """A list that comes in pages, one after the other as it is read."""
        page = self.get(path, limit=limit)
        while True:
            yield from page.many("results")
            further = page.text_or_none("next")
            if further is None:
                return
            cursor: dict[str, str | int] = dict(
                httpx.URL(further).params
            )  # only this: the way to the server is ours to know
            page = Answer(self._json(Ask("GET", path, cursor, repeatable=True)), path)

    def post(self, path: str, body: object = None, *, key: str = "", repeatable: bool = False) -> Answer:
        """Make or ask for something. `key`: an Idempotency-Key, with which the same request makes one thing."""
        headers = {"Idempotency-Key": key} if key else None
        return Answer(
            self._json(Ask("POST", path, body=body, headers=headers, repeatable=repeatable or bool(key))), path
        )

    def answer(self, ask: Ask) -> Answer:
        """The object that answers a request."""
        return Answer(self._json(ask), ask.path)

    def send(self, ask: Ask, patience: float | None = None) -> httpx.Response:
        """The answer to a request. Raises what `_trouble` makes of one that is an error, Unreachable after all patience."""
        return self._tried(ask, self.patience if patience is None else patience, stream=False)

    @contextmanager
    def stream(self, path: str, *, since: int = 0) -> Iterator[httpx.Response]:
        """A download, or the part of it after `since` bytes. Once it has begun it is not tried again here: see `downloads`."""
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={since}-"} if since else {})}
        response = self._tried(Ask("GET", path, headers=headers, repeatable=True), self.patience, stream=True)
        try:
            yield response
        except httpx.TransportError as error:
            raise self._silent(error) from error
        finally:
            response.close()

    def _tried(self, ask: Ask, patience: float, *, stream: bool) -> httpx.Response:
        left = _Patience(patience, self.sleep)
        while True:
            try:
                response = self._http.send(self._request(ask), stream=stream)
                if not response.is_success:
                    response.read()
            except httpx.TransportError as error:
                if not (ask.repeatable or isinstance(error, NOT_SENT)) or not left.wait():
                    raise self._silent(error) from error
                continue
            if response.is_success:
                return response
            again = response.status_code == TOO_MANY or (ask.repeatable and response.status_code in AWAY)
            if not again or not left.wait(_retry_after(response)):
                raise self._trouble(response)

    def _request(self, ask: Ask) -> httpx.Request:
        return self._http.build_request(
            ask.method,
            ask.path,
            params=ask.params,
            json=ask.body,
            content=ask.content,
            files=ask.files,
            data=ask.fields,
            headers=ask.headers,
        )

    def _json(self, ask: Ask, patience: float | None = None) -> object:
        response = self.send(ask, patience)
        try:
            found: object = response.json()
        except ValueError as error:
            raise WrongAnswer(f"{self.url} answered no JSON to {ask.path}; is it a Spacewright studio?") from error
        return found

    # what goes wrong

    def _silent(self, error: Exception) -> Unreachable:
        return Unreachable(f"nobody answers at {self.url} ({error or type(error).__name__}); is the studio running?")

    def _trouble(self, response: httpx.Response) -> SpacewrightError:
        """An error of the server as one of ours, in its own words where it gave any."""
        status, slug, detail = response.status_code, "error", ""
        if response.headers.get("content-type", "").startswith("application/problem+json"):
            try:
                problem = Answer(response.json(), "problem")
                slug, detail = problem.text("type").rpartition(":")[2], problem.text("detail")
            except (ValueError, WrongAnswer):
                detail = ""
        if response.is_redirect:
            target = response.headers.get("location", "elsewhere")
            return Unreachable(f"{self.url} sends on to {target}; log in with that address")
        if status == 401:
            return NotLoggedIn(f"{detail or 'the server does not know the token'}; log in again: spacewright login")
        if status == 403:
            return NotLoggedIn(detail or "the token's user may not do this")
        if status in AWAY:
            return Unreachable(detail or f"{self.url} is away just now ({status}); try again")
        return Refused(status, slug, detail or f"{self.url} answered {status} {response.reason_phrase}")


class _Patience:
    """How long a request is tried for: pauses that grow, and an end."""

    def __init__(self, seconds: float, sleep: Callable[[float], None]) -> None:
        self._left, self._sleep, self._pause = seconds, sleep, FIRST_PAUSE

    def wait(self, asked: float | None = None) -> bool:
        """Wait before the next try, as long as the server asked for; False where patience does not last so long."""
        pause = self._pause if asked is None else asked
        if pause > self._left:
            return False
        self._left -= max(pause, 0.05)
        self._sleep(pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return True


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds that the server asks to wait: a number, or a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return max(0.0, (until.astimezone(UTC) - datetime.now(UTC)).total_seconds())
