"""Asking the engine about itself costs no import of torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("torch", "sklearn", "scipy")
LIGHT = (
    "nas_engine",
    "nas_engine.catalog",
    "nas_engine.data",
    "nas_engine.errors",
    "nas_engine.events",
    "nas_engine.preview",
    "nas_engine.run",
    "nas_engine.saved",
)


@pytest.mark.parametrize("module", LIGHT)
def test_importing_a_public_module_leaves_the_heavy_packages_out(module: str) -> None:
    program = f"import sys, {module}; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [], f"importing {module} imports {done.stdout.strip()}"


def test_data_are_packed_by_a_module_that_costs_nothing_to_import() -> None:
    program = "import sys, nas_engine.data; print(*[name for name in ('torch', 'numpy', 'PIL') if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split() == []
