from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nas_engine.data import Packed, pack
from nas_engine.errors import BadData, StorageFailed
from tests.samples import laid, mnist, noise


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    return Packed(pack(laid(mnist(), tmp_path / "mine"), tmp_path / "packed").folder)


def test_its_images_stay_on_disk_and_are_read_only(packed: Packed) -> None:
    images = packed.images("train")
    assert isinstance(images, np.memmap)
    assert (images.shape, images.dtype, images.flags.writeable) == ((40, 6, 5, 1), np.uint8, False)


def test_an_image_is_shown_as_png(packed: Packed) -> None:
    shown = Image.open(io.BytesIO(packed.picture("test", 3)))
    assert np.array_equal(np.asarray(shown), noise(10, 6, 5, first=1000)[3, :, :, 0])


@pytest.mark.parametrize("name", ["train.images.npy", "test.labels.npy", "train.names.txt"])
@pytest.mark.parametrize("how", ["changed", "missing"])
def test_a_file_that_is_not_what_was_written_is_found(packed: Packed, name: str, how: str) -> None:
    packed.verify()
    file = packed.folder / name
    data = file.read_bytes()
    file.unlink()
    if how == "changed":
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(StorageFailed, match=name):
        packed.verify()


def test_an_array_that_was_cut_off_is_refused(packed: Packed) -> None:
    file = packed.folder / "train.images.npy"
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[:-40])
    with pytest.raises(StorageFailed, match="pack the files again"):
        packed.images("train")


def test_a_folder_without_an_index_is_no_packed_data(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="is no packed data"):
        Packed(tmp_path)
    (tmp_path / "index.json").write_text('{"format": "something else"}')
    with pytest.raises(BadData, match="written by another version"):
        Packed(tmp_path)
