"""A studio that answers as a test tells it to, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from spacewright import Client

URL, TOKEN = "https://studio.example", "spacewright_secret"
TIME = "2030-01-01T12:00:00+00:00"
STUDY, RUN = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
Answers = Callable[[httpx.Request], httpx.Response]


def ok(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


def problem(status: int, detail: str, slug: str = "refused", **headers: str) -> httpx.Response:
    body = {"type": f"urn:spacewright:{slug}", "title": "No", "status": status, "detail": detail}
    return httpx.Response(
        status, content=json.dumps(body), headers={"Content-Type": "application/problem+json", **headers}
    )


def run(**more: Any) -> dict[str, Any]:
    """A run as the studio says it."""
    plain = {"status": "running", "shown": "running", "reason": "", "slots": 1, "last_seq": 0, "ended": None}
    return {"id": RUN, "study": STUDY, "wanted": "run", "created": TIME, "extends": None, **plain, **more}


def study(**more: Any) -> dict[str, Any]:
    """A study as the studio says it."""
    known = {"id": STUDY, "name": "first", "team": "33333333-3333-4333-8333-333333333333", "created": TIME}
    return {**known, "recipe": {"pipeline": [{}, {}]}, "runs": [run()], "run_count": 1, **more}


def event(seq: int, kind: str = "warned", **payload: Any) -> dict[str, Any]:
    return {"seq": seq, "key": f"key-{seq}", "kind": kind, "payload": payload, "at": TIME}


def snapshot(**more: Any) -> dict[str, Any]:
    """What the studio says that a run's page shows."""
    empty: dict[str, Any] = {"searches": [], "best": None, "counts": {"scored": 0, "failed": {}}, "comparison": None}
    stages = [
        {"number": 0, "name": "evolve", "state": "finished"},
        {"number": 1, "name": "search", "state": "running"},
    ]
    return {
        **{"run": RUN, "seq": 5, "name": "first", "shown": "running", "reason": "", "stages": stages, "gauges": []},
        **empty,
        **more,
    }


class Studio:
    """Answers by method and path: one answer always, or a list of them one after the other. It keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, list[object]] = {}
        self.asked: list[httpx.Request] = []
        self.slept: list[float] = []

    def says(self, asked: str, *answers: object) -> None:
        """`asked` is like 'GET /me/'; the last answer holds for ever. An exception is raised, as a broken line would be."""
        self.answers[asked] = list(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        assert request.headers["Authorization"] == f"Bearer {TOKEN}"
        path = request.url.path.removeprefix("/api/v1")
        waiting = self.answers.get(f"{request.method} {path}")
        if waiting is None:
            return problem(404, "there is nothing here, or not for you", "not-found")
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):  # a fresh one each time: a response is read once
            return httpx.Response(found.status_code, headers=found.headers, content=found.content)
        assert callable(found)
        answer = found(request)
        assert isinstance(answer, httpx.Response)
        return answer

    def names(self) -> list[str]:
        return [f"{request.method} {request.url.path.removeprefix('/api/v1')}" for request in self.asked]


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def client(studio: Studio) -> Iterator[Client]:
    with Client(URL, TOKEN, transport=httpx.MockTransport(studio), sleep=studio.slept.append) as made:
        yield made


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees the login of whoever runs it."""
    for name in ("SPACEWRIGHT_URL", "SPACEWRIGHT_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config"
