"""A team's own operators through a whole run: soft supernet, shrunk space, search, retraining, export, and away from us."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nas_engine.local import run_locally
from nas_engine.operators import Declared, operator
from nas_engine.recipe import recipe
from nas_engine.spaces import read_space_document
from nas_engine.spaces.document import read_document
from tests.engine.operators.declared_samples import declaration

SHARED = {"kind": "shared_weights", "calibration": 1, "calibration_batch": 32}
PLAN: dict[str, Any] = {
    "version": 1,
    "name": "our own",
    "task": {"kind": "image_classification"},
    "space": {
        "kind": "chain",
        "skeleton": "tiny",
        "operators": ["residual", "ghost", "gated"],
        "declared": [declaration("ghost"), declaration("residual"), declaration("gated")],
    },
    "pipeline": [
        {"kind": "train", "name": "soft", "trainer": {"kind": "binarised_paths", "batches": 2, "batch": 16}},
        {"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths", "batches": 2, "batch": 16}},
        {"kind": "search", "name": "shrink", "strategy": {"kind": "lissnas", "sample": 6}, "estimator": SHARED},
        {
            "kind": "search",
            "strategy": {"kind": "ageing_evolution", "population": 3, "sample": 2, "cycles": 3},
            "estimator": SHARED,
        },
        {"kind": "retrain", "trainer": {"epochs": 1}, "seeds": 1},
        {"kind": "export", "exporters": ["pytorch_source", "architecture_json", "model_card"]},
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run's."""
    found = tmp_path_factory.mktemp("declared")
    state = run_locally(recipe(PLAN), found)
    assert (state.status, state.reason) == ("finished", "")
    return found


def test_the_exported_network_predicts_without_us(folder: Path) -> None:
    program = "import runpy, sys; sys.modules['nas_engine'] = None; runpy.run_path('network.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program],
        cwd=folder / "export",
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "a black image is" in done.stdout


def test_its_document_and_the_shrunk_space_are_read_without_the_recipe(folder: Path) -> None:
    space, architecture, shape = read_document(json.loads((folder / "export" / "architecture.json").read_bytes()))
    assert all(isinstance(operator(gene), Declared) for gene in architecture.genes)
    assert space.cost(architecture, shape).params > 0
    shrunk = read_space_document(json.loads((folder / "space.json").read_bytes()))
    assert architecture in shrunk.root


def test_the_recipe_of_the_run_holds_every_declaration_whole() -> None:
    kept = recipe(PLAN).plain
    assert recipe(json.loads(json.dumps(kept))).plain == kept
    assert [one["name"] for one in kept["space"]["declared"]] == ["ghost", "residual", "gated"]  # type: ignore[index]
