"""A queue that tests can look into, and small runs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.processes import Broker, Workers
from webapp import queueing
from webapp.accounts.models import Team
from webapp.datasets.services.check import check_upload
from webapp.runs.models import Run
from webapp.runs.services.advance import advance_run
from webapp.runs.services.control import start_run
from webapp.runs.services.perform import perform_work
from webapp.studies.models import Study
from webapp.webhooks.services.deliver import deliver

EXAMPLES = Path(__file__).parents[2] / "examples"
DRAWS: dict[str, Any] = {
    "version": 1,
    "name": "three draws",
    "seed": 3,
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "operators": ["mb3_e2", "skip"], "skeleton": "tiny"},
    "pipeline": [
        {
            "kind": "search",
            "strategy": {"kind": "random", "draws": 3},
            "estimator": {"kind": "from_scratch", "epochs": 1},
        }
    ],
}


class Messages:
    """What was sent and not yet taken. Tests take, drop, double and reorder."""

    def __init__(self) -> None:
        self.waiting: list[tuple[str, str]] = []

    def send(self, name: str, identity: str) -> None:
        self.waiting.append((name, identity))

    def take(self, number: int = 0) -> None:
        """Do what one message asks for."""
        name, identity = self.waiting.pop(number)
        {
            "runs.advance_run": advance_run,
            "runs.perform_work": lambda work: perform_work(work, "tests"),
            "datasets.check_upload": lambda upload: check_upload(upload, "tests"),
            "webhooks.deliver": deliver,
        }[name](identity)

    def drain(self) -> None:
        while self.waiting:
            self.take()


@pytest.fixture
def messages(monkeypatch: pytest.MonkeyPatch) -> Messages:
    kept = Messages()
    monkeypatch.setattr(queueing, "_send", kept.send)
    monkeypatch.setattr(queueing, "_counted", lambda _: 0)  # what waits here may be as good as lost
    return kept


@pytest.fixture(autouse=True)
def no_rate_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests ask faster than people, and a Redis that happens to be there is not theirs."""
    monkeypatch.setattr("webapp.api.limits.counter.add", lambda _: None)


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """A hash that is slow on purpose is half a second a user."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def static_files_when_asked_for(settings: Any) -> None:
    """Else each client that a test makes looks through all of them first: a tenth of a second."""
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.FILES = tmp_path / "files"
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "files" / "data"))
    return tmp_path / "files"


@pytest.fixture
def study(transactional_db: None) -> Study:  # noqa: ARG001 - the database comes first
    team = Team.objects.create(name="team")
    return Study.objects.create(team=team, name="three draws", recipe=DRAWS)


@pytest.fixture
def tiny(transactional_db: None) -> Study:  # noqa: ARG001 - the database comes first
    team = Team.objects.create(name="team")
    recipe = json.loads((EXAMPLES / "tiny.json").read_text())
    return Study.objects.create(team=team, name="tiny", recipe=recipe)


@pytest.fixture
def run(study: Study, messages: Messages) -> Run:  # noqa: ARG001 - sends must be caught from the start
    return start_run(study)


@pytest.fixture
def broker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Broker]:
    """A Redis of the test's own, to which this process sends too."""
    made = Broker(tmp_path)
    monkeypatch.setattr("webapp.queueing.app.conf.broker_url", made.url)
    monkeypatch.setattr("webapp.queueing.app._pool", None)  # connections that an earlier test made to another Redis
    monkeypatch.setattr("webapp.queueing.app.amqp._producer_pool", None)
    yield made
    made.stop()


@pytest.fixture
def workers(broker: Broker, tmp_path: Path) -> Iterator[Workers]:
    """No worker yet; the test starts them."""
    made = Workers(broker, tmp_path)
    yield made
    made.kill()
