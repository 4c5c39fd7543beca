"""What people have becomes arrays that a training reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nas_engine.data import Packed, pack
from nas_engine.errors import BadData
from tests.samples import laid, mnist, noise


def test_idx_files_are_packed_bit_for_bit(tmp_path: Path) -> None:
    report = pack(laid(mnist(), tmp_path / "mnist"), tmp_path / "packed")
    packed = Packed(tmp_path / "packed")
    assert packed.index == report.index
    assert packed.index.classes == ("0", "1", "2", "3")
    assert packed.index.images == {"train": 40, "test": 10}
    assert np.array_equal(packed.images("train"), noise(40, 6, 5))
    assert np.array_equal(packed.images("test"), noise(10, 6, 5, first=1000))
    assert packed.labels("train").tolist() == [number % 4 for number in range(40)]
    packed.verify()


def test_a_folder_a_class_is_packed_in_the_order_of_the_names(tmp_path: Path) -> None:
    images = noise(6, 8, 8, 3)
    for number, pixels in enumerate(images):
        place = tmp_path / "mine" / ("cat", "dog")[number % 2] / f"{number}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place)
    report = pack(tmp_path / "mine", tmp_path / "packed")
    packed = Packed(report.folder)
    assert packed.index.classes == ("cat", "dog")
    assert packed.names("train") == ["cat/0.png", "cat/2.png", "cat/4.png", "dog/1.png", "dog/3.png", "dog/5.png"]
    assert np.array_equal(packed.images("train"), images[[0, 2, 4, 1, 3, 5]])


def test_what_cannot_be_learned_from_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "one" / "cat").mkdir(parents=True)
    Image.fromarray(noise(1, 8, 8, 3)[0]).save(tmp_path / "one" / "cat" / "a.png")
    with pytest.raises(BadData, match="the one class 'cat', wanted two"):
        pack(tmp_path / "one", tmp_path / "packed")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
