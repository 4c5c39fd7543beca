from __future__ import annotations

import bz2
import gzip
import io
import lzma

import pytest

from nas_engine.data.limits import Guard, Limits
from nas_engine.data.streams import Counted, Xz, exactly, packing, unpacked
from nas_engine.errors import BadData, Cancelled

TEXT = bytes(range(256)) * 3000
PACKED = {"gz": gzip.compress(TEXT), "bz2": bz2.compress(TEXT), "xz": lzma.compress(TEXT), "": TEXT}


def guard(size: int = 10**9, **limits: int) -> Guard:
    return Guard("mine.tar", size, Limits(**limits))


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize("piece", [1000, 65536, -1])
def test_a_stream_is_recognised_and_unpacked(kind: str, piece: int) -> None:
    data = PACKED[kind]
    assert packing(data[:6]) == kind
    stream = Counted(unpacked(io.BytesIO(data), kind), guard(), "x")
    assert b"".join(iter(lambda: stream.read(piece), b"")) == TEXT


def test_an_xz_of_several_parts_with_padding_is_one_stream() -> None:
    stream = Xz(io.BytesIO(lzma.compress(b"one") + bytes(8) + lzma.compress(b"two") + bytes(4)))
    assert b"".join(iter(lambda: stream.read(2), b"")) == b"onetwo"


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz"])
def test_a_stream_that_is_cut_off_is_named(kind: str) -> None:
    stream = Counted(unpacked(io.BytesIO(PACKED[kind][:-20]), kind), guard(), "mine.tar")
    with pytest.raises(BadData, match=r"mine\.tar is broken or cut off .*; copy it again"):
        stream.read()


def test_what_ends_early_says_how_much_is_missing() -> None:
    with pytest.raises(BadData, match="x ends 3 bytes early"):
        exactly(io.BytesIO(b"12"), 5, "x")


def test_a_guard_counts_bytes_against_limit_and_ratio() -> None:
    with pytest.raises(BadData, match="more than 500 bytes, which is the limit"):
        guard(bytes=500).bytes(501)
    small = guard(size=1000)
    small.bytes(60 * 2**20)  # a small file may pack very well
    with pytest.raises(BadData, match="200 times its size"):
        small.bytes(5 * 2**20)


def test_a_guard_stops_where_it_is_told_to() -> None:
    def check() -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        Guard("x", 1, Limits(), check).bytes(1)
