"""The exported source, run where there is nothing but Python and PyTorch."""

from __future__ import annotations

import ast
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from nas_engine.exporters import Exporter, PytorchSource, TrainedNetwork
from nas_engine.exporters.pytorch_source import source
from nas_engine.spaces import Stage
from nas_engine.tasks import ImageClassification
from nas_engine.testing import ExporterContract

NetworkOf = Callable[..., TrainedNetwork]

# Runs in a Python of its own: prints what each exported network answers, as JSON. Whatever is not Python's own or
# PyTorch is refused: at once to a file of an export, and to everybody where it is a package that we use ourselves.
ELSEWHERE = """
import builtins, contextlib, importlib.util, io, json, runpy, sys
from pathlib import Path
import torch

torch.set_num_threads(1)
ours = {"nas_engine", "safetensors", "pydantic", "sklearn", "scipy"}
assert not ours & set(sys.modules), ours & set(sys.modules)
folders = [Path(argument) for argument in sys.argv[1:]]
whole_import = builtins.__import__

def guarded(name, scope=None, *rest):
    top, importer = name.partition(".")[0], Path(str((scope or {}).get("__file__", "")))
    exported = importer.parent in folders
    if top in ours or exported and top != "torch" and top not in sys.stdlib_module_names:
        raise ImportError(f"{name} is refused to {importer.name}")
    return whole_import(name, scope, *rest)

builtins.__import__ = guarded
answers = {}
for folder in folders:
    spec = importlib.util.spec_from_file_location(f"export_{folder.name}", folder / "network.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.load()
    shape = (3, module.CHANNELS, module.HEIGHT, module.WIDTH)
    images = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    raw = (torch.rand(module.CHANNELS, 11, 13, generator=torch.Generator().manual_seed(2)) * 16).round()
    with torch.no_grad():
        scores = network(images)
    sys.argv, said = [folder / "network.py", str(folder / "weights.safetensors")], io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(str(folder / "network.py"), run_name="__main__")
    answers[folder.name] = {
        "scores": scores.tolist(),
        "training": network.training,
        "names": list(network.state_dict()),
        "predicted": module.predict(network, raw),
        "prepared": module.prepare(raw).tolist(),
        "said": said.getvalue(),
    }
print(json.dumps(answers))
"""


def elsewhere(*folders: Path) -> subprocess.CompletedProcess[str]:
    """Load and run exports in another Python, from another folder, without the environment's own paths."""
    command = [sys.executable, "-I", "-c", ELSEWHERE, *map(str, folders)]
    return subprocess.run(command, cwd=folders[0], capture_output=True, text=True, timeout=240, check=False)


def written(network: TrainedNetwork, folder: Path) -> Path:
    """An export, in a folder."""
    folder.mkdir(parents=True)
    for name, data in PytorchSource().files(network).items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def answers(networks: dict[str, TrainedNetwork], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What each exported network answers elsewhere."""
    place = tmp_path_factory.mktemp("exports")
    done = elsewhere(*(written(network, place / name) for name, network in networks.items()))
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class TestPytorchSource(ExporterContract):
    @pytest.fixture
    def exporter(self) -> Exporter:
        return PytorchSource()

    @pytest.fixture(params=["cells", "photos"])
    def network(self, request: pytest.FixtureRequest, networks: dict[str, TrainedNetwork]) -> TrainedNetwork:
        return networks[request.param]


# ------------------------------------------------------------------------------------------- elsewhere, without us

NAMES = ("operators", "cells", "photos", "alike", "declared")


def trained(network: TrainedNetwork) -> nn.Module:
    """The network as it was trained, in evaluation mode."""
    built = network.space.build(network.architecture, network.shape)
    built.load_state_dict(network.tensors)
    return built.eval()


@pytest.mark.parametrize("name", NAMES)
def test_the_exported_network_answers_what_the_trained_one_answers(
    name: str, networks: dict[str, TrainedNetwork], answers: dict[str, Any]
) -> None:
    network = networks[name]
    shape = (3, network.shape.channels, network.shape.height, network.shape.width)
    images = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    built, got = trained(network), torch.tensor(answers[name]["scores"])
    with torch.no_grad():
        channels_last = built(images)
        wanted = built.to(memory_format=torch.contiguous_format)(images)  # type: ignore[call-overload]
    assert wanted.std(dim=0).mean() > 0.01, "these images are all the same to the network"
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-6)
    torch.testing.assert_close(got, channels_last, rtol=0, atol=1e-5)  # sums in another order are other sums


@pytest.mark.parametrize("name", NAMES)
def test_it_is_loaded_in_evaluation_mode_with_the_names_of_the_training(
    name: str, networks: dict[str, TrainedNetwork], answers: dict[str, Any]
) -> None:
    assert answers[name]["training"] is False
    assert sorted(answers[name]["names"]) == sorted(networks[name].tensors)


@pytest.mark.parametrize("name", NAMES)
def test_predict_names_the_classes_of_a_raw_image_of_any_size_best_first(
    name: str, networks: dict[str, TrainedNetwork], answers: dict[str, Any]
) -> None:
    network, predicted = networks[name], answers[name]["predicted"]
    prepared = torch.tensor(answers[name]["prepared"])
    assert prepared.shape == (1, network.shape.channels, network.shape.height, network.shape.width)
    with torch.no_grad():
        wanted = trained(network)(prepared).softmax(dim=1)[0]
    shares = dict(predicted)
    assert [label for label, _ in predicted] == sorted(shares, key=lambda label: -shares[label])
    assert sum(shares.values()) == pytest.approx(1, abs=1e-6)
    for label, share in zip(network.preprocessing.classes, wanted.tolist(), strict=True):
        assert shares.pop(label) == pytest.approx(share, abs=1e-6)
    assert not shares, "a class that the task does not have"


@pytest.mark.parametrize("name", NAMES)
def test_run_as_a_program_it_says_how_large_it_is(
    name: str, networks: dict[str, TrainedNetwork], answers: dict[str, Any]
) -> None:
    assert answers[name]["said"].startswith(f"{networks[name].block.cost.params} parameters; ")


def test_an_export_that_needed_numpy_would_be_found_out(networks: dict[str, TrainedNetwork], tmp_path: Path) -> None:
    export = written(networks["photos"], tmp_path / "export")
    (export / "network.py").write_text(f"{source(networks['photos'])}\nimport numpy\n")
    done = elsewhere(export)
    assert done.returncode != 0
    assert "ImportError: numpy is refused to network.py" in done.stderr


# -------------------------------------------------------------------------------------------------- as a text, here


def test_an_image_is_prepared_as_the_task_prepared_it(networks: dict[str, TrainedNetwork], tmp_path: Path) -> None:
    small, large = ImageClassification().open(), ImageClassification(resolution=14).open()
    how = small.preprocessing
    raw = (small.validation.inputs[:20] * how.deviation[0] + how.mean[0]).round()
    network = replace(networks["operators"], preprocessing=large.preprocessing, shape=large.shape)
    export = runpy.run_path(str(written(network, tmp_path / "export") / "network.py"))
    wanted = large.validation.inputs[:20]
    torch.testing.assert_close(export["prepare"](raw), wanted, rtol=0, atol=1e-5)
    torch.testing.assert_close(export["prepare"](raw[3]), wanted[3:4], rtol=0, atol=1e-5)
    torch.testing.assert_close(export["prepare"](raw[3, 0]), wanted[3:4], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_source_knows_nothing_of_us_and_passes_the_linter(
    name: str, networks: dict[str, TrainedNetwork], tmp_path: Path
) -> None:
    text = source(networks[name])
    compile(text, "network.py", "exec")
    assert "nas_engine" not in text
    (tmp_path / "network.py").write_text(text)
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "E4,E7,E9,F,W", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def classes_of(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("name", NAMES)
def test_no_two_classes_have_one_name(name: str, networks: dict[str, TrainedNetwork]) -> None:
    names = classes_of(source(networks[name]))
    assert sorted(names) == sorted(set(names))


def test_a_cell_that_stands_at_several_places_is_one_class(network_of: NetworkOf) -> None:
    plain, gated = "3/1,2/1,2 D2 00 e2", "3/5,2/2,3 D1 11 e2"
    text = source(network_of((plain, gated, plain, gated, plain), [Stage(4, blocks=5)]))
    assert [name for name in classes_of(text) if name.startswith("Cell")] == ["Cell", "Cell2"]
    for place, name in enumerate(("Cell", "Cell2", "Cell", "Cell2", "Cell")):
        assert f"self.block_{place} = {name}()\n" in text
    assert f"AutoSpace cell {plain}: " in text


def test_only_the_layers_that_a_network_uses_are_copied(network_of: NetworkOf) -> None:
    added = classes_of(source(network_of(["3/1,2/1,2 D2 00 e2"], [Stage(4, blocks=1)])))
    gated = classes_of(source(network_of(["3/5,2/2,3 D1 11 e2"], [Stage(4, blocks=1)])))
    assert added == ["Add", "Stem", "Cell", "Head", "Network"]
    assert gated == ["Add", "PrefixGate", "Stem", "Cell", "Head", "Network"]


@pytest.mark.parametrize("name", ['"', '"""', "a \\", "{params}", "Ziffern ×2"])
def test_a_name_with_odd_characters_spoils_nothing(name: str, networks: dict[str, TrainedNetwork]) -> None:
    text = source(replace(networks["photos"], name=name))
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring is not None
    assert docstring.startswith(name.replace('"', "'").replace("\\", "/"))
