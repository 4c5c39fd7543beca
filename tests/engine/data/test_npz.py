from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas_engine.data import Packed, pack
from nas_engine.errors import NasError
from tests.samples import noise, npz

LABELS = st.sampled_from(["uint8", "int64", ">i4", "bool", "<U5", "S5"])
PIXELS = st.sampled_from(["uint8", "int16", ">u2", "int64"])


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 600), st.integers(1, 9), st.integers(2, 9), LABELS, PIXELS, st.booleans())
def test_whatever_is_in_an_npz_is_packed_bit_for_bit(
    count: int, height: int, width: int, labelled: str, kind: str, squeezed: bool
) -> None:
    images = noise(count, height, width)
    labels = (np.arange(count) % 2).astype(labelled)
    arrays = {"images": images.astype(kind), "labels": labels[:, None] if squeezed else labels}
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.npz").write_bytes(npz(**arrays))
        packed = Packed(pack(Path(folder) / "x.npz", Path(folder) / "packed").folder)
        assert np.array_equal(packed.images("train"), images)
        assert packed.labels("train").tolist() == [number % 2 for number in range(count)]
        assert len(packed.index.classes) == 2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_npz_with_any_byte_changed_is_packed_or_refused_in_a_sentence(data: st.DataObject) -> None:
    whole = bytearray(npz(images=noise(6)[..., 0], labels=np.arange(6) % 2))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        source, packed = Path(folder) / "x.npz", Path(folder) / "packed"
        source.write_bytes(whole)
        with suppress(NasError):
            pack(source, packed)
        if packed.exists():
            Packed(packed).verify()
        else:
            assert list(Path(folder).iterdir()) == [source]


def test_labels_may_be_words(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(npz(images=noise(4), labels=np.array(["owl", "cat", "owl", "cat"])))
    index = pack(tmp_path / "x.npz", tmp_path / "packed").index
    assert index.classes == ("cat", "owl")


def test_a_packed_npz_is_read_too(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", images=noise(4), labels=np.arange(4) % 2)
    assert pack(tmp_path / "x.npz", tmp_path / "packed").index.images == {"train": 4}
    with pytest.raises(NasError, match="is there already"):
        pack(tmp_path / "x.npz", tmp_path / "packed")
