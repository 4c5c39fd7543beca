"""Downloads, whole and in part."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.http import HttpRequest

from webapp.api.ranges import download

DATA = bytes(range(256)) * 600  # more than two blocks


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(DATA)
    return path


def asked(file: Path, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    request = HttpRequest()
    request.META.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    response = download(request, file, file.name, hashlib.sha256(DATA).hexdigest())
    content = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
    response.close()
    return response.status_code, content, dict(response.items())


def test_without_a_range_the_whole_file_comes(file: Path) -> None:
    status, content, headers = asked(file)
    assert (status, content) == (200, DATA)
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Length"] == str(len(DATA))


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=100000-", 100000, None),
        ("bytes=-7", -7, None),
        ("bytes=5-999999999", 5, None),
    ],
)
def test_a_range_brings_exactly_its_bytes(file: Path, wanted: str, start: int, end: int | None) -> None:
    status, content, headers = asked(file, range=wanted)
    assert (status, content) == (206, DATA[start:end])
    assert headers["Content-Length"] == str(len(content))
    first = start % len(DATA)
    assert headers["Content-Range"] == f"bytes {first}-{first + len(content) - 1}/{len(DATA)}"


@pytest.mark.parametrize("wanted", [f"bytes={len(DATA)}-", "bytes=9-3", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused(file: Path, wanted: str) -> None:
    status, content, headers = asked(file, range=wanted)
    assert (status, content) == (416, b"")
    assert headers["Content-Range"] == f"bytes */{len(DATA)}"


@pytest.mark.parametrize("wanted", ["bytes=0-1,4-5", "lines=0-1", "bytes=-", "bytes=a-b"])
def test_a_range_of_another_kind_is_ignored(file: Path, wanted: str) -> None:
    assert asked(file, range=wanted)[:2] == (200, DATA)


def test_a_broken_download_goes_on_only_while_the_file_is_the_same(file: Path) -> None:
    tag = asked(file)[2]["ETag"]
    assert asked(file, range="bytes=10-", if_range=tag)[:2] == (206, DATA[10:])
    assert asked(file, range="bytes=10-", if_range='"another"')[:2] == (200, DATA)


def test_who_has_the_file_is_told_so(file: Path) -> None:
    tag = asked(file)[2]["ETag"]
    assert asked(file, if_none_match=tag)[:2] == (304, b"")
