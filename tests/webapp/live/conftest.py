"""A user who may watch, and a channel layer without Redis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.live.processes import Web
from tests.webapp.processes import Broker
from webapp.accounts.models import Membership, User
from webapp.accounts.services.tokens import make_token
from webapp.live.broadcast import Broadcaster
from webapp.runs.models import Run


@pytest.fixture
def layer(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is told but what a test tells, and no pulse comes between."""
    monkeypatch.setattr("webapp.live.consumer.PULSE", 3600.0)
    monkeypatch.setattr("webapp.live.consumer.REST", 3600.0)
    monkeypatch.setattr("webapp.live.consumer.TRUST", 3600.0)
    monkeypatch.setattr("webapp.live.consumer.LiveRun._pause", 3600.0)
    monkeypatch.setattr("webapp.live.broadcast._announce", lambda *_: None)
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}


@pytest.fixture
def user(run: Run) -> User:
    made = User.objects.create_user("someone@example.org", "a long password")
    Membership.objects.create(user=made, team=run.study.team)
    return made


@pytest.fixture
def token(user: User) -> str:
    return make_token(user, "tests")[1]


@pytest.fixture
def redis(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A Redis of the test's own, which this process and `web` use."""
    server = Broker(tmp_path)
    [host] = settings.CHANNEL_LAYERS["default"]["CONFIG"]["hosts"]
    config = {**settings.CHANNEL_LAYERS["default"]["CONFIG"], "hosts": [{**host, "address": server.url}]}
    settings.CHANNEL_LAYERS = {"default": {**settings.CHANNEL_LAYERS["default"], "CONFIG": config}}
    monkeypatch.setattr("webapp.live.broadcast._ours", Broadcaster())
    yield server
    server.stop()


@pytest.fixture
def web(redis: Broker, tmp_path: Path) -> Iterator[Web]:
    server = Web(redis.url, tmp_path)
    yield server
    server.stop()
