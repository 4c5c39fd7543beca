"""The exam of every exporter."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import gettempdir

import pytest

import nas_engine
from nas_engine.exporters import Exporter, TrainedNetwork
from nas_engine.wire import pack

PAUSE = 1.1  # seconds between two exports: more than the coarsest clock tells apart


class ExporterContract:
    """What every exporter promises, as tests. Inherit it, give two fixtures, and pytest runs the exam::

        class TestCoreMl(ExporterContract):
            @pytest.fixture
            def exporter(self) -> Exporter:
                return CoreMl()

            @pytest.fixture
            def network(self) -> TrainedNetwork:
                return TrainedNetwork("digits", ...)

    What is in the files is tested beside the exam, in the same file.
    """

    @pytest.fixture
    def exporter(self) -> Exporter:
        """The exporter under examination; with `params`, several."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `exporter`")

    @pytest.fixture
    def network(self) -> TrainedNetwork:
        """What it exports; with `params`, several networks."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `network`")

    def test_it_writes_files_that_hold_something(self, exporter: Exporter, network: TrainedNetwork) -> None:
        files = exporter.files(network)
        assert files, "it writes no file"
        for name, data in files.items():
            assert data, f"{name} is empty"

    def test_its_files_have_plain_names(self, exporter: Exporter, network: TrainedNetwork) -> None:
        for name in exporter.files(network):
            plain = name == PurePosixPath(name).name == PureWindowsPath(name).name and not name.startswith(".")
            assert plain, f"{name!r} is not the plain name of a file"
            assert name.isascii(), f"{name!r} holds characters that not every file system has"
            assert name.isprintable(), f"{name!r} holds characters that nobody sees"
            assert " " not in name, f"{name!r} holds a space"

    def test_it_writes_the_same_bytes_a_second_later(self, exporter: Exporter, network: TrainedNetwork) -> None:
        first = exporter.files(network)
        time.sleep(PAUSE)
        again = exporter.files(network)
        assert list(again) == list(first), "a second later it writes other files"
        for name, data in again.items():
            assert data == first[name], f"{name}: a second later its content is another"

    def test_the_order_of_the_tensors_changes_nothing(self, exporter: Exporter, network: TrainedNetwork) -> None:
        backwards = replace(network, tensors=dict(reversed(network.tensors.items())))
        assert exporter.files(backwards) == exporter.files(network)

    def test_its_files_do_not_say_where_or_when_they_were_written(
        self, exporter: Exporter, network: TrainedNetwork
    ) -> None:
        now = datetime.now(UTC)
        telling = {str(Path.cwd()), str(Path.home()), gettempdir(), sys.prefix, sys.executable}
        telling |= {str(Path(nas_engine.__file__).parent.parent)}
        telling |= {f"{now:%Y-%m-%d}", f"{now:%Y/%m/%d}", f"{now:%d.%m.%Y}", f"{now:%B %Y}"}
        for name, data in exporter.files(network).items():
            for text in sorted(telling - {"/"}):
                assert text.encode() not in data, f"{name} holds {text!r}"

    def test_it_leaves_the_network_as_it_was(self, exporter: Exporter, network: TrainedNetwork) -> None:
        before = pack({}, network.tensors)
        exporter.files(network)
        assert pack({}, network.tensors) == before, "it changed the network's weights"
