"""pip's usual failures, in a sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.launch.install import reason

SCRIPT = Path(__file__).parents[3] / "webapp/launch/install.py"


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "make room"),
        ("error: [Errno 2] No such file or directory: 'gcc'", "install a C compiler"),
        ("error: command 'gcc' failed: No such file or directory", "install a C compiler"),
        ("error: command '/usr/bin/x86_64-linux-gnu-gcc' failed with exit code 1", "install a C compiler"),
        ("make: gcc: No such file or directory", "install a C compiler"),
        ("/bin/sh: 1: cc: not found", "install a C compiler"),
        ("redis.c:1:10: fatal error: Python.h: No such file or directory", "header files"),
        (
            "Retrying after 'NewConnectionError(...)'\nERROR: Could not find a version that satisfies the requirement torch",
            "check the network",
        ),
        ("ERROR: No matching distribution found for torch==2.13.0", "TORCH_INDEX"),
    ],
)
def test_what_pip_says_has_its_cure(said: str, cure: str) -> None:
    assert cure in str(reason(f"Collecting torch\n{said}\n"))


@pytest.mark.parametrize(
    "said", ["Successfully installed torch-2.13.0", "Building wheel for account (accounts.make): done"]
)
def test_what_is_no_failure_has_none(said: str) -> None:
    assert reason(said) is None


def test_what_pip_says_is_passed_on_and_its_failure_is_ours() -> None:
    command = [sys.executable, "-I", str(SCRIPT), "--no-index", "--find-links", "nowhere", "a-package-that-is-not"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert "No matching distribution found for a-package-that-is-not" in done.stdout
    assert done.stderr.strip().count("\n") == 0
    assert "has no fitting version" in done.stderr
