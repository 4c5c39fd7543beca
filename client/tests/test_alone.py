"""The client stands alone: nothing of the server, and no library but the two that it declares."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import spacewright

PACKAGE = Path(spacewright.__file__).parent
DECLARED = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text())["project"]


def imported(file: Path) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_every_import_is_declared() -> None:
    used = {name for file in PACKAGE.rglob("*.py") for name in imported(file)} - set(sys.stdlib_module_names)
    declared = {re.split(r"[<>=]", text)[0] for text in DECLARED["dependencies"]}
    assert declared == {"httpx", "rich"}
    assert used == {*declared, "spacewright", "IPython"}  # the last only where it is there already
    assert [file.name for file in PACKAGE.rglob("*.py") if "IPython" in imported(file)] == ["notebook.py"]


def test_the_version_is_said_once_more_where_programs_look() -> None:
    assert DECLARED["version"] == spacewright.__version__
    assert (PACKAGE / "py.typed").exists()
