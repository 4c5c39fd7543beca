"""The architecture as JSON: read back, it is the network."""

import json

import pytest

from nas_engine.exporters import ArchitectureJson, Exporter, TrainedNetwork
from nas_engine.shapes import TaskShape
from nas_engine.spaces import autospace, skeleton_named
from nas_engine.spaces.document import read_document
from nas_engine.tasks import Preprocessing
from nas_engine.testing import ExporterContract


class TestArchitectureJson(ExporterContract):
    @pytest.fixture
    def exporter(self) -> Exporter:
        return ArchitectureJson()

    @pytest.fixture
    def network(self, networks: dict[str, TrainedNetwork]) -> TrainedNetwork:
        return networks["photos"]


def test_it_reads_back_as_the_same_network_with_the_same_cost() -> None:
    space, shape = autospace(skeleton_named("tiny"), expansion=2), TaskShape(1, 8, 8, 2)
    about = TrainedNetwork(
        "x", space.reference, space, shape, {}, Preprocessing(8, 8, (0.0,), (1.0,), ("a", "b")), "made up", 0.5
    )
    value = json.loads(ArchitectureJson().files(about)["architecture.json"])
    again, architecture, read_shape = read_document(value)
    assert (architecture.key, read_shape) == (space.reference.key, shape)
    cost = again.cost(architecture, shape)
    assert value["cost"] == {"params": cost.params, "madds": cost.madds}


def test_whatever_was_trained_reads_back_with_its_key(networks: dict[str, TrainedNetwork]) -> None:
    for network in networks.values():
        data = ArchitectureJson().files(network)["architecture.json"]
        _, architecture, shape = read_document(json.loads(data))
        assert (architecture, shape) == (network.architecture, network.shape)
        assert data.endswith(b"}\n")
