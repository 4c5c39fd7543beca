"""A real worker killed while it checks: another takes the upload back, and nothing is left behind."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.chaos.harness import until
from tests.webapp.datasets.conftest import Sender
from tests.webapp.datasets.pictures import birds, zipped
from tests.webapp.datasets.test_check import left
from tests.webapp.processes import Broker, Sweeper, Workers
from webapp.datasets.models import DatasetVersion, Upload

pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def files(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the workers' own settings put them."""
    settings.FILES = tmp_path / "files"
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "files" / "data"))
    return tmp_path / "files"


@pytest.fixture
def sweeper(broker: Broker, tmp_path: Path) -> Iterator[Sweeper]:
    made = Sweeper(broker, tmp_path)
    yield made
    made.kill()


@pytest.mark.usefixtures("sweeper")
def test_an_upload_whose_worker_is_killed_while_it_checks_is_ready_all_the_same(
    sender: Sender, workers: Workers, files: Path
) -> None:
    sent = sender.send("birds", ("birds.zip", zipped(birds(1500))))
    upload = Upload.objects.get(pk=sent["id"])
    first = workers.start()

    def half_written() -> bool:
        return any(path.stat().st_size > 0 for path in files.rglob("*.partial/*")) if files.exists() else False

    until(half_written, "a check that has begun to write", workers.log)
    first.signal(signal.SIGKILL)
    assert Upload.objects.get(pk=upload.pk).status == "checking"
    workers.start()
    until(lambda: Upload.objects.get(pk=upload.pk).status == "ready", "the second attempt", workers.log)
    upload.refresh_from_db()
    assert (upload.attempt, upload.deaths) == (2, 1)
    version = DatasetVersion.objects.get(pk=upload.version_id)
    assert version.facts["images"] == 3000
    assert {Path(name).parts[0:2] for name in left(files)} == {
        ("uploads", str(upload.pk)),
        ("data", version.sha256),
    }
    assert [name for name in left(files) if "uploads" in name] == [f"uploads/{upload.pk}/original/train/birds.zip"]
    shutil.rmtree(files)
