"""`manage.py doctor`, as a person and as a script call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.webapp.processes import ROOT, Broker, environment
from webapp.doctor.examination import examined
from webapp.doctor.finding import Check, Finding
from webapp.launch.refusal import CannotStart
from webapp.runs.services.presence import say_alive

HANG = 300  # seconds


def called(env: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "doctor", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=HANG, check=False)


def test_a_healthy_installation(broker: Broker, tmp_path: Path, transactional_db: None) -> None:  # noqa: ARG001
    say_alive({"here/cpu": 1.0, "here/short": 1.0})
    env = environment(broker, tmp_path, DEVICES="cpu")
    answer = called(env, "--json")
    told = json.loads(answer.stdout)
    assert (answer.returncode, told["healthy"]) == (0, True), answer.stdout + answer.stderr
    assert {one["state"] for one in told["checks"]} == {"ok"}


def test_a_sick_one_is_told_in_lines_and_by_the_exit_code(
    broker: Broker,
    tmp_path: Path,
    transactional_db: None,  # noqa: ARG001
) -> None:
    broker.client.config_set("maxmemory-policy", "volatile-lru")
    answer = called(environment(broker, tmp_path, DEVICES="cpu", HOST="0.0.0.0"))
    assert answer.returncode == 1
    assert answer.stderr == ""
    assert "ok     database\n" in answer.stdout
    assert "WRONG  broker: Redis may throw messages away" in answer.stdout
    assert "WRONG  workers: no worker is alive that trains" in answer.stdout
    assert "WRONG  hosts: the pages are served at HOST=0.0.0.0" in answer.stdout
    assert answer.stdout.count("\n       cure: ") == 3
    assert answer.stdout.endswith("\n3 found\n")


def test_without_tables_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    env = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/new.sqlite", "VAR_DIR": str(tmp_path), "DEVICES": "cpu"}
    answer = called(env, "--json")
    told = {one["check"]: one for one in json.loads(answer.stdout)["checks"]}
    assert answer.returncode == 1
    assert told["migrations"]["state"] == "wrong"
    assert (told["workers"]["state"], told["workers"]["skipped"]) == ("skipped", "migrations")
    assert told["storage"]["state"] == "ok"


def test_the_command_itself_never_imports_torch(tmp_path: Path) -> None:
    code = (
        "import django, sys; django.setup(); from webapp.doctor.checks import devices; list(devices.devices());"
        "import webapp.doctor.management.commands.doctor; assert 'torch' not in sys.modules"
    )
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "webapp.settings", "VAR_DIR": str(tmp_path), "DEVICES": "cpu"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, timeout=HANG)


def test_a_check_that_fails_itself_is_told_and_the_next_is_looked_at() -> None:
    def breaks() -> Iterator[Finding]:
        yield Finding("one thing", "its cure")
        raise ValueError("two\nlines")

    found = list(examined([Check("a", breaks), Check("b", lambda: [], needs=("a",)), Check("c", lambda: [])]))
    assert [one.state for one in found] == ["wrong", "skipped", "ok"]
    assert "ValueError: two lines" in found[0].findings[0].wrong


def test_a_launchers_sentence_is_parted_at_its_last_semicolon() -> None:
    found = Finding.of(CannotStart("The port is taken (by 7; by 8); end it."))
    assert (found.wrong, found.cure) == ("The port is taken (by 7; by 8)", "end it")
