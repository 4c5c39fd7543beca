"""The commands that containers are watched and stopped by."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from tests.webapp.processes import Broker, Process, environment
from webapp.environment import environment as settings
from webapp.launch.refusal import CannotStart
from webapp.launch.workers import node, queues_of
from webapp.runs.models import Worker
from webapp.runs.services.presence import say_alive

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_a_sweeper_marks_its_sweeps_and_ends_softly(broker: Broker, tmp_path: Path) -> None:
    mark = tmp_path / "swept"
    sweeper = Process(["manage.py", "sweep", "--mark", str(mark)], environment(broker, tmp_path), tmp_path / "log")
    try:
        deadline = time.monotonic() + 120
        while not mark.exists():
            assert time.monotonic() < deadline, (tmp_path / "log").read_text()
            time.sleep(0.05)
        sweeper.signal(signal.SIGTERM)
        assert sweeper._popen.wait(60) == 0
    finally:
        sweeper.kill()


def test_a_sweep_that_fails_leaves_no_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr("webapp.runs.management.commands.sweep.sweep", away)
    with pytest.raises(OperationalError):
        call_command("sweep", once=True, mark=tmp_path / "swept")
    assert not (tmp_path / "swept").exists()


def test_a_machines_workers_are_alive_while_all_of_them_are_heard_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "devices", "cpu")
    say_alive({node("cpu"): 1.0, "elsewhere/short": 1.0})
    with pytest.raises(CommandError, match=f"not heard of for 20 seconds: {node('short')}$"):
        call_command("alive")
    say_alive({node("short"): 1.0})
    call_command("alive")
    assert capsys.readouterr().out == "alive\n"
    Worker.objects.filter(name=node("cpu")).update(seen=timezone.now() - timedelta(minutes=1))
    with pytest.raises(CommandError, match=node("cpu")):
        call_command("alive")


@pytest.mark.parametrize(
    ("queues", "labels"),
    [("short,device", ["short", "cpu", "cpu-2"]), ("short", ["short"]), (" device ", ["cpu", "cpu-2"])],
)
def test_a_machine_has_workers_for_the_queues_that_are_named(queues: str, labels: list[str]) -> None:
    chosen = settings.model_copy(update={"queues": queues, "devices": "cpu,cpu"})
    assert [device.label for device in queues_of(chosen)] == labels


@pytest.mark.parametrize("queues", ["", "long", "short;device"])
def test_a_queue_that_is_none_is_refused_by_name(queues: str) -> None:
    with pytest.raises(CannotStart, match=f"QUEUES is '{queues}'"):
        queues_of(settings.model_copy(update={"queues": queues}))
