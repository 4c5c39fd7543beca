"""A bundle holds the run whole, comes in blocks, and is the same bytes each time."""

from __future__ import annotations

import csv
import io
import json

import pytest

from nas_engine.bundle import blocks, file_name, opened
from nas_engine.events import CandidateEvaluated
from nas_engine.run import history_digest
from tests.bundled import HERE, MadeUp, bundle, members


def test_what_is_written_is_read_back() -> None:
    run = MadeUp()
    with opened(io.BytesIO(bundle())) as found:
        assert found.plan == run.plan
        assert found.state == run.state()
        assert [one.event for one in found.events()] == run.facts
        assert found.manifest.history_digest == run.history_digest()
        assert (found.manifest.name, found.manifest.status, found.environments) == ("search only", "finished", (HERE,))


def test_the_same_run_gives_the_same_bytes() -> None:
    assert b"".join(blocks(MadeUp().recorded())) == bundle()


def test_it_comes_in_blocks_and_never_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nas_engine.bundle.writing.BLOCK", 512)
    parts = list(blocks(MadeUp().recorded()))
    assert len(parts) >= 4
    assert max(map(len, parts)) < len(bundle()) / 2
    assert b"".join(parts) == bundle()


def test_the_digest_in_order_of_keys_is_the_digest() -> None:
    run = MadeUp()
    in_order = sorted(run.facts, key=lambda event: event.key)
    assert history_digest(in_order, run.state(), ordered=True) == run.history_digest()
    assert b"".join(blocks(run.recorded(by_key=lambda: iter(in_order)))) == bundle()


def test_the_metrics_are_tables_that_anybody_reads() -> None:
    text = members(bundle())["metrics/evaluations.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    scored = [event.fact for event in MadeUp().facts if isinstance(event.fact, CandidateEvaluated)]
    assert [(row["architecture"], float(row["score"])) for row in rows] == [(one.key, one.score) for one in scored]


def test_versions_and_seeds_are_by_content() -> None:
    found = {name: json.loads(members(bundle())[name]) for name in ("versions.json", "seeds.json", "report.json")}
    data = found["versions.json"]["data"]
    assert (data["name"], len(data["sha256"])) == ("digits", 64)
    assert found["versions.json"]["recipe"] == MadeUp().plan.digest
    assert found["seeds.json"]["run"] == 3
    assert found["report.json"]["environment"] == HERE


def test_a_run_that_has_not_begun_is_a_bundle_too() -> None:
    fresh = MadeUp().recorded(state=None, status="running", events=lambda: iter(()))
    with opened(io.BytesIO(b"".join(blocks(fresh)))) as found:
        assert (found.state, list(found.events())) == (None, [])


@pytest.mark.parametrize(
    ("name", "file"), [("my first search", "my-first-search"), ("../../x", "x"), ("é/\n", "run"), ("a" * 200, "a" * 80)]
)
def test_the_files_name_is_plain(name: str, file: str) -> None:
    assert file_name(name) == f"{file}.bundle.zip"
