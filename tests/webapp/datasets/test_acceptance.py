"""CIFAR-10 as JPEG archives: uploaded and checked by a real worker, in time and in bounded memory."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.chaos.harness import until
from tests.webapp.datasets.conftest import Sender
from tests.webapp.launch.conftest import below
from tests.webapp.processes import ROOT, Workers
from webapp.datasets.models import DatasetVersion, Upload

IMAGES = ROOT.parent / "shared" / "data" / "images"
TRAIN, TEST = (IMAGES / f"cifar10-jpeg-{split}.tar.xz" for split in ("train", "test"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.shared_data,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not TRAIN.exists(), reason=f"there is no {TRAIN}"),
]


@pytest.fixture
def files(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the worker's own settings put them."""
    settings.FILES = tmp_path / "files"
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "files" / "data"))
    return tmp_path / "files"


class Peak(threading.Thread):
    """The most memory that any process below one had, in MB, by the kernel's own mark; and the longest computing, in seconds."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.most, self.busy, self.over = pid, 0.0, 0.0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.5):
            for one in (self.pid, *below(self.pid)):
                try:
                    lines = Path(f"/proc/{one}/status").read_text().splitlines()
                    ticks = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[11:13]
                except OSError:
                    continue
                marks = [float(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")]
                self.most = max([self.most, *marks])
                self.busy = max(self.busy, sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"))


@pytest.mark.usefixtures("files")
def test_cifar_is_ready_within_two_minutes_and_500_mb(
    sender: Sender, workers: Workers, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = workers.start(LEASE_SECONDS="30", HEARTBEAT_SECONDS="5")
    peak = Peak(worker.pid)
    peak.start()
    began = time.monotonic()
    content = {"train": TRAIN.read_bytes(), "test": TEST.read_bytes()}
    announced = [(path.name, len(content[split]), split) for path, split in ((TRAIN, "train"), (TEST, "test"))]
    part = 8 * 2**20
    for row in sender.begin("cifar", *announced).json()["files"]:
        for offset in range(0, row["size"], part):
            sent = sender.patch(row["url"], offset, content[row["split"]][offset : offset + part])
            assert sent.status_code == 204
    until(lambda: Upload.objects.get().status in ("ready", "refused"), "the check", workers.log)
    seconds = time.monotonic() - began
    peak.over.set()
    worker.signal(signal.SIGTERM)
    assert Upload.objects.get().failure == ""
    version = DatasetVersion.objects.get(dataset__name="cifar")
    with capsys.disabled():
        print(f"\nCIFAR-10: ready after {seconds:.0f} s ({peak.busy:.0f} s of computing), {peak.most:.0f} MB at most")
    assert version.facts["splits"] == {"train": 50_000, "test": 10_000}
    assert (version.facts["classes"], version.facts["height"], version.facts["channels"]) == (10, 32, 3)
    assert peak.most < 500
    assert min(seconds, peak.busy) < 120  # a machine that has other things to do lends less of itself
