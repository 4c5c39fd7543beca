"""What the studio lacks before it can take requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from tests.webapp.processes import Broker, free_port
from webapp.environment import environment
from webapp.operations import views
from webapp.operations.readiness import Readiness

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, broker: Broker) -> None:
    """Each test's own looks, on a Redis of its own."""
    monkeypatch.setattr(environment, "redis_url", broker.url)
    monkeypatch.setattr(environment, "__pydantic_fields_set__", environment.model_fields_set | {"redis_url"})
    monkeypatch.setattr(views, "readiness", Readiness())


def asked(status: int, **more: Any) -> dict[str, Any]:
    answer = Client().get("/health/ready/", **more)
    assert answer.status_code == status, answer.content
    return dict(answer.json())


def missing() -> list[str]:
    return [one["check"] for one in asked(503)["missing"]]


def test_a_studio_that_has_everything_is_ready() -> None:
    assert asked(200) == {"status": "ready", "missing": []}


def test_a_redis_that_is_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "redis_url", f"redis://127.0.0.1:{free_port()}/0")
    assert missing() == ["broker"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").touch()
    settings.FILES = tmp_path / "file"
    assert missing() == ["storage"]


@pytest.fixture
def unmigrated(transactional_db: None) -> Iterator[None]:  # noqa: ARG001 - the database comes first
    """The last migration of runs as if it had not been."""
    applied = MigrationRecorder(connection).migration_qs.filter(app="runs").order_by("name").last()
    assert applied is not None
    name = applied.name
    applied.delete()
    yield
    MigrationRecorder(connection).record_applied("runs", name)


@pytest.mark.usefixtures("unmigrated")
def test_a_migration_that_was_not_applied_is_named() -> None:
    assert missing() == ["migrations"]


def test_a_stranger_hears_that_it_is_not_ready_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "redis_url", f"redis://127.0.0.1:{free_port()}/0")
    assert asked(503, REMOTE_ADDR="10.0.0.1") == {"status": "not ready"}


def test_one_look_answers_all_who_ask_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asked(200)["missing"] == []
    monkeypatch.setattr(environment, "redis_url", f"redis://127.0.0.1:{free_port()}/0")
    assert asked(200)["missing"] == []
