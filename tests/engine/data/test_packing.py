"""What people have becomes arrays that a training reads."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from nas_engine.components import component
from nas_engine.data import Limits, Packed, pack
from nas_engine.errors import BadData, Cancelled, StorageFailed
from nas_engine.tasks import TASKS
from tests.samples import Files, folders, laid, mnist, noise, npz, picture, tarred, zipped

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "data" / "images"
ARCHIVES: dict[str, Callable[[Files], bytes]] = {
    "data.zip": zipped,
    "data.tar": lambda files: tarred(files, "w"),
    "data.tar.gz": lambda files: tarred(files, "w:gz"),
    "data.tgz": lambda files: tarred(files, "w:gz"),
    "data.tar.bz2": lambda files: tarred(files, "w:bz2"),
    "data.tar.xz": lambda files: tarred(files, "w:xz"),
    "a wrong ending.txt": lambda files: tarred(files, "w:xz"),
}
MINE = folders(4, above="my data/train/") | folders(2, above="my data/test/", first=50)


def packed(source: Path, *, into: str = "packed", **options: object) -> Packed:
    return Packed(pack(source, source.parent / into, **options).folder)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------- every source


@pytest.mark.parametrize("gzipped", [True, False])
def test_idx_files_are_packed_bit_for_bit(gzipped: bool, tmp_path: Path) -> None:
    report = pack(laid(mnist(packed=gzipped), tmp_path / "mnist"), tmp_path / "packed")
    found = Packed(tmp_path / "packed")
    assert found.index == report.index
    assert found.index.classes == ("0", "1", "2", "3")
    assert found.index.images == {"train": 40, "test": 10}
    assert np.array_equal(found.images("train"), noise(40, 6, 5))
    assert np.array_equal(found.images("test"), noise(10, 6, 5, first=1000))
    assert found.labels("train").tolist() == [number % 4 for number in range(40)]
    assert report.remarks == ()


def test_one_idx_file_stands_for_its_pair(tmp_path: Path) -> None:
    folder = laid(mnist(), tmp_path / "mnist")
    alone = packed(folder / "train-images-idx3-ubyte.gz")
    assert alone.index.images == {"train": 40}
    both = pack(folder / "train-labels-idx1-ubyte.gz", tmp_path / "both", test=folder / "t10k-images-idx3-ubyte.gz")
    assert both.index.images == {"train": 40, "test": 10}


@pytest.mark.parametrize("names", [("x_train", "y_train", "x_test", "y_test"), ("images", "labels", "", "")])
@pytest.mark.parametrize("layout", ["(N, H, W)", "(N, H, W, 3)", "(N, 3, H, W)"])
def test_npz_files_are_packed_bit_for_bit(names: tuple[str, ...], layout: str, tmp_path: Path) -> None:
    images = noise(12, 7, 5, 3 if "3" in layout else 1)
    there = images[..., 0] if layout == "(N, H, W)" else images.transpose(0, 3, 1, 2) if "3, H" in layout else images
    labels = np.arange(12) % 3
    halves = (there[:9], labels[:9], there[9:], labels[9:])
    arrays = {name: np.ascontiguousarray(half) for name, half in zip(names, halves, strict=True) if name}
    (tmp_path / "mine.npz").write_bytes(npz(**arrays))
    found = packed(tmp_path / "mine.npz")
    assert np.array_equal(found.images("train"), images[:9])
    assert found.labels("train").tolist() == labels[:9].tolist()
    if "x_test" in names:
        assert np.array_equal(found.images("test"), images[9:])


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_gives_what_its_folder_gives(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(ARCHIVES[name](MINE))
    folder, archive = packed(laid(MINE, tmp_path / "there")), packed(tmp_path / name, into="other")
    assert archive.index.sha256 == folder.index.sha256
    assert archive.index.classes == ("cat", "dog")
    assert archive.index.images == {"train": 8, "test": 4}
    assert np.array_equal(archive.images("train"), noise(8, 8, 8, 3))
    assert archive.names("test") == folder.names("test") == sorted(name for name in MINE if "test" in name)


@pytest.mark.parametrize("name", ["data.zip", "data.tar.xz"])
@pytest.mark.parametrize("inside", ["idx", "npz"])
def test_idx_and_npz_files_may_be_in_an_archive(name: str, inside: str, tmp_path: Path) -> None:
    array = npz(images=noise(40, 6, 5)[..., 0], labels=np.arange(40) % 4)
    files = mnist() if inside == "idx" else {"deep/in/it.npz": array}
    (tmp_path / name).write_bytes(ARCHIVES[name](files))
    assert np.array_equal(packed(tmp_path / name).images("train"), noise(40, 6, 5))


def test_labels_may_stand_before_their_images_in_a_tar(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tarred(dict(reversed(mnist().items())), "w"))
    assert packed(tmp_path / "x.tar").labels("train").tolist() == [number % 4 for number in range(40)]


def test_a_class_of_whole_numbers_is_ordered_by_number(tmp_path: Path) -> None:
    found = packed(laid(folders(1, ("10", "9", "2")), tmp_path / "mine"))
    assert found.index.classes == ("2", "9", "10")


# ------------------------------------------------------------------------------------------------------------- splits


def test_a_second_source_is_the_test_split_whatever_its_folders_are_called(tmp_path: Path) -> None:
    (tmp_path / "train.zip").write_bytes(zipped(folders(3, above="train/")))
    (tmp_path / "more.tar.gz").write_bytes(tarred(folders(2, above="train/", first=40)))
    found = packed(tmp_path / "train.zip", test=tmp_path / "more.tar.gz")
    assert found.index.images == {"train": 6, "test": 4}


def test_two_test_splits_are_one_too_many(tmp_path: Path) -> None:
    laid(MINE, tmp_path / "mine")
    with pytest.raises(BadData, match="a test split of its own, and another is given"):
        pack(tmp_path / "mine", tmp_path / "packed", test=tmp_path / "mine")


def test_validation_images_are_a_split_of_their_own(tmp_path: Path) -> None:
    files = {name.replace("test", "val"): data for name, data in MINE.items()}
    assert packed(laid(files, tmp_path / "mine")).index.images == {"train": 8, "validation": 4}


def test_what_repeats_or_leaks_is_counted_and_named(tmp_path: Path) -> None:
    again = {"my data/train/cat/again.png": MINE["my data/train/cat/0.png"]}
    leak = {"my data/test/cat/leak.png": MINE["my data/train/cat/1.png"]}
    report = pack(laid(MINE | again | leak, tmp_path / "mine"), tmp_path / "packed")
    assert report.index.duplicates == {"train": 1}
    assert report.index.leaked == {"train/test": 1}
    assert report.index.leaks == (("my data/train/cat/1.png", "my data/test/cat/leak.png"),)
    assert any("scores on it will flatter" in remark for remark in report.remarks)


# -------------------------------------------------------------------------------------------------------------- sizes


def sizes(*shapes: tuple[int, int]) -> Files:
    pictures = [picture(noise(1, *shape, 1, first=place)[0]) for place, shape in enumerate(shapes)]
    return {f"{'cat' if place % 2 else 'dog'}/{place}.png": data for place, data in enumerate(pictures)}


def test_images_of_one_size_keep_it_square_or_not(tmp_path: Path) -> None:
    index = packed(laid(sizes((9, 14), (9, 14), (9, 14)), tmp_path / "mine")).index
    assert (index.height, index.width, index.channels, index.resized) == (9, 14, 1, "")


def test_images_of_several_sizes_become_squares_of_the_median_shorter_side(tmp_path: Path) -> None:
    index = packed(laid(sizes((10, 30), (12, 12), (40, 20)), tmp_path / "mine")).index
    assert (index.height, index.width) == (12, 12)
    assert index.resized == "images of 3 sizes, from (10, 30) to (40, 20) were resized by area to 12 x 12"


def test_large_images_are_capped_and_a_side_that_is_given_is_kept(tmp_path: Path) -> None:
    folder = laid(sizes((600, 600), (600, 600)), tmp_path / "mine")
    assert packed(folder).index.height == 224
    assert packed(folder, into="other", side=20).index.width == 20
    with pytest.raises(BadData, match="side: got 900, wanted 1 to 512"):
        pack(folder, tmp_path / "third", side=900)


def test_resizing_is_by_area(tmp_path: Path) -> None:
    found = packed(laid(sizes((20, 20), (20, 20)), tmp_path / "mine"), side=10)
    whole = noise(1, 20, 20, 1, first=1)[0, :, :, 0].astype(float)
    wanted = whole.reshape(10, 2, 10, 2).mean(axis=(1, 3))
    assert np.abs(found.images("train")[0, :, :, 0] - wanted).max() <= 1  # rounded twice: a direction after the other


def test_grey_and_coloured_images_become_coloured(tmp_path: Path) -> None:
    grey = {"cat/g.png": picture(noise(1, 8, 8, 1, first=9)[0])}
    found = packed(laid(folders(1) | grey, tmp_path / "mine"))
    assert found.index.channels == 3
    pixels = found.images("train")[found.names("train").index("cat/g.png")]
    assert (pixels == pixels[:, :, :1]).all()


def test_mean_and_deviation_are_those_of_the_training_split(tmp_path: Path) -> None:
    index = packed(laid(MINE, tmp_path / "mine")).index
    pixels = noise(8, 8, 8, 3).reshape(-1, 3).astype(float)
    assert index.mean == pytest.approx(pixels.mean(axis=0), abs=1e-5)
    assert index.deviation == pytest.approx(pixels.std(axis=0), abs=1e-5)


# ------------------------------------------------------------------------------------------- whole, or not there at all


def test_what_cannot_be_learned_from_leaves_nothing_behind(tmp_path: Path) -> None:
    laid(folders(classes=("cat",)), tmp_path / "one")
    with pytest.raises(BadData, match="the one class 'cat', wanted two"):
        pack(tmp_path / "one", tmp_path / "packed")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("after", [0, 3, 20, 45])
def test_it_stops_where_it_is_asked_to_and_leaves_nothing(after: int, tmp_path: Path) -> None:
    left = iter(range(after))

    def check() -> None:
        if next(left, None) is None:
            raise Cancelled("enough")

    source = tmp_path / "mine.tar.gz"
    source.write_bytes(tarred(folders(9)))
    with pytest.raises(Cancelled, match="enough"):
        pack(source, tmp_path / "packed", check=check)
    assert list(tmp_path.iterdir()) == [source]


def test_a_folder_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    laid(MINE, tmp_path / "mine")
    (tmp_path / "packed").mkdir()
    with pytest.raises(BadData, match="is there already"):
        pack(tmp_path / "mine", tmp_path / "packed")


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laid(MINE, tmp_path / "mine")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 100})())
    with pytest.raises(StorageFailed, match="packing needs 2,304 bytes, 100 are free"):
        pack(tmp_path / "mine", tmp_path / "packed")


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    laid(mnist(350), tmp_path / "mine")
    pack(tmp_path / "mine", tmp_path / "packed", progress=lambda done, total: told.append((done, total)))
    assert told == [(0, None), (100, 360), (200, 360), (300, 360), (360, 360)]


def test_a_name_that_a_recipe_cannot_hold_is_made_one_that_it_can(tmp_path: Path) -> None:
    folder = laid(MINE, tmp_path / ("a\nb" + "c" * 200))
    index = packed(folder).index
    assert index.name == "a b" + "c" * 117
    component(TASKS, {"kind": "image_classification", "data": index.recipe()})


def test_the_same_images_have_the_same_checksum_whatever_they_are_called(tmp_path: Path) -> None:
    renamed = {name.replace("my data", "other").replace(".png", "x.png"): data for name, data in MINE.items()}
    first, other = packed(laid(MINE, tmp_path / "a")), packed(laid(renamed, tmp_path / "b"), into="other")
    changed = {**MINE, "my data/train/cat/0.png": picture(noise(1, 8, 8, 3, first=999)[0])}
    third = packed(laid(changed, tmp_path / "c"), into="third")
    assert first.index.sha256 == other.index.sha256 != third.index.sha256


# ---------------------------------------------------------------------------------------------------- memory, real data

MEASURED = """
import resource, sys
from pathlib import Path
from nas_engine.data import pack
test = Path(sys.argv[3]) if len(sys.argv) > 3 else None
report = pack(Path(sys.argv[1]), Path(sys.argv[2]), test=test)
print(sum(report.index.images.values()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def measured(*arguments: Path) -> tuple[int, int]:
    """Images packed by another process, and the most memory that it held, in MB."""
    command = [sys.executable, "-c", MEASURED, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900, check=True)
    images, peak = map(int, done.stdout.split())
    return images, peak // 1024


def test_packing_holds_a_small_part_of_the_images_in_memory(tmp_path: Path) -> None:
    count, side = 1500, 160  # 115 MB of pixels, of which an image's file is a small part
    one = np.zeros((side, side, 3), np.uint8)
    files = {}
    for number in range(count):
        one[0, 0] = (number % 256, number // 256, 0)
        if number < 60:
            laid({f"{'cat' if number % 2 else 'dog'}/{number}.png": picture(one)}, tmp_path / "few")
        files[f"{'cat' if number % 2 else 'dog'}/{number}.png"] = number
    (tmp_path / "many").mkdir()
    for name, number in files.items():
        place = tmp_path / "many" / name
        place.parent.mkdir(exist_ok=True)
        place.hardlink_to(tmp_path / "few" / ("cat" if number % 2 else "dog") / f"{number % 60}.png")
    few, many = measured(tmp_path / "few", tmp_path / "a"), measured(tmp_path / "many", tmp_path / "b")
    assert (few[0], many[0]) == (60, count)
    assert many[1] - few[1] < 40, f"{few[1]} MB for 60 images, {many[1]} MB for {count:,}"


@pytest.mark.shared_data
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_cifar_as_jpeg_archives_is_packed_in_less_than_500_mb(tmp_path: Path) -> None:
    train, test = SHARED / "cifar10-jpeg-train.tar.xz", SHARED / "cifar10-jpeg-test.tar.xz"
    if not train.exists():
        pytest.skip(f"{train.name} is not beside the project, in ../shared/data/images")
    images, peak = measured(train, tmp_path / "packed", test)
    index = Packed(tmp_path / "packed").index
    assert (images, index.images) == (60_000, {"train": 50_000, "test": 10_000})
    assert set(chain(*index.counts.values())) == {5_000, 1_000}
    assert (index.classes[0], index.shape.height, index.failed) == ("airplane", 32, {})
    assert peak < 500
    print(
        f"CIFAR-10, JPEG copy: peak {peak} MB, this process {resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime:.0f} s"
    )


@pytest.mark.shared_data
def test_the_cifar_test_archive_is_read_member_by_member(tmp_path: Path) -> None:
    test = SHARED / "cifar10-jpeg-test.tar.xz"
    if not test.exists():
        pytest.skip(f"{test.name} is not beside the project, in ../shared/data/images")
    index = pack(test, tmp_path / "packed", limits=Limits(images=10_000)).index
    assert index.images == {"train": 10_000}
    assert index.counts["train"] == (1_000,) * 10
    assert index.mean == pytest.approx((125.3, 123.0, 113.9), abs=2)
