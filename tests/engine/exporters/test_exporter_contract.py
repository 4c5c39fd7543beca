"""The exam fails what it should: each exporter here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import unwrap
from itertools import count
from pathlib import Path

import pytest

from nas_engine.exporters import Exporter, TrainedNetwork
from nas_engine.spaces import Stage
from nas_engine.testing import ExporterContract, exporter_contract

Failed = Callable[..., set[str]]


class Whole(Exporter):
    """Not broken yet."""

    kind = "whole"

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        return {"network.txt": self.text(network).encode()}

    def text(self, network: TrainedNetwork) -> str:
        return f"{network.name} {network.architecture.key} {sorted(network.tensors)}"


class WritesNothing(Whole):
    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        return {}


class WritesAnEmptyFile(Whole):
    def text(self, network: TrainedNetwork) -> str:
        return ""


@dataclass
class WritesUnder(Whole):
    name: str

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        return {self.name: b"text"}


class WritesWhen(Whole):
    def text(self, network: TrainedNetwork) -> str:
        return f"made at {time.time_ns()}"


class WritesWhichDay(Whole):
    def text(self, network: TrainedNetwork) -> str:
        return f"made on {datetime.now(UTC):%Y-%m-%d}"


class WritesWhere(Whole):
    def text(self, network: TrainedNetwork) -> str:
        return f"made in {Path.cwd()}"


class CountsItsExports(Whole):
    times = count()

    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        return {f"network{next(self.times)}.txt": b"text"}


class WritesTensorsAsTheyCome(Whole):
    def text(self, network: TrainedNetwork) -> str:
        return " ".join(network.tensors)


class RoundsTheWeights(Whole):
    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        for tensor in network.tensors.values():
            if tensor.is_floating_point():
                tensor.mul_(1.5)
        return super().files(network)


HOLDS = "it_writes_files_that_hold_something"
NAMES = "its_files_have_plain_names"
LATER = "it_writes_the_same_bytes_a_second_later"
TELLS = "its_files_do_not_say_where_or_when_they_were_written"
ORDER = "the_order_of_the_tensors_changes_nothing"

BREAKS: dict[Exporter, set[str]] = {
    Whole(): set(),
    WritesNothing(): {HOLDS},
    WritesAnEmptyFile(): {HOLDS},
    WritesWhen(): {LATER, ORDER},
    WritesWhichDay(): {TELLS},
    WritesWhere(): {TELLS},
    CountsItsExports(): {LATER, ORDER},
    WritesTensorsAsTheyCome(): {ORDER},
    RoundsTheWeights(): {"it_leaves_the_network_as_it_was"},
}


@pytest.fixture
def exported(network_of: Callable[..., TrainedNetwork], monkeypatch: pytest.MonkeyPatch) -> TrainedNetwork:
    monkeypatch.setattr(exporter_contract, "PAUSE", 0.001)
    return network_of(["conv1"], [Stage(4, blocks=1)])


@pytest.mark.parametrize(
    ("exporter", "wrong"), [pytest.param(e, wrong, id=type(e).__name__) for e, wrong in BREAKS.items()]
)
def test_an_exporter_broken_in_one_way_fails_exactly_the_questions_about_it(
    exporter: Exporter, wrong: set[str], failed: Failed, exported: TrainedNetwork
) -> None:
    assert failed(ExporterContract(), exporter=exporter, network=exported) == wrong


@pytest.mark.parametrize(
    "name",
    ["weights/network.py", "../network.py", "C:\\network.py", "/network.py", ".hidden", "a b.py", "a\n.py", "netz×.py"],
)
def test_a_name_that_is_not_a_plain_files_fails(name: str, failed: Failed, exported: TrainedNetwork) -> None:
    assert failed(ExporterContract(), exporter=WritesUnder(name), network=exported) == {NAMES}


def test_every_question_of_the_exam_is_failed_by_some_broken_exporter() -> None:
    asked = {name.removeprefix("test_") for name in dir(ExporterContract) if name.startswith("test_")}
    assert asked == set().union(*BREAKS.values()) | {NAMES}


@pytest.mark.parametrize("fixture", ["exporter", "network"])
def test_an_exam_without_a_fixture_says_what_to_give(fixture: str) -> None:
    with pytest.raises(NotImplementedError, match=f"ExporterContract has to give the fixture `{fixture}`"):
        unwrap(getattr(ExporterContract, fixture))(ExporterContract())
