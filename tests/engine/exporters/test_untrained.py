"""The files of a network that nobody retrained: honest, and its source runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nas_engine.exporters import Found, TrainedNetwork, untrained_files
from nas_engine.spaces.document import read_document

ROOT = Path(__file__).parents[3]


def files_of(network: TrainedNetwork) -> dict[str, str]:
    how = "given by shared_weights in stage 'search'"
    return untrained_files(Found('my "run"', network.architecture, network.space, network.shape, "digits", 0.4321, how))


@pytest.mark.parametrize("name", ["operators", "cells", "photos"])
def test_its_source_builds_the_network_where_there_is_only_torch(
    name: str, networks: dict[str, TrainedNetwork], tmp_path: Path
) -> None:
    network = networks[name]
    (tmp_path / "network.py").write_text(files_of(network)["network.py"])
    done = subprocess.run(
        [sys.executable, "-I", str(tmp_path / "network.py")], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{network.block.cost.params} parameters, without training; scores (1, ")
    assert "nas_engine" not in files_of(network)["network.py"]


def test_its_document_reads_back_as_the_network(networks: dict[str, TrainedNetwork]) -> None:
    network = networks["photos"]
    _, architecture, shape = read_document(json.loads(files_of(network)["architecture.json"]))
    assert (architecture, shape) == (network.architecture, network.shape)


def test_its_card_and_its_source_say_that_it_is_not_trained_and_what_its_score_is(
    networks: dict[str, TrainedNetwork],
) -> None:
    files = files_of(networks["photos"])
    for part in ("not retrained", "No weights", "test split was not opened", "0.4321, given by shared_weights"):
        assert part in files["MODEL_CARD.md"]
    assert "Validation accuracy" not in files["MODEL_CARD.md"]
    assert "without weights" in files["network.py"]
    assert "def load" not in files["network.py"]


def test_the_files_are_written_without_torch() -> None:
    program = (
        "import json, sys; from nas_engine.preview import recipe, untrained;"
        "plan = recipe(json.load(open('examples/quickstart.json')));"
        "files = untrained(plan, plan.space.space().reference.genes, 0.5, 3);"
        "print(sorted(files), [name for name in ('torch', 'sklearn', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "['MODEL_CARD.md', 'architecture.json', 'network.py'] []", done.stderr
