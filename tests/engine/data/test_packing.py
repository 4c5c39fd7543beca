"""What people have becomes arrays that a training reads."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from nas_engine.data import Packed, pack
from nas_engine.errors import BadData


def noise(count: int, height: int, width: int, channels: int = 1, first: int = 0) -> NDArray[np.uint8]:
    """Images of which no two are equal. **Shapes**: (N, H, W, C)."""
    size = count * height * width * channels
    values = (np.arange(size, dtype=np.uint64) * 2654435761 + first * 97) % 251
    return values.astype(np.uint8).reshape(count, height, width, channels)


def write_idx(path: Path, values: NDArray[np.uint8]) -> None:
    head = struct.pack(">HBB", 0, 8, values.ndim) + struct.pack(f">{values.ndim}I", *values.shape)
    data = head + values.tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@pytest.fixture
def mnist(tmp_path: Path) -> tuple[Path, dict[str, NDArray[np.uint8]]]:
    """A folder of four IDX files, and what is in them."""
    folder = tmp_path / "mnist"
    folder.mkdir()
    held = {"train": noise(40, 6, 5), "t10k": noise(10, 6, 5, first=3)}
    for split, images in held.items():
        write_idx(folder / f"{split}-images-idx3-ubyte.gz", images[..., 0])
        write_idx(folder / f"{split}-labels-idx1-ubyte.gz", (np.arange(len(images)) % 4).astype(np.uint8))
    return folder, held


def test_idx_files_are_packed_bit_for_bit(mnist: tuple[Path, dict[str, NDArray[np.uint8]]], tmp_path: Path) -> None:
    folder, held = mnist
    report = pack(folder, tmp_path / "packed")
    packed = Packed(tmp_path / "packed")
    assert packed.index == report.index
    assert packed.index.classes == ("0", "1", "2", "3")
    assert packed.index.images == {"train": 40, "test": 10}
    assert np.array_equal(packed.images("train"), held["train"])
    assert np.array_equal(packed.images("test"), held["t10k"])
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
