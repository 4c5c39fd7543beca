"""The Makefile explains itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()


def listed(*targets: str) -> str:
    """What make prints for the targets; none is the default one."""
    command = ["make", "--no-print-directory", *targets]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def test_help_lists_every_documented_target_with_its_text() -> None:
    documented = dict(re.findall(r"^([\w.-]+):.*?## (.+)$", MAKEFILE, flags=re.MULTILINE))
    assert {"acceptance", "check", "clean", "format", "help", "test"} <= documented.keys()
    shown = dict(line.split(maxsplit=1) for line in listed("help").splitlines())
    assert shown == documented


def test_every_target_that_a_person_may_call_is_documented() -> None:
    phony = {name for line in re.findall(r"^\.PHONY:(.*)$", MAKEFILE, flags=re.MULTILINE) for name in line.split()}
    documented = set(re.findall(r"^([\w.-]+):.*?## ", MAKEFILE, flags=re.MULTILINE))
    assert phony == documented


def test_make_alone_shows_the_help() -> None:
    assert listed() == listed("help")
