"""Uploads are checked by a worker: ready with a version, refused with a sentence, taken back when the worker is lost."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from nas_engine.data import Packed, shelf
from tests.webapp.conftest import Messages
from tests.webapp.datasets.conftest import BASE, Sender
from tests.webapp.datasets.pictures import birds, zipped
from webapp.datasets import heartbeat
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.datasets.services import check, sweep
from webapp.datasets.services.check import check_upload
from webapp.datasets.services.claim import claim, take_back
from webapp.datasets.services.sweep import sweep_uploads
from webapp.datasets.store import upload_folder


def left(files: Path) -> list[str]:
    """Every file below FILES, the lock apart."""
    return sorted(str(path.relative_to(files)) for path in files.rglob("*") if path.is_file() and path.name != ".lock")


def test_an_upload_becomes_a_version_that_the_engine_finds(sender: Sender, messages: Messages) -> None:
    sent = sender.send("birds", ("birds.zip", zipped(birds())), ("test.zip", zipped(birds(2, 500)), "test"))
    assert sent["status"] == "queued"
    messages.drain()
    upload = Upload.objects.get()
    assert (upload.status, upload.failure) == ("ready", "")
    version = DatasetVersion.objects.get(dataset__name="birds")
    assert upload.version == version
    assert version.facts["images"] == 16
    assert version.report["classes"] == ["hens", "owls"]
    assert version.report["counts"] == {"train": [6, 6], "test": [2, 2]}
    found = shelf().find(version.sha256)
    assert found.index.recipe() == version.facts["recipe"]
    assert found.images("train").shape == (12, 8, 8, 1)
    kept = upload_folder(upload.pk) / "original"
    assert sorted(path.name for path in kept.rglob("*.zip")) == ["birds.zip", "test.zip"]
    assert sorted(path.name for path in upload_folder(upload.pk).iterdir()) == ["original"]


def test_the_same_content_again_is_the_same_version_and_takes_no_more_room(
    sender: Sender, messages: Messages, files: Path
) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    messages.drain()
    before = left(files)
    sender.send("birds", ("again.zip", zipped(birds())))
    messages.drain()
    assert Upload.objects.filter(status="ready").count() == 2
    assert DatasetVersion.objects.filter(dataset__name="birds").count() == 1
    assert left(files) == before


def test_refused_files_leave_a_sentence_and_nothing_else(sender: Sender, messages: Messages, files: Path) -> None:
    sender.send("birds", ("birds.zip", zipped(birds(classes=("hens",)))))
    messages.drain()
    upload = Upload.objects.get()
    assert upload.status == "refused"
    assert "birds.zip" in upload.failure
    assert "'hens'" in upload.failure
    assert left(files) == []
    assert sender.client.get(f"{BASE}/uploads/{upload.pk}/").json()["failure"] == upload.failure
    sender.send("birds", ("birds.zip", zipped(birds())))  # a second try takes the place of the first
    messages.drain()
    assert [row.status for row in Upload.objects.all()] == ["ready"]


def test_an_upload_is_claimed_once_and_a_doubled_message_changes_nothing(sender: Sender, messages: Messages) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    upload = Upload.objects.get()
    assert claim(upload.pk, "one") is not None
    assert claim(upload.pk, "two") is None
    check_upload(upload.pk, "two")
    upload.refresh_from_db()
    assert (upload.status, upload.owner, upload.attempt) == ("checking", "one", 1)
    assert messages.waiting


def test_a_worker_that_lost_its_lease_writes_nothing_and_another_goes_on(
    sender: Sender, messages: Messages, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    original = check._keep

    def slow(upload: Upload, report: Any) -> None:
        Upload.objects.filter(pk=upload.pk).update(heartbeat=timezone.now() - timedelta(hours=1))
        assert sweep_uploads()["reclaimed"] == 1
        original(upload, report)

    monkeypatch.setattr(check, "_keep", slow)
    messages.take()
    upload = Upload.objects.get()
    assert (upload.status, upload.deaths) == ("queued", 1)
    assert not DatasetVersion.objects.filter(dataset__team__isnull=False).exists()
    assert [name for name in left(files) if "original" not in name] == []
    monkeypatch.setattr(check, "_keep", original)
    messages.drain()
    upload.refresh_from_db()
    assert (upload.status, upload.attempt) == ("ready", 2)


def test_the_third_worker_that_is_lost_refuses_the_upload(sender: Sender, messages: Messages, files: Path) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    upload = Upload.objects.get()
    from django.db.models import Q

    for turn in range(3):
        assert claim(upload.pk, f"host/{turn}") is not None
        assert take_back(Q(owner=f"host/{turn}")) == 1
    upload.refresh_from_db()
    assert upload.status == "refused"
    assert "3 workers were lost" in upload.failure
    assert left(files) == []
    assert len(messages.waiting) == 3


def test_a_stopping_worker_hands_the_check_back(
    sender: Sender, messages: Messages, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    monkeypatch.setattr(heartbeat, "stopping", lambda: True)
    messages.take()
    upload = Upload.objects.get()
    assert (upload.status, upload.deaths, upload.owner) == ("queued", 0, "")
    assert len(messages.waiting) == 1
    assert [name for name in left(files) if "original" not in name] == []


def test_a_cancelled_upload_stops_its_check(
    sender: Sender, messages: Messages, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    upload = Upload.objects.get()
    original = check.pack

    def cancelled(*arguments: Any, **options: Any) -> Any:
        assert sender.client.delete(f"{BASE}/uploads/{upload.pk}/").status_code == 204
        return original(*arguments, **options)

    monkeypatch.setattr(check, "pack", cancelled)
    messages.take()
    assert not Upload.objects.exists()
    assert not Dataset.objects.filter(team__isnull=False).exists()
    assert left(files) == []


def test_an_error_of_ours_is_told_without_its_trace(
    sender: Sender, messages: Messages, monkeypatch: pytest.MonkeyPatch, files: Path
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("a secret path")

    sender.send("birds", ("birds.zip", zipped(birds())))
    monkeypatch.setattr(check, "pack", broken)
    messages.take()
    upload = Upload.objects.get()
    assert upload.status == "refused"
    assert "error of ours" in upload.failure
    assert "secret" not in upload.failure
    assert left(files) == []


def test_the_sweeper_sends_again_expires_and_clears_what_has_no_row(
    sender: Sender, messages: Messages, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    sender.begin("cats", ("cats.zip", 3))
    messages.waiting.clear()
    assert sum(sweep_uploads().values()) == 0
    Upload.objects.filter(status="queued").update(queued=timezone.now() - timedelta(minutes=1))
    Upload.objects.filter(status="receiving").update(expires=timezone.now() - timedelta(minutes=1))
    stray = files / "uploads" / "00000000-0000-4000-8000-000000000000"
    stray.mkdir(parents=True)
    shelved = files / "data" / ("0" * 64)
    shelved.mkdir(parents=True)
    long_ago = time.time() - 7200
    for path in (stray, shelved):
        os.utime(path, (long_ago, long_ago))
    done = sweep_uploads()
    assert (done["sent"], done["removed"]) == (1, 3)
    assert not stray.exists()
    assert not shelved.exists()
    assert not Dataset.objects.filter(name="cats").exists()
    messages.drain()
    monkeypatch.setattr(sweep, "ORPHAN_SECONDS", -1.0)  # everything is old
    assert sweep_uploads()["removed"] == 0
    assert isinstance(
        Packed(shelf().place(DatasetVersion.objects.get(dataset__name="birds").sha256)).labels("train"), np.ndarray
    )


def test_a_side_resizes_every_image(sender: Sender, messages: Messages) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())), side=4)
    messages.drain()
    facts = DatasetVersion.objects.get(dataset__name="birds").facts
    assert (facts["height"], facts["width"]) == (4, 4)
