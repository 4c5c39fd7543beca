"""How much may be asked, what is said of it, and what happens where Redis is away."""

from __future__ import annotations

import logging
import time
from collections import Counter as Counted
from collections.abc import Sequence

import pytest
from redis import RedisError
from rest_framework.test import APIClient

from tests.webapp.api.conftest import ExactClient, document
from webapp.accounts.services.tokens import make_token
from webapp.api import limits
from webapp.environment import environment


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted[str]:
    """As Redis counts."""
    kept: Counted[str] = Counted()

    def add(keys: Sequence[str]) -> list[int]:
        kept.update(keys)
        return [kept[key] for key in keys]

    monkeypatch.setattr(limits.counter, "add", add)
    monkeypatch.setattr(limits.time, "time", lambda: 1_000_000_060.0)  # within one window
    monkeypatch.setattr(environment, "rate_read", 3)
    monkeypatch.setattr(environment, "rate_write", 1)
    return kept


def test_what_is_left_is_said_and_one_too_many_is_429_until_the_window_is_over(
    viewer: ExactClient, counted: Counted[str]
) -> None:
    answers = [viewer("GET", "/me/") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"read";q=3;w=60'
    assert [one["RateLimit"] for one in answers] == [f'"read";r={left};t=20' for left in (2, 1, 0, 0)]
    assert answers[3]["Retry-After"] == "20"
    assert "Retry-After" not in answers[0]
    assert answers[3].json()["type"] == "urn:spacewright:throttled"
    assert counted


def test_reads_and_writes_tokens_and_users_are_counted_apart(viewer: ExactClient, counted: Counted[str]) -> None:
    assert viewer.user is not None
    assert viewer("POST", "/tokens/", {"name": "one"}).status_code == 201
    assert viewer("POST", "/tokens/", {"name": "two"}).status_code == 429
    assert viewer("GET", "/me/").status_code == 200
    other = ExactClient(viewer.user)
    assert other("POST", "/tokens/", {"name": "three"}).status_code == 201  # another token
    assert ExactClient(viewer.user)("POST", "/tokens/", {"name": "four"}).status_code == 429  # three by one user were
    assert len(counted) == 6


def test_a_browser_is_not_counted_with_its_users_scripts(viewer: ExactClient, counted: Counted[str]) -> None:
    for _ in range(4):
        viewer("GET", "/me/")
    browser = APIClient()
    assert viewer.user is not None
    browser.force_login(viewer.user)
    assert browser.get("/api/v1/me/").status_code == 200
    assert counted


def test_unknown_tokens_are_counted_by_address(
    viewer: ExactClient, counted: Counted[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "rate_unknown", 2)
    guesser = APIClient()
    guesser.credentials(HTTP_AUTHORIZATION="Bearer spacewright_guess")
    assert [guesser.get("/api/v1/me/").status_code for _ in range(3)] == [401, 401, 429]
    assert viewer("GET", "/me/").status_code == 200  # who has a good one, from the same address
    assert counted


def test_previews_and_uploads_have_limits_of_their_own_and_0_is_none(
    editor: ExactClient, counted: Counted[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '"expensive"' in editor("POST", "/preview/", {"recipe": {}})["RateLimit-Policy"]
    upload = editor._client.post("/api/v1/uploads/files/", headers={"Tus-Resumable": "1.0.0"})
    assert '"upload"' in upload["RateLimit-Policy"]
    monkeypatch.setattr(environment, "rate_read", 0)
    assert "RateLimit" not in editor("GET", "/me/")
    assert counted


def test_without_redis_everybody_is_let_through_and_the_log_says_so_once(
    viewer: ExactClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fresh, asked = limits.Counter(), []

    def away() -> None:
        asked.append(time.monotonic())
        raise RedisError("nobody there")

    monkeypatch.setattr(fresh, "_connected", away)
    monkeypatch.setattr(limits, "counter", fresh)
    monkeypatch.setattr(environment, "rate_read", 1)
    with caplog.at_level(logging.WARNING):
        assert [viewer("GET", "/me/").status_code for _ in range(5)] == [200] * 5
    assert len(asked) == 1
    assert sum("rate limits are off" in line for line in caplog.messages) == 1


def test_the_counter_counts_in_redis(broker: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "redis_url", broker.url)  # type: ignore[attr-defined]
    fresh = limits.Counter()
    assert [fresh.add(["a", "b"]), fresh.add(["a"])] == [[1, 1], [2]]
    assert 0 < broker.client.ttl("a") <= 2 * limits.WINDOW  # type: ignore[attr-defined]


def test_every_operation_says_that_it_may_be_too_much() -> None:
    operations = [one for methods in document()["paths"].values() for one in methods.values() if isinstance(one, dict)]
    assert all("429" in one["responses"] for one in operations)


def test_tokens_count_by_their_row(viewer: ExactClient, counted: Counted[str]) -> None:
    assert viewer.user is not None
    make_token(viewer.user, "unused")
    viewer("GET", "/me/")
    assert list(counted.values()) == [1, 1]
