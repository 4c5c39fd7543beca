"""The ONNX file: another runtime answers what torch answers, and is told what to feed it."""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import onnx
import onnxruntime
import pytest
import torch

from nas_engine.errors import EvaluationFailed, InvalidRecipe
from nas_engine.exporters import Exporter, Onnx, TrainedNetwork
from nas_engine.exporters import base as exporters_base
from nas_engine.exporters import onnx as exporter_module
from nas_engine.operators import EXAMPLES
from nas_engine.spaces import Stage
from nas_engine.stages import Export
from nas_engine.testing import ExporterContract

NetworkOf = Callable[..., TrainedNetwork]
CHAINED = [label for label in EXAMPLES if label != "none"]  # zeros cut a chain, which refuses them


def exported(network: TrainedNetwork) -> bytes:
    return Onnx().files(network)["network.onnx"]


def session_of(data: bytes) -> Any:
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])


def metadata_of(data: bytes) -> dict[str, str]:
    return {entry.key: entry.value for entry in onnx.load_from_string(data).metadata_props}


def answers_alike(data: bytes, network: TrainedNetwork) -> None:
    """The file answers 1, 7 and 30 images as the trained network does, and names the same classes."""
    built = network.space.build(network.architecture, network.shape)
    built.load_state_dict(network.tensors)
    session, shape = session_of(data), network.shape
    for batch in (1, 7, 30):
        images = torch.randn(
            batch, shape.channels, shape.height, shape.width, generator=torch.Generator().manual_seed(batch)
        )
        with torch.no_grad():
            wanted = built.eval()(images)
        got = torch.from_numpy(session.run(["scores"], {"images": images.numpy()})[0])
        assert batch == 1 or wanted.std(dim=0).mean() > 0.001, "these images are all the same to the network"
        torch.testing.assert_close(got, wanted, rtol=1e-3, atol=1e-5)
        assert got.argmax(dim=1).tolist() == wanted.argmax(dim=1).tolist()


class TestOnnx(ExporterContract):
    @pytest.fixture
    def exporter(self) -> Exporter:
        return Onnx()

    @pytest.fixture
    def network(self, networks: dict[str, TrainedNetwork]) -> TrainedNetwork:
        return networks["alike"]


@pytest.mark.parametrize("label", CHAINED)
def test_every_operator_answers_as_in_torch_with_a_stride_and_without(label: str, network_of: NetworkOf) -> None:
    second = "conv3" if label == "reduce" else label  # a reduction stands only where there is a stride
    network = network_of([label, second], [Stage(6, blocks=2, stride=2)])
    answers_alike(exported(network), network)


@pytest.mark.parametrize("name", ["operators", "cells", "photos", "alike", "declared"])
def test_networks_of_several_spaces_answer_as_in_torch(name: str, networks: dict[str, TrainedNetwork]) -> None:
    answers_alike(exported(networks[name]), networks[name])


@pytest.fixture(scope="module")
def photos(networks: dict[str, TrainedNetwork]) -> bytes:
    return exported(networks["photos"])


def test_the_file_passes_the_checker_and_takes_any_number_of_images(photos: bytes) -> None:
    model = onnx.load_from_string(photos)
    onnx.checker.check_model(model, full_check=True)
    session = session_of(photos)
    assert [(one.name, one.shape) for one in session.get_inputs()] == [("images", ["batch", 3, 10, 7])]
    assert [(one.name, one.shape) for one in session.get_outputs()] == [("scores", ["batch", 4])]


def test_its_metadata_says_what_to_feed_it_and_what_the_scores_mean(
    photos: bytes, networks: dict[str, TrainedNetwork]
) -> None:
    network, said = networks["photos"], metadata_of(photos)
    assert json.loads(said["classes"]) == list(network.preprocessing.classes)
    how = json.loads(said["normalisation"])
    assert (how["mean"], how["deviation"]) == ([4.5] * 3, [6.25] * 3)
    assert (said["input"], said["channels"], said["height"], said["width"]) == ("images", "3", "10", "7")
    assert said["resize"] == "area"
    assert said["architecture"] == network.architecture.key
    assert int(said["params"]) == network.block.cost.params


def test_another_process_writes_the_same_bytes(network_of: NetworkOf) -> None:
    program = (
        "import hashlib; from tests.engine.exporters.conftest import made; from nas_engine.exporters import Onnx;"
        "from nas_engine.spaces import Stage;"
        "data = Onnx().files(made(['mb3_e2', 'skip'], [Stage(6, blocks=2)]))['network.onnx'];"
        "print(hashlib.sha256(data).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240, check=True)
    here = exported(network_of(["mb3_e2", "skip"], [Stage(6, blocks=2)]))
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_exporting_says_nothing(
    network_of: NetworkOf, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        exported(network_of(["conv3"], [Stage(4, blocks=1)]))
    assert caplog.records == []
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")


# ------------------------------------------------------------------------------------------------------ what is wrong


def test_a_file_that_answers_otherwise_is_not_given_out(network_of: NetworkOf, monkeypatch: pytest.MonkeyPatch) -> None:
    right = network_of(["conv3"], [Stage(4, blocks=1)])
    tensors = {name: 1.01 * t if t.is_floating_point() else t for name, t in right.tensors.items()}
    other = exported(replace(right, tensors=tensors))
    monkeypatch.setattr(exporter_module, "converted", lambda *_: other)
    with pytest.raises(EvaluationFailed, match=r"does not answer what torch answers: for 1 images .* apart"):
        Onnx().files(right)


WANTED = torch.tensor([[1.0, 2.0, 0.0], [3.0, 1.0, 2.999]])


@pytest.mark.parametrize(
    ("got", "alike"),
    [
        (WANTED, True),
        (WANTED + 9e-6, True),
        (WANTED * 1.0009, True),
        (WANTED + torch.tensor([0.0, 0.0, 0.002]), False),  # of a score of 0 there is no thousandth
        (WANTED * 1.002, False),
        (WANTED[:1], False),
        (WANTED[:, [1, 0, 2]], False),
        (torch.full_like(WANTED, float("nan")), False),
    ],
)
def test_scores_are_alike_within_a_thousandth(got: torch.Tensor, alike: bool) -> None:
    assert exporter_module.agree(got, WANTED) is alike


def test_a_class_that_ties_with_the_best_within_the_tolerance_may_be_named() -> None:
    tie = torch.tensor([[5.0, 5.0 + 1e-6, 1.0]])
    assert exporter_module.agree(tie[:, [1, 0, 2]], tie)


def test_a_recipe_that_asks_for_it_where_it_is_not_installed_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = exporters_base.find_spec
    monkeypatch.setattr(exporters_base, "find_spec", lambda name: None if name == "onnxruntime" else real(name))
    wanted = (
        r"got 'onnx', wanted onnxruntime to be installed \(pip install 'spacewright\[onnx\]'\), or another exporter"
    )
    with pytest.raises(InvalidRecipe, match=wanted):
        Export(exporters=("onnx",))
    assert Export().exporters == ("pytorch_source", "architecture_json", "model_card")
