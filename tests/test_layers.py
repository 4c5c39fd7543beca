"""The import contracts hold, and would be seen to break."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = "Layers of the engine: a module imports only from lines below its own"
NO_WEB = "The engine knows no web framework, queue or server"


def linted(tree: Path) -> tuple[int, str]:
    """Exit status and output of import-linter, run in a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, re.sub(r"\s+", " ", done.stdout + done.stderr)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the engine and of its contracts, to spoil."""
    for half in ("nas_engine", "webapp"):
        shutil.copytree(ROOT / half, tmp_path / half, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def append(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text()}\n{line}\n")


def test_the_tree_keeps_every_contract() -> None:
    status, output = linted(ROOT)
    assert status == 0, output
    assert f"{LAYERS} KEPT" in output
    assert f"{NO_WEB} KEPT" in output


@pytest.mark.parametrize("package", ["celery", "channels", "django", "redis", "rest_framework"])
def test_an_engine_that_imports_a_web_package_breaks_the_contract(tree: Path, package: str) -> None:
    append(tree / "nas_engine" / "wire.py", f"import {package}")
    status, output = linted(tree)
    assert status != 0
    assert f"{NO_WEB} BROKEN" in output
    assert f"nas_engine.wire -> {package}" in output


def test_an_import_inside_a_function_breaks_the_contract_too(tree: Path) -> None:
    append(tree / "nas_engine" / "operators" / "base.py", "def late() -> None:\n    import django.db")
    status, output = linted(tree)
    assert status != 0
    assert f"{NO_WEB} BROKEN" in output


def test_a_lower_layer_that_imports_a_higher_one_breaks_the_contract(tree: Path) -> None:
    append(tree / "nas_engine" / "errors.py", "import nas_engine.operators")
    status, output = linted(tree)
    assert status != 0
    assert f"{LAYERS} BROKEN" in output
    assert "nas_engine.errors -> nas_engine.operators" in output


def test_a_module_without_a_place_in_the_layers_breaks_the_contract(tree: Path) -> None:
    (tree / "nas_engine" / "stray.py").write_text("")
    status, output = linted(tree)
    assert status != 0
    assert f"{LAYERS} BROKEN" in output
    assert "nas_engine.stray" in output
