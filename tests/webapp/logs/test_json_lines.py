"""One JSON object a line, whatever is said."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.processes import ROOT
from webapp.launch.log import say

log = logging.getLogger("webapp.tests")
Logged = Callable[[], list[dict[str, Any]]]


def test_a_line_says_when_how_grave_who_and_what(logged: Logged) -> None:
    log.warning("a %s,\nof two lines", "text")
    (line,) = logged()
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "webapp.tests", r"a text,\nof two lines")
    assert abs(datetime.fromisoformat(line["time"]) - datetime.now(tz=UTC)) < timedelta(minutes=1)


def test_a_trace_is_in_its_line(logged: Logged) -> None:
    try:
        raise ValueError("of ours")
    except ValueError:
        log.exception("it failed")
    (line,) = logged()
    assert line["exc_info"].lstrip().startswith("Traceback")
    assert line["exc_info"].endswith("ValueError: of ours")


def test_what_a_library_hangs_on_a_record_stays_out(logged: Logged) -> None:
    log.warning("a request", extra={"request": "with its cookies", "status_code": 500})
    assert set(logged()[0]) == {"time", "level", "logger", "message"}


def test_a_process_that_is_told_to_logs_objects_and_nothing_else(tmp_path: Path) -> None:
    """Web, workers and sweeper take their logging from the same settings."""
    code = (
        "import logging; logging.getLogger('webapp.x').info('mine'); logging.getLogger('elsewhere').error('theirs');"
        "logging.getLogger('django.request').error('Djangos'); logging.getLogger('uvicorn.error').error('the servers')"
    )
    env = {**os.environ, "VAR_DIR": str(tmp_path), "LOG_FORMAT": "json", "LOG_LEVEL": "info", "NODE": "here/cpu"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=120)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["message"] for line in lines] == ["mine", "theirs", "Djangos", "the servers"]
    assert {line["worker"] for line in lines} == {"here/cpu"}


def test_the_launcher_passes_objects_on_and_makes_one_of_everything_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "json")
    say('{"message": "a workers"}', "worker-cpu")
    say("Ready to accept connections", "redis")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first == {"message": "a workers"}
    assert (second["process"], second["message"]) == ("redis", "Ready to accept connections")


def test_in_lines_the_launcher_says_whose_each_is(capsys: pytest.CaptureFixture[str]) -> None:
    say("Stopped.")
    say("Ready", "redis")
    assert capsys.readouterr().out == "Stopped.\nredis        | Ready\n"
