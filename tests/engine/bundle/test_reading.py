"""A stranger's bundle is whole and within the limits, or refused in a sentence that says what is wrong."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from nas_engine.bundle import BadBundle, Limits, is_bundle, opened
from nas_engine.errors import NasError
from tests.bundled import bundle, members, repacked

Change = Callable[[dict[str, bytes]], object]


def refused(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(NasError) as error, opened(io.BytesIO(data), limits):
        pass
    return str(error.value)


def changed(change: Change, **manifest: object) -> bytes:
    contents = members(bundle())
    change(contents)
    return repacked(contents, **manifest)


def _event(number: int, **fields: object) -> Change:
    def change(contents: dict[str, bytes]) -> None:
        lines = contents["events.jsonl"].splitlines(keepends=True)
        lines[number] = json.dumps({**json.loads(lines[number]), **fields}).encode() + b"\n"
        contents["events.jsonl"] = b"".join(lines)

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda held: held.pop("bundle.json"), "it has no bundle.json"),
        (lambda held: held.pop("state.json"), "it lacks state.json"),
        (lambda held: held.update({"../../etc/passwd": b"x"}), "it holds '../../etc/passwd', which no bundle"),
        (lambda held: held.update({"/absolute": b"x"}), "it holds '/absolute', which no bundle"),
        (lambda held: held.update({"recipe.json": b"{"}), "recipe.json is not JSON"),
        (lambda held: held.update({"recipe.json": b"[" * 100_000}), "recipe.json is not JSON"),
        (lambda held: held.update({"recipe.json": b"{}"}), "recipe field 'version'"),
        (lambda held: held.update({"state.json": b"[]"}), "state.json holds [], wanted an object or null"),
        (lambda held: held.update({"state.json": b'{"x": NaN}'}), "state.json is not JSON"),
        (lambda held: held.update({"state.json": b'{"x": "\\ud800"}'}), "its history has no digest"),
        (lambda held: held.update({"state.json": b"{}"}), "its history digest is"),
        (lambda held: held.update({"environment.json": b"{}"}), "environment.json holds {}, wanted a list"),
        (
            lambda held: held.update({"environment.json": b'[{"torch": "a\\u0000"}]'}),
            "wanted a list of objects of short",
        ),
        (lambda held: held.update({"events.jsonl": held["events.jsonl"][:-1]}), "is too long, cut off"),
        (_event(3, seq=9), "event 4 has number 9"),
        (_event(3, kind="nonsense"), "event 4: event kind 'nonsense' is not known"),
        (_event(3, payload={"x": 1}), "event 4: stored"),
        (_event(3, seq="4"), "event 4: wanted an object with seq"),
        (lambda held: held.update({"events.jsonl": b"[]\n"}), "event 1: wanted an object"),
        (lambda held: held.update({"events.jsonl": b""}), "it holds 0 events, bundle.json says"),
    ],
)
def test_what_is_wrong_is_named(change: Change, said: str) -> None:
    assert said in refused(changed(change))


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"version": 2}, "it is of version 2, and this Spacewright reads version 1; update this one"),
        ({"format": "other"}, "does not say 'format': 'spacewright/bundle'"),
        ({"history_digest": "0" * 16}, "its history digest is"),
        ({"events": 1}, "events, bundle.json says 1"),
        ({"slots": 0}, "bundle.json: stored Manifest: slots"),
        ({"name": "a\x00b"}, "holds control characters"),
        ({"name": "\ud800"}, "bundle.json"),
        ({"surprise": 1}, "bundle.json: stored Manifest: surprise"),
        ({"members": {}}, "tells of other members than there are"),
    ],
)
def test_a_wrong_manifest_is_named(manifest: dict[str, object], said: str) -> None:
    assert said in refused(changed(lambda _: None, **manifest))


@pytest.mark.parametrize("name", ["recipe.json", "events.jsonl", "metrics/curves.csv", "report.json"])
def test_a_member_that_was_changed_is_noticed(name: str) -> None:
    contents = members(bundle())
    contents[name] += b" "
    assert f"{name} is not what bundle.json says: its checksum differs" in refused(repacked(contents, checksums=False))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a zip at all", bundle()[:-30], bundle()[:200]])
def test_what_is_no_whole_zip_is_said(data: bytes) -> None:
    assert "the file is not a whole bundle" in refused(data)


def test_a_refusal_is_short_whatever_the_zip_calls_its_members() -> None:
    data = bundle()
    at = data.index(b"events.jsonl") - 4  # of its own head, which says how long the name is
    said = refused(data[:at] + (2_000).to_bytes(2, "little") + data[at + 2 :])
    assert "is not a whole bundle" in said
    assert len(said) < 400


def test_each_limit_is_held() -> None:
    for limits, said in (
        (Limits(packed=100), "larger than 100 bytes"),
        (Limits(unpacked=1000), "unpacks to more than 1,000 bytes"),
        (Limits(small=10), "versions.json is larger than 10 bytes"),
        (Limits(recipe=10), "recipe.json is larger than 10 bytes"),
        (Limits(line=20), "event 1 is too long"),
        (Limits(events=2), "event 3 is too long, cut off or one too many (2 are read)"),
        (Limits(ratio=1, free=10), "unpacks to more than 1 times its size"),
    ):
        assert said in refused(bundle(), limits)


def test_a_bomb_that_lies_about_its_size_is_stopped() -> None:
    contents = members(bundle())
    contents["metrics/curves.csv"] = bytes(30 * 2**20)
    assert "unpacks to more than 200 times its size" in refused(repacked(contents))


def test_a_member_twice_and_a_locked_one_are_refused() -> None:
    out = io.BytesIO(bundle())
    with zipfile.ZipFile(out, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("recipe.json", b"{}")
    assert "it holds a member twice" in refused(out.getvalue())
    locked = bytearray(bundle())
    directory = locked.rindex(b"PK\x01\x02")
    locked[directory + 8] |= 1  # the flag of a password, in the last entry
    assert "is locked or packed by a rare method" in refused(bytes(locked))


def test_a_file_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(bundle())
    assert is_bundle(file)
    file.write_text("{}")
    assert not is_bundle(file)
    assert not is_bundle(tmp_path / "none")
    with pytest.raises(BadBundle, match="cannot read none"), opened(tmp_path / "none"):
        pass
