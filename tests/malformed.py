"""Data that are wrong in every way that we could think of, made anew in memory, and what has to be said of each.

`for one in MALFORMED: pack(one.written(folder), ...)` raises BadData whose text matches `one.said`. `one.limits` are needed only
where a real bomb would be too large for a test. `one.data` is one file, as a browser sends it; `DAMAGED` holds archives that are
good but for some of their files, and which reasons are counted.
"""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.samples import folders, idx, mnist, noise, npz, picture, tarred, zipped


@dataclass(frozen=True)
class Malformed:
    """One file that is refused. `said`: a pattern of the refusal."""

    name: str  # of the file
    make: Callable[[], bytes]
    said: str
    limits: dict[str, int] = field(default_factory=dict)

    @property
    def data(self) -> bytes:
        return self.make()

    def written(self, folder: Path) -> Path:
        """The file, in a folder."""
        path = folder / self.name
        path.write_bytes(self.data)
        return path


@dataclass(frozen=True)
class Damaged:
    """An archive that is packed without some of its files. `failed`: reason -> how many."""

    name: str
    make: Callable[[], bytes]
    failed: dict[str, int]

    written = Malformed.written

    @property
    def data(self) -> bytes:
        return self.make()


def _cut(data: bytes, share: float = 0.6) -> bytes:
    return data[: int(len(data) * share)]


def _flipped(data: bytes, place: float) -> bytes:
    at = int(len(data) * place)
    return data[:at] + bytes(255 - byte for byte in data[at : at + 40]) + data[at + 40 :]


def _linked(kind: bytes, target: str) -> bytes:
    """A tar whose members are links."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as file:
        for label in ("cat", "dog"):
            entry = tarfile.TarInfo(f"{label}/a.png")
            entry.type, entry.linkname = kind, target
            file.addfile(entry)
    return out.getvalue()


def _zip_links() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for label in ("cat", "dog"):
            entry = zipfile.ZipInfo(f"{label}/a.png")
            entry.create_system, entry.external_attr = 3, 0o120777 << 16
            file.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _locked() -> bytes:
    """A zip that says that its members have a password."""
    data = bytearray(zipped(folders()))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 8] |= 1
        at += 4
    return bytes(data)


def _headless(data: bytes | None = None) -> bytes:
    """A zip of IDX files, or the one given, whose list of members is whole and the last member's own head is not."""
    harmed = bytearray(zipped(mnist(packed=False)) if data is None else data)
    at = harmed.rindex(b"PK\x03\x04")
    harmed[at : at + 4] = b"PK\x03\x05"
    return bytes(harmed)


def _nameless() -> bytes:
    """A zip of one file whose name is empty."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr(zipfile.ZipInfo("\0"), picture(noise(1)[0]))
    return out.getvalue()


def _lying_zip() -> bytes:
    """A zip whose members unpack to more than their heads say."""
    data = bytearray(zipped({"cat/a.png": bytes(100_000), "dog/b.png": bytes(100_000)}))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        data[at + 24 : at + 28] = struct.pack("<I", 10)
        at += 4
    return bytes(data)


def _newer(data: bytes) -> bytes:
    """A zip whose directory asks for a version of the format that nobody has."""
    at = data.index(b"PK\x01\x02")
    return data[: at + 6] + b"\x40" + data[at + 7 :]


def _bomb_zip() -> bytes:
    return zipped({f"{label}/a.png": bytes(50 * 2**20) for label in ("cat", "dog")})


def _bomb_gz() -> bytes:
    """Images of zeros without end, a thousand times smaller when packed."""
    head = struct.pack(">HBBIII", 0, 8, 3, 2000, 256, 256)
    return gzip.compress(head + bytes(2000 * 256 * 256), 9)


def _bomb_idx() -> bytes:
    labels = gzip.compress(idx((np.arange(2000) % 2).astype(np.uint8)))
    return tarred({"train-images-idx3-ubyte.gz": _bomb_gz(), "train-labels-idx1-ubyte.gz": labels}, "w")


def _hungry_xz() -> bytes:
    """An xz stream whose dictionary would take a gigabyte to unpack."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 16}]
    data = bytearray(lzma.compress(tarred(folders(), "w"), filters=filters))
    header = 12  # of the stream; then the block's header, whose dictionary byte is made the largest
    size = (data[header] + 1) * 4
    at = data.index(b"\x21\x01", header) + 2
    data[at] = 38
    data[header + size - 4 : header + size] = struct.pack("<I", zlib.crc32(bytes(data[header : header + size - 4])))
    return bytes(data)


def _objects() -> bytes:
    labels = np.array([0, 1, 0, 1], dtype=object)
    return npz(images=noise(4)[..., 0], labels=labels)


def _swapped() -> bytes:
    return npz(images=np.asfortranarray(noise(4, 6, 5)[..., 0]), labels=np.arange(4) % 2)


def _idx_pair(images: bytes, labels: bytes) -> bytes:
    return zipped({"train-images-idx3-ubyte": images, "train-labels-idx1-ubyte": labels})


_FOUR = idx(noise(4)[..., 0])
_LABELS = idx((np.arange(4) % 2).astype(np.uint8))
_WHOLE = r"whole (zip|tar|NPZ) file|broken or cut off|ends [\d,]+ bytes early"

MALFORMED: tuple[Malformed, ...] = (
    # not what it says
    Malformed("nothing.zip", lambda: b"", "not a kind of file"),
    Malformed("text.zip", lambda: b"these are no images\n" * 50, "not a kind of file"),
    Malformed("page.tar.gz", lambda: b"<!doctype html><title>404</title>" * 20, "not a kind of file"),
    Malformed("text.tar.gz", lambda: gzip.compress(b"no tar at all" * 100), _WHOLE),
    Malformed("photo.zip", lambda: picture(noise(1, channels=3)[0]), "not a kind of file"),
    Malformed("weights.npz", lambda: npz(weight=np.zeros((3, 3)), bias=np.zeros(3)), "wanted x_train and y_train"),
    # cut off or damaged on the way
    Malformed("half.zip", lambda: _cut(zipped(folders())), _WHOLE),
    Malformed("newer.zip", lambda: _newer(zipped(folders())), _WHOLE),
    Malformed("newer.npz", lambda: _newer(npz(x_train=np.zeros((2, 4, 4)))), "not a whole NPZ file"),
    Malformed("half.tar", lambda: _cut(tarred(folders(), "w")), _WHOLE),
    Malformed("half.tar.gz", lambda: _cut(tarred(folders(), "w:gz")), _WHOLE),
    Malformed("half.tar.bz2", lambda: _cut(tarred(folders(), "w:bz2")), _WHOLE),
    Malformed("half.tar.xz", lambda: _cut(tarred(folders(), "w:xz")), _WHOLE),
    Malformed("flipped.tar.gz", lambda: _flipped(tarred(folders(), "w:gz"), 0.5), _WHOLE),
    Malformed("flipped.tar.xz", lambda: _flipped(tarred(folders(), "w:xz"), 0.5), _WHOLE),
    Malformed("flipped.zip", lambda: _flipped(zipped(folders()), 0.05), _WHOLE + "|cannot be unpacked"),
    Malformed("half.npz", lambda: _cut(npz(images=noise(4)[..., 0], labels=np.arange(4) % 2)), _WHOLE),
    # paths
    Malformed("absolute.tar", lambda: tarred({f"/etc/{n}": d for n, d in folders().items()}, "w"), "leads out"),
    Malformed("dots.zip", lambda: zipped({f"../../{n}": d for n, d in folders().items()}), "leads out"),
    Malformed("drive.zip", lambda: zipped({f"C:\\x\\{n}": d for n, d in folders().items()}), "leads out"),
    Malformed("bell.tar", lambda: tarred({f"a\x07{n}": d for n, d in folders().items()}, "w"), "control characters"),
    Malformed(
        "long.tar", lambda: tarred({f"{'x/' * 900}{n}": d for n, d in folders().items()}, "w"), "characters long"
    ),
    Malformed("symlinks.tar", lambda: _linked(tarfile.SYMTYPE, "/etc/passwd"), r"no image that can be read \(2 link\)"),
    Malformed("hardlinks.tar", lambda: _linked(tarfile.LNKTYPE, "cat/b.png"), r"no image that can be read \(2 link\)"),
    Malformed("devices.tar", lambda: _linked(tarfile.CHRTYPE, ""), r"no image that can be read \(2 link\)"),
    Malformed("symlinks.zip", _zip_links, r"no image that can be read \(2 link\)"),
    # bombs
    Malformed("bomb.zip", _bomb_zip, "times its size"),
    Malformed("bomb.tar", _bomb_idx, "times its size"),
    Malformed("bomb.tar.gz", lambda: gzip.compress(tarred({"cat/a.png": bytes(90 * 2**20)}, "w")), "times its size"),
    Malformed("lying.zip", _lying_zip, _WHOLE + "|no image that can be read"),
    Malformed("hungry.tar.xz", _hungry_xz, _WHOLE),
    Malformed("many.tar", lambda: tarred(folders(600), "w"), "more than", {"images": 100}),
    Malformed("large.zip", lambda: zipped(folders(9)), "unpacks to more than 1,000 bytes", {"bytes": 1000}),
    Malformed("wide.zip", lambda: zipped(folders(1)), r"\(2 too large\)", {"pixels": 10}),
    Malformed("results.zip", lambda: zipped(folders(9)), "the limit is 100", {"packed_bytes": 100}),
    # locked
    Malformed("nameless.zip", _nameless, "leads out of the archive"),
    Malformed("heads.zip", _headless, _WHOLE),
    Malformed("heads.npz", lambda: _headless(npz(images=noise(4)[..., 0], labels=np.arange(4) % 2)), _WHOLE),
    Malformed("locked.zip", _locked, "has a password"),
    Malformed("rare.zip", lambda: zipped(folders(), zipfile.ZIP_LZMA), "rare method"),
    # folders
    Malformed("empty.zip", lambda: zipped({}), "holds no files"),
    Malformed("flat.zip", lambda: zipped({f"{n}.png": picture(noise(1, first=n)[0]) for n in range(4)}), "4 no class"),
    Malformed("one.zip", lambda: zipped(folders(classes=("cat",))), "the one class 'cat'"),
    Malformed("broken.zip", lambda: zipped(dict.fromkeys(folders(), b"\x89PNG\r\n\x1a\n")), r"\(6 not an image\)"),
    Malformed(
        "half-class.zip",
        lambda: zipped(folders(2) | {f"owl/{n}.png": _cut(picture(noise(1, 32, 32)[0])) for n in range(2)}),
        "no training image of the class 'owl'",
    ),
    Malformed(
        "strangers.zip",
        lambda: zipped(folders(above="train/") | folders(above="test/", classes=("cat", "cow"), first=50)),
        "the test split holds the class 'cow'",
    ),
    Malformed(
        "classes.zip", lambda: zipped(folders(1, tuple(f"c{n}" for n in range(30)))), "30 classes", {"classes": 20}
    ),
    Malformed(
        "untrained.zip", lambda: zipped(folders(above="test/") | folders(above="val/", first=9)), "nothing to train"
    ),
    # IDX
    Malformed("unlabelled.zip", lambda: zipped({"train-images-idx3-ubyte": _FOUR}), "but no train-labels-idx"),
    Malformed("floats.zip", lambda: _idx_pair(idx(noise(4)[..., 0], kind=13), _LABELS), "begins with 00 00 0d 03"),
    Malformed("rank.zip", lambda: _idx_pair(_LABELS, _LABELS), "begins with 00 00 08 01"),
    Malformed("short.zip", lambda: _idx_pair(_cut(_FOUR), _LABELS), "bytes early"),
    Malformed("head.zip", lambda: _idx_pair(b"\0\0", _LABELS), "bytes early"),
    Malformed("huge.zip", lambda: _idx_pair(struct.pack(">HBBIII", 0, 8, 3, 2**31, 9, 9), _LABELS), "the limit is"),
    Malformed(
        "flat-images.zip", lambda: _idx_pair(struct.pack(">HBBIII", 0, 8, 3, 4, 0, 9), _LABELS), "at least a pixel"
    ),
    Malformed("mixed.zip", lambda: _idx_pair(_FOUR, idx(np.zeros(5, np.uint8))), "4 train images, but 5 labels"),
    Malformed("alike.zip", lambda: _idx_pair(_FOUR, idx(np.zeros(4, np.uint8))), "the one class '0'"),
    Malformed("none.zip", lambda: _idx_pair(idx(noise(0)[..., 0]), idx(np.zeros(0, np.uint8))), "no image"),
    Malformed("twice.zip", lambda: zipped(mnist() | mnist(packed=False)), "two files of train images"),
    # NPZ
    Malformed("objects.npz", _objects, "Python objects"),
    Malformed("fortran.npz", _swapped, "Fortran order"),
    Malformed("half-pair.npz", lambda: npz(x_train=noise(4)), "holds no array 'y_train'"),
    Malformed("float.npz", lambda: npz(images=noise(4) / 255, labels=np.arange(4)), "holds float64, wanted uint8"),
    Malformed("far.npz", lambda: npz(images=noise(4).astype(int) * 9, labels=np.arange(4)), "wanted 0 to 255"),
    Malformed("six.npz", lambda: npz(images=np.zeros((4, 8, 8, 6), np.uint8), labels=np.arange(4)), "1 or 3 channels"),
    Malformed("vector.npz", lambda: npz(images=np.zeros((4, 64), np.uint8), labels=np.arange(4)), r"shape \(4, 64\)"),
    Malformed("uneven.npz", lambda: npz(images=noise(4), labels=np.arange(5)), r"wanted \(4,\)"),
    Malformed("hot.npz", lambda: npz(images=noise(4), labels=np.eye(4)), "one label an image"),
    Malformed("texts.npz", lambda: zipped({"images.npy": b"no array", "labels.npy": b"neither"}), "not an array"),
)


def _with(extra: dict[str, bytes]) -> bytes:
    return zipped(folders() | extra)


def _animated() -> bytes:
    from PIL import Image

    frames = [Image.fromarray(one[:, :, 0]) for one in noise(3)]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def _deep() -> bytes:
    """A TIFF whose pixels have 32 bits."""
    from PIL import Image

    out = io.BytesIO()
    Image.fromarray(noise(1)[0, :, :, 0].astype(np.float32)).save(out, "TIFF")
    return out.getvalue()


DAMAGED: tuple[Damaged, ...] = (
    Damaged(
        "truncated.zip", lambda: _with({"cat/x.jpg": _cut(picture(noise(1, 64, 64, 3)[0], "JPEG"))}), {"truncated": 1}
    ),
    Damaged("text.zip", lambda: _with({"cat/notes.txt": b"a cat", "dog/x.jpg": b"no dog"}), {"not an image": 2}),
    Damaged("empty.zip", lambda: _with({"cat/x.png": b""}), {"empty": 1}),
    Damaged("animated.zip", lambda: _with({"dog/x.gif": _animated()}), {"animated": 1}),
    Damaged("deep.zip", lambda: _with({"dog/x.tif": _deep()}), {"mode": 1}),
    Damaged("above.zip", lambda: _with({"readme.md": b"these are cats and dogs"}), {"no class": 1}),
    Damaged("nested.zip", lambda: _with({"cat/more.zip": zipped(folders())}), {"not an image": 1}),
)
