"""Malformed uploads over REST: each is refused with a sentence that names the file, and nothing is left of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from nas_engine.data import Limits
from tests.malformed import DAMAGED, MALFORMED, Damaged, Malformed
from tests.webapp.conftest import Messages
from tests.webapp.datasets.conftest import Sender
from tests.webapp.datasets.test_check import left
from webapp.datasets.models import DatasetVersion, Upload
from webapp.datasets.services import check


@pytest.mark.parametrize("one", MALFORMED, ids=lambda one: one.name)
def test_a_malformed_upload_is_refused_by_name_and_leaves_nothing(
    one: Malformed, sender: Sender, messages: Messages, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "_limits", lambda _: replace(Limits(), **one.limits))
    begun = sender.begin("theirs", (one.name, len(one.data)))
    if begun.status_code == 201:
        sender.send("theirs", (one.name, one.data))
        messages.drain()
        upload = Upload.objects.get()
        assert upload.status == "refused"
        assert re.search(one.said, upload.failure)
        said = upload.failure
    else:
        assert begun.status_code == 400
        said = begun.json()["detail"]
    assert one.name in said
    assert "error of ours" not in said
    assert not DatasetVersion.objects.filter(dataset__team__isnull=False).exists()
    assert left(files) == []


@pytest.mark.parametrize("one", DAMAGED, ids=lambda one: one.name)
def test_an_archive_with_broken_files_is_ready_and_its_report_counts_them(
    one: Damaged, sender: Sender, messages: Messages
) -> None:
    sender.send("theirs", (one.name, one.data))
    messages.drain()
    assert Upload.objects.get().failure == ""
    report = DatasetVersion.objects.get(dataset__name="theirs").report
    assert report["failed"] == one.failed
    assert report["remarks"]
