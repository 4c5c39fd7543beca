"""Data that people upload: archives, arrays, images, and the headers that they come with."""

from __future__ import annotations

import gzip
import io
import json
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from nas_engine.data import Limits, Packed, pack
from nas_engine.data.pictures import REASONS, Unreadable, decoded, look
from nas_engine.errors import BadData
from tests.fuzz.hostile import damaged
from tests.fuzz.target import Target, taken
from tests.samples import folders, idx, mnist, noise, npz, picture, tarred, zipped

LIMITS = Limits(images=200, classes=20, bytes=2**20, file_bytes=2**16, pixels=4_000, side=32, packed_bytes=2**20)


def _packs(name: str, data: bytes) -> None:
    """Packed whole and verified, or refused and nothing is left behind."""
    with tempfile.TemporaryDirectory() as folder:
        source, packed = Path(folder) / name, Path(folder) / "packed"
        source.write_bytes(data)
        report = taken(lambda: pack(source, packed, limits=LIMITS), BadData)
        if report is None:
            assert list(Path(folder).iterdir()) == [source]
            return
        assert {path.name for path in Path(folder).iterdir()} == {source.name, "packed"}
        read = Packed(packed)
        read.verify()
        assert 2 <= len(read.index.classes) <= LIMITS.classes
        images, labels = read.images("train"), read.labels("train")
        assert 0 < len(images) == len(labels) <= LIMITS.images
        assert labels.min() >= 0
        assert labels.max() < len(read.index.classes)


# archives whose names and members lie

_PNG = picture(noise(1)[0])
_CONTENTS = (
    _PNG,
    picture(noise(1, first=9)[0]),
    picture(noise(1, first=17)[0]),
    b"",
    b"text",
    _PNG[:30],
    bytes(70_000),
)
_PARTS = (
    "cat",
    "dog",
    "train",
    "test",
    "a.png",
    "b.png",
    "..",
    ".",
    "",
    "/",
    "C:",
    "\\",
    "con",
    "\x07",
    "é",
    "\u202e",
    "x" * 300,
)
_NAMES = st.one_of(
    st.builds("{}/{}.png".format, st.sampled_from(("cat", "dog", "train/cat", "test/dog")), st.integers(0, 9)),
    st.lists(st.sampled_from(_PARTS), min_size=1, max_size=4).map("/".join),
    st.text(max_size=8),
)
_KINDS = st.sampled_from(("file", "file", "file", "file", "link", "hard", "device", "folder"))
_MEMBERS = st.lists(st.tuples(_NAMES, st.integers(0, len(_CONTENTS) - 1), _KINDS), max_size=7)
_WAYS = st.sampled_from(("zip", "stored.zip", "tar", "tar.gz"))
_TAR = {"link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "device": tarfile.CHRTYPE, "folder": tarfile.DIRTYPE}


def _archive(members: list[tuple[str, int, str]], way: str) -> bytes:
    out = io.BytesIO()
    if way.endswith("zip"):
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if "stored" in way else zipfile.ZIP_DEFLATED) as file:
            for name, content, kind in members:
                entry = zipfile.ZipInfo(name or "x")
                entry.create_system = 3
                entry.external_attr = (stat.S_IFLNK if kind == "link" else stat.S_IFREG) << 16
                file.writestr(entry, _CONTENTS[content])
        return out.getvalue()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as file:
        for name, content, kind in members:
            head = tarfile.TarInfo(name.encode("utf-8", "replace").decode())
            head.type, head.linkname = _TAR.get(kind, tarfile.REGTYPE), "../../etc/passwd" * (kind in ("link", "hard"))
            head.size = len(_CONTENTS[content]) if kind == "file" else 0
            file.addfile(head, io.BytesIO(_CONTENTS[content]))
    return gzip.compress(out.getvalue(), 1) if way.endswith("gz") else out.getvalue()


def _archive_holds(value: tuple[list[tuple[str, int, str]], str]) -> None:
    members, way = value
    try:
        data = _archive(members, way)
    except (UnicodeError, ValueError):  # no archive can hold such a name
        return
    _packs(f"theirs.{way}", data)


# files whose bytes are harmed

_LABELS = np.arange(4) % 2
_WHOLE = {
    "whole.zip": zipped(folders(2)),
    "whole.tar": tarred(folders(2), "w"),
    "whole.tar.gz": tarred(folders(2), "w:gz"),
    "whole.tar.bz2": tarred(folders(2), "w:bz2"),
    "whole.tar.xz": tarred(folders(2), "w:xz"),
    "mnist.zip": zipped(mnist(8, 4)),
    "plain.zip": zipped(mnist(8, 4, packed=False), zipfile.ZIP_STORED),
    "arrays.npz": npz(images=noise(4)[..., 0], labels=_LABELS),
    "pairs.npz": npz(x_train=noise(4), y_train=_LABELS, x_test=noise(2, first=90), y_test=_LABELS[:2]),
    "words.npz": npz(images=noise(4), labels=np.array(["owl", "cat", "owl", "cat"])),
    "lone.idx3-ubyte": idx(noise(4)[..., 0]),
}
_NAMED = st.sampled_from(sorted(_WHOLE)).flatmap(lambda name: st.tuples(st.just(name), damaged((_WHOLE[name],))))


# images

_PICTURES = tuple(
    picture(noise(1, 9, 7, channels)[0], kind, **options)  # type: ignore[arg-type]
    for channels in (1, 3)
    for kind, options in (
        ("PNG", {}),
        ("JPEG", {"quality": 50}),
        ("GIF", {}),
        ("BMP", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {}),
        ("PPM", {}),
    )
)


def _image_holds(data: bytes) -> None:
    try:
        found = look(data, LIMITS.pixels)
        pixels = decoded(data, LIMITS.pixels, found.colour)
    except Unreadable as error:
        reason, said = error.reason, str(error)
    else:
        assert (pixels.height, pixels.width) == (found.height, found.width)
        assert found.height * found.width <= LIMITS.pixels
        assert pixels.mode == ("RGB" if found.colour else "L")
        return
    assert reason in REASONS
    assert said


# headers of tus

_TEXTS = st.one_of(
    st.sampled_from(
        ("", " ", "0", "10", "-1", "1e3", "\u0663", "9" * 19, "9" * 18, "sha1 ", "sha256 AAAA", "team !", "md5 AA==")
    ),
    st.sampled_from(("filename YS56aXA=", "filename YS56aXA=,team AA==", "name ,filename", "filename /w==", "a b c,,")),
    st.text(max_size=20),
    st.binary(max_size=24).map(lambda data: "sha1 " + data.hex()),
)


def _tus_holds(texts: tuple[str, str, str, str]) -> None:
    from django.http import HttpRequest
    from rest_framework.exceptions import ValidationError
    from rest_framework.request import Request

    from webapp.api.views.tus import _identity, _metadata, _number
    from webapp.datasets.checksum import ALGORITHMS, Checksum
    from webapp.datasets.services.uploads import LONGEST_NAME, Announced, _refuse_names
    from webapp.refusals import Refused

    length, metadata, checksum, name = texts
    asked = HttpRequest()
    asked.META |= {"HTTP_UPLOAD_LENGTH": length, "HTTP_UPLOAD_METADATA": metadata}
    request = Request(asked)
    size = taken(lambda: _number(request, "Upload-Length"), ValidationError)
    assert size is None or 0 <= size < 10**18
    said = taken(lambda: _metadata(request), ValidationError)
    if said is not None:
        assert json.loads(json.dumps(said)) == said
        taken(lambda: _identity(said.get("team", "")), ValidationError)
    found = taken(lambda: Checksum.read(checksum), Refused)
    assert found is None or found.algorithm in ALGORITHMS
    files = [Announced(name, size or 1)]
    if taken(lambda: [_refuse_names(name.strip(), files)], Refused) is not None:
        assert name.isprintable()
        assert not set(name) & set("/\\\0\n")
        assert 0 < len(name.encode()) <= LONGEST_NAME
        assert name not in (".", "..")


TARGETS = (
    Target(
        "archives",
        "an archive with hostile names, links and members is packed whole, or refused in a sentence and leaves nothing",
        st.tuples(_MEMBERS, _WAYS),
        _archive_holds,
    ),
    Target(
        "uploaded files",
        "zip, tar, IDX and NPZ with harmed bytes are packed whole, or refused in a sentence and leave nothing",
        _NAMED,
        lambda value: _packs(*value),
    ),
    Target(
        "images",
        "an image file with harmed bytes is unreadable for one of the known reasons, or as large as its head says",
        damaged(_PICTURES),
        _image_holds,
    ),
    Target(
        "tus headers",
        "lengths, metadata, checksums and names are refused by name, or within the limits",
        st.tuples(_TEXTS, _TEXTS, _TEXTS, _TEXTS),
        _tus_holds,
    ),
)
