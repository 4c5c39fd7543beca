from __future__ import annotations

import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas_engine.data import Packed, pack
from nas_engine.data.idx import idx_name
from nas_engine.errors import BadData
from tests.samples import idx, laid


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("train-images-idx3-ubyte", ("train", "images")),
        ("train-labels-idx1-ubyte.gz", ("train", "labels")),
        ("t10k-images.idx3-ubyte", ("test", "images")),
        ("deep/in/emnist-letters-test-labels-idx1-ubyte.gz", ("test", "labels")),
        ("val-images-idx4-ubyte", ("validation", "images")),
        ("train-images-idx3-ubyte.zip", None),
        ("photo.png", None),
    ],
)
def test_the_name_says_split_and_content(name: str, wanted: tuple[str, str] | None) -> None:
    assert idx_name(name) == wanted


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(1, 9), st.integers(1, 9), st.sampled_from([0, 1, 3]), st.booleans(), st.data())
def test_whatever_is_in_idx_files_is_packed_bit_for_bit(
    count: int, height: int, width: int, channels: int, gzipped: bool, data: st.DataObject
) -> None:
    shape = (count, height, width, *([channels] if channels else []))
    size = int(np.prod(shape))
    images = np.frombuffer(data.draw(st.binary(min_size=size, max_size=size)), np.uint8).reshape(shape)
    labels = np.array(
        [0, 1, *data.draw(st.lists(st.integers(0, 255), min_size=count - 2, max_size=count - 2))], np.uint8
    )
    files = {"train-images-idx3-ubyte": idx(images), "train-labels-idx1-ubyte": idx(labels)}
    if gzipped:
        files = {f"{name}.gz": gzip.compress(content, 1) for name, content in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        packed = Packed(pack(laid(files, Path(folder) / "mine"), Path(folder) / "packed").folder)
        assert np.array_equal(packed.images("train"), images.reshape(count, height, width, -1))
        assert [packed.index.classes[label] for label in packed.labels("train")] == [str(label) for label in labels]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=20))
def test_bytes_of_any_kind_are_refused_in_a_sentence(images: bytes, labels: bytes) -> None:
    files = {"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels}
    with tempfile.TemporaryDirectory() as folder:
        source = laid(files, Path(folder) / "mine")
        with pytest.raises(BadData):
            pack(source, Path(folder) / "packed")
        assert list(Path(folder).iterdir()) == [source]
