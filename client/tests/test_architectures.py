"""A network is brought as what there is of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from client.tests.conftest import RUN, STUDY, Studio, ok, study
from spacewright import Client, SpacewrightError, Study

NETWORK = {
    "key": "4b9f",
    "document": {"format": "spacewright/architecture"},
    "cost": {"params": 10, "madds": 20},
    "layers": [{"name": "stem", "params": 10, "madds": 20}],
    "cells": [],
    "candidates": [{"score": None}, {"score": 0.25}, {"score": 0.5}],
}


@pytest.fixture
def first(client: Client, studio: Studio) -> Study:
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    studio.says(f"GET /runs/{RUN}/files/", ok([]))
    return client.studies.get(STUDY)


def served(studio: Studio, where: str, name: str, content: bytes) -> dict[str, object]:
    studio.says(f"GET /runs/{RUN}/{where}/{name}", httpx.Response(200, content=content))
    return {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "url": ""}


def test_by_its_key_it_is_its_document(client: Client, studio: Studio, first: Study, tmp_path: Path) -> None:
    studio.says(f"GET /runs/{RUN}/architectures/4b9f/", ok(NETWORK))
    assert client.architectures.show(first, "4b9f").score == 0.5
    found = client.architectures.pull(first, tmp_path, "4b9f")
    assert (found.what, [path.name for path in found.paths]) == ("document", ["4b9f.json"])
    assert json.loads(found.paths[0].read_text()) == NETWORK["document"]


def test_without_a_key_it_is_the_winner(client: Client, studio: Studio, first: Study, tmp_path: Path) -> None:
    studio.says(f"GET /runs/{RUN}/files/", ok([served(studio, "files", "network.py", b"import torch")]))
    found = client.architectures.pull(first, tmp_path)
    assert (found.what, [path.read_bytes() for path in found.paths]) == ("winner", [b"import torch"])


def test_before_there_is_a_winner_it_is_the_best_so_far(
    client: Client, studio: Studio, first: Study, tmp_path: Path
) -> None:
    files = [served(studio, "best", "network.py", b"no weights")]
    studio.says(f"GET /runs/{RUN}/best/", ok({"architecture": "4b9f", "files": files}))
    found = client.architectures.pull(first, tmp_path)
    assert (found.what, [path.read_bytes() for path in found.paths]) == ("best so far", [b"no weights"])


@pytest.mark.parametrize("key", ["../x", "a b", "", "é"])
def test_what_is_no_key_is_asked_of_nobody(client: Client, studio: Studio, first: Study, key: str) -> None:
    before = len(studio.asked)
    with pytest.raises(SpacewrightError, match="is no network's key"):
        client.architectures.show(first, key)
    assert len(studio.asked) == before
