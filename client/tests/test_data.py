"""Data is brought by tus in parts with checksums, goes on where it broke off, and is waited for."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from client.tests.conftest import TIME, Studio, ok, problem
from spacewright import Client, EndedBadly, Progress, Refused, SpacewrightError
from spacewright import uploads as sending
from spacewright.packing import packed

VERSION = {
    "id": "v",
    "sha256": "d9" * 32,
    "size": 3,
    "created": TIME,
    "facts": {"recipe": {"kind": "stored"}},
    "dataset": "d",
    "report": {},
}
PARTS = sending.PART


@dataclass
class Receiver:
    """The server's side of an upload. `trouble` comes in place of the answers to the parts, one after the other."""

    studio: Studio
    received: dict[str, bytearray] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    trouble: list[object] = field(default_factory=list)
    ends: list[dict[str, Any]] = field(default_factory=lambda: [{"status": "ready", "version": "v"}])

    def announce(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        for file in body["files"]:
            self.sizes[file["split"]] = file["size"]
            self.received.setdefault(file["split"], bytearray())
            for method, answer in (("PATCH", self.take), ("HEAD", self.where)):
                self.studio.says(f"{method} /uploads/files/{file['split']}/", answer)
        self.studio.says("GET /uploads/u/", *[ok(self.upload(**end)) for end in self.ends])
        self.studio.says("GET /versions/v/", ok(VERSION))
        return ok(self.upload(), 201)

    def upload(self, **more: Any) -> dict[str, Any]:
        files = [
            {"id": split, "split": split, "name": split, "size": size, "received": len(self.received[split])}
            for split, size in self.sizes.items()
        ]
        said = {"id": "u", "status": "receiving", "size": sum(self.sizes.values()), "files": files}
        return {**said, "progress": {}, "failure": "", "version": None, **more}

    def take(self, request: httpx.Request) -> httpx.Response:
        split, data = request.url.path.split("/")[-2], request.content
        if self.trouble:
            found = self.trouble.pop(0)
            if isinstance(found, Exception):
                raise found
            assert isinstance(found, httpx.Response)
            return found
        held = self.received[split]
        assert request.headers["Tus-Resumable"] == "1.0.0"
        assert int(request.headers["Upload-Offset"]) == len(held)
        checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
        assert request.headers["Upload-Checksum"] == f"sha256 {checksum}"
        held += data
        return self.where(request)

    def where(self, request: httpx.Request) -> httpx.Response:
        split = request.url.path.split("/")[-2]
        return httpx.Response(204, headers={"Upload-Offset": str(len(self.received[split]))})


@pytest.fixture
def receiver(studio: Studio) -> Receiver:
    made = Receiver(studio)
    studio.says("POST /uploads/", made.announce)
    return made


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    file = tmp_path / "birds.zip"
    file.write_bytes(os.urandom(PARTS + 1000))
    return file


def test_an_archive_is_sent_in_parts_and_its_check_is_waited_for(
    client: Client, receiver: Receiver, birds: Path
) -> None:
    receiver.ends[:0] = [{"status": "queued"}, {"status": "checking", "progress": {"done": 3, "total": 9}}]
    told: list[Progress] = []
    version = client.data.add("birds", birds, side=32, told=told.append)
    assert receiver.received["train"] == birds.read_bytes()
    assert (version.sha256, version.recipe) == (VERSION["sha256"], {"kind": "stored"})
    size = birds.stat().st_size
    assert told[:3] == [Progress("sending", sent, size) for sent in (0, PARTS, size)]
    assert told[3:] == [Progress("waiting", 0, None), Progress("checking", 3, 9)]
    announced = json.loads(receiver.studio.asked[0].content)
    assert announced["side"] == 32
    assert announced["files"] == [{"name": "birds.zip", "size": size, "split": "train"}]


def test_what_has_arrived_before_is_not_sent_again(client: Client, receiver: Receiver, birds: Path) -> None:
    receiver.received["train"] = bytearray(birds.read_bytes()[:777])
    client.data.add("birds", birds)
    assert receiver.received["train"] == birds.read_bytes()
    sent = sum(len(request.content) for request in receiver.studio.asked if request.method == "PATCH")
    assert sent == birds.stat().st_size - 777


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ReadError("broken"),
        problem(423, "another part is being written"),
        problem(460, "the part does not have the sha256 that came with it"),
        problem(429, "slow down", **{"Retry-After": "3"}),
        httpx.Response(502),
    ],
)
def test_a_part_that_went_wrong_is_sent_again(client: Client, receiver: Receiver, birds: Path, trouble: object) -> None:
    receiver.trouble = [trouble]
    client.data.add("birds", birds)
    assert receiver.received["train"] == birds.read_bytes()


def test_what_the_server_does_not_take_is_its_own_sentence(client: Client, receiver: Receiver, birds: Path) -> None:
    receiver.trouble = [problem(507, "the server's disk is full; ask who runs it")]
    with pytest.raises(Refused, match="the server's disk is full"):
        client.data.add("birds", birds)


def test_data_that_the_check_refuses_is_said(client: Client, receiver: Receiver, birds: Path) -> None:
    receiver.ends = [{"status": "refused", "failure": "birds.zip holds no image"}]
    with pytest.raises(EndedBadly, match=r"refused: birds\.zip holds no image"):
        client.data.add("birds", birds)


def test_a_folder_travels_as_one_tar_that_is_the_same_each_time(
    client: Client, receiver: Receiver, tmp_path: Path
) -> None:
    folder = tmp_path / "birds"
    for name in ("owl/1.png", "jay/2.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (folder / "out").symlink_to("/etc/passwd")
    client.data.add("birds", folder, test=folder / "owl")
    sent = tmp_path / "sent.tar"
    sent.write_bytes(receiver.received["train"])
    with tarfile.open(sent) as tar:
        assert tar.getnames() == ["jay/2.png", "owl/1.png"]
    assert receiver.sizes.keys() == {"train", "test"}
    os.utime(folder / "owl/1.png", (1, 1))
    with packed(folder) as again:
        assert again.path.read_bytes() == sent.read_bytes()
    assert not again.path.exists()


def test_a_path_that_is_not_there_is_said_before_anything_is_asked(
    client: Client, studio: Studio, tmp_path: Path
) -> None:
    with pytest.raises(SpacewrightError, match="is neither a file nor a folder"):
        client.data.add("birds", tmp_path / "nowhere")
    assert studio.asked == []


def test_data_is_listed_with_what_a_recipe_needs(client: Client, studio: Studio) -> None:
    row = {"id": "d", "team": None, "name": "digits", "created": TIME, "versions": [VERSION]}
    studio.says("GET /datasets/", ok({"next": None, "previous": None, "results": [row]}))
    (found,) = client.data.list()
    assert (found.name, found.team, found.versions[0].recipe) == ("digits", None, {"kind": "stored"})
