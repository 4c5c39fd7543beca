"""Studies are made, found, followed without a gap, asked, and taken away whole."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from client.tests.conftest import RUN, STUDY, Studio, event, ok, problem, run, snapshot, study
from spacewright import Client, Refused, SpacewrightError, Study, Torn, Unreachable, WrongAnswer


@pytest.fixture
def first(client: Client, studio: Studio) -> Study:
    studio.says(f"GET /studies/{STUDY}/", ok(study()))
    return client.studies.get(STUDY)


def facts(*numbers: int, last: int) -> httpx.Response:
    return ok({"last_seq": last, "events": [event(number) for number in numbers]})


def test_a_recipe_is_submitted_with_what_was_said_and_nothing_else(client: Client, studio: Studio) -> None:
    studio.says("POST /studies/", ok(study(), 201))
    made = client.studies.create({"version": 1}, name="first", slots=2, start=False, key="mine")
    assert (made.id, made.run.id, made.url) == (STUDY, RUN, f"https://studio.example/studies/{STUDY}/")
    body = json.loads(studio.asked[0].content)
    assert body == {"recipe": {"version": 1}, "name": "first", "slots": 2, "start": False}
    assert studio.asked[0].headers["Idempotency-Key"] == "mine"


def test_every_fact_is_told_once_and_in_order_until_the_run_is_over(first: Study, studio: Studio) -> None:
    studio.says(f"GET /runs/{RUN}/", ok(run()), ok(run()), ok(run(status="finished")))
    studio.says(f"GET /runs/{RUN}/events/", facts(1, 2, last=3), facts(3, last=3), facts(last=3), facts(4, 5, last=5))
    looks: list[int] = []
    assert [one.seq for one in first.watch(look=lambda: looks.append(1))] == [1, 2, 3, 4, 5]
    assert [request.url.params["since"] for request in studio.asked if request.url.path.endswith("events/")] == [
        "0",
        "2",
        "3",
        "3",
    ]
    assert len(looks) == 2


def test_facts_that_come_between_the_last_look_and_the_end_are_not_lost(first: Study, studio: Studio) -> None:
    studio.says(f"GET /runs/{RUN}/", ok(run()), ok(run(status="finished")))
    studio.says(f"GET /runs/{RUN}/events/", facts(1, last=1), facts(2, 3, last=3))
    assert [one.seq for one in first.watch()] == [1, 2, 3]


def test_a_server_that_restarts_is_waited_for(first: Study, studio: Studio) -> None:
    away = [httpx.ConnectError("refused")] * 20
    studio.says(f"GET /runs/{RUN}/", ok(run()), *away, ok(run(status="finished")))
    studio.says(f"GET /runs/{RUN}/events/", facts(1, last=1), httpx.Response(502), facts(2, last=2))
    assert [one.seq for one in first.watch()] == [1, 2]
    studio.says(f"GET /runs/{RUN}/", httpx.ConnectError("refused"))
    with pytest.raises(Unreachable):
        list(first.watch(patience=60))


def test_a_fact_that_the_server_leaves_out_is_noticed(first: Study, studio: Studio) -> None:
    studio.says(f"GET /runs/{RUN}/", ok(run()))
    studio.says(f"GET /runs/{RUN}/events/", facts(1, 3, last=3))
    with pytest.raises(WrongAnswer, match="left out fact 2"):
        list(first.watch())


def test_watching_goes_on_after_a_number(first: Study, studio: Studio) -> None:
    studio.says(f"GET /runs/{RUN}/", ok(run(status="failed", reason="the disk is full")))
    studio.says(f"GET /runs/{RUN}/events/", facts(8, last=8))
    assert [one.seq for one in first.watch(since=7)] == [8]


@pytest.mark.parametrize("what", ["pause", "resume", "finish", "cancel"])
def test_asking_says_to_how_many_runs_it_made_a_difference(first: Study, studio: Studio, what: str) -> None:
    studio.says(f"POST /studies/{STUDY}/{what}/", httpx.ReadTimeout("silence"), ok({"changed": 1}))
    assert getattr(first, what)() == 1


def test_a_study_is_found_by_id_by_its_beginning_and_by_name(client: Client, studio: Studio) -> None:
    other = "44444444-4444-4444-8444-444444444444"
    rows = [study(), study(id=other, name="second"), study(id=other.replace("4", "5"), name="second")]
    studio.says("GET /studies/", ok({"next": None, "previous": None, "results": rows}))
    for identity in (STUDY, other):
        studio.says(f"GET /studies/{identity}/", ok(study(id=identity)))
    assert [client.studies.find(text).id for text in (STUDY, "1111", "first", "4444")] == [STUDY, STUDY, STUDY, other]
    with pytest.raises(SpacewrightError, match=r"'second' is 2 studies, wanted one: 4444.*, 5555"):
        client.studies.find("second")
    with pytest.raises(SpacewrightError, match="'third' is 0 studies, wanted one: none"):
        client.studies.find("third")
    with pytest.raises(Refused, match="there is nothing here, or not for you"):
        client.studies.find("66666666-6666-4666-8666-666666666666")


def test_a_study_without_a_run_says_so(client: Client, studio: Studio) -> None:
    studio.says(f"GET /studies/{STUDY}/", ok(study(runs=[])))
    with pytest.raises(SpacewrightError, match="'first' has no run yet"):
        client.studies.get(STUDY).snapshot()


# ------------------------------------------------------------------------------------------------------------- files

WEIGHTS = bytes(range(256)) * 100


def files(studio: Studio, *names: str, sha256: str = "") -> None:
    digest = sha256 or hashlib.sha256(WEIGHTS).hexdigest()
    rows = [
        {"name": name, "size": len(WEIGHTS), "sha256": digest, "url": f"https://evil.example/{name}"} for name in names
    ]
    studio.says(f"GET /runs/{RUN}/files/", ok(rows))


def broken_once(request: httpx.Request) -> httpx.Response:
    """Half of the file, then a broken line; the rest for who asks for the rest."""
    if "Range" in request.headers:
        start = int(request.headers["Range"].removeprefix("bytes=").rstrip("-"))
        return httpx.Response(206, content=WEIGHTS[start:])

    def half() -> Any:
        yield WEIGHTS[:10_000]
        raise httpx.ReadError("broken")

    return httpx.Response(200, content=half())


def test_an_export_is_brought_whole_and_checked(first: Study, studio: Studio, tmp_path: Path) -> None:
    files(studio, "weights.safetensors")
    studio.says(f"GET /runs/{RUN}/files/weights.safetensors", httpx.Response(200, content=WEIGHTS))
    assert first.export(tmp_path / "winner") == [tmp_path / "winner" / "weights.safetensors"]
    assert (tmp_path / "winner" / "weights.safetensors").read_bytes() == WEIGHTS
    assert {request.url.host for request in studio.asked} == {"studio.example"}


def test_a_download_that_breaks_off_goes_on_where_it_was(first: Study, studio: Studio, tmp_path: Path) -> None:
    files(studio, "weights.safetensors")
    studio.says(f"GET /runs/{RUN}/files/weights.safetensors", broken_once)
    first.export(tmp_path)
    assert (tmp_path / "weights.safetensors").read_bytes() == WEIGHTS
    assert studio.asked[-1].headers["Range"] == "bytes=10000-"


def test_a_torn_download_is_never_left_behind(first: Study, studio: Studio, tmp_path: Path) -> None:
    files(studio, "weights.safetensors", sha256="0" * 64)
    studio.says(f"GET /runs/{RUN}/files/weights.safetensors", httpx.Response(200, content=WEIGHTS))
    with pytest.raises(Torn, match="another checksum"):
        first.export(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../weights", "/etc/passwd", "..", "a\\b", ""])
def test_a_name_that_leads_out_of_the_folder_is_refused(
    first: Study, studio: Studio, tmp_path: Path, name: str
) -> None:
    files(studio, name)
    with pytest.raises(WrongAnswer, match="no plain name; nothing was written"):
        first.export(tmp_path / "winner")
    assert not (tmp_path / "winner").exists()


def test_nothing_exported_yet_is_said_with_what_to_do(first: Study, studio: Studio, tmp_path: Path) -> None:
    files(studio)
    with pytest.raises(SpacewrightError, match=r"has exported nothing .*take the best so far: spacewright arch pull"):
        first.export(tmp_path)


def test_a_bundle_is_saved_whole_or_not_at_all(first: Study, studio: Studio, tmp_path: Path) -> None:
    studio.says(f"GET /runs/{RUN}/bundle/", httpx.Response(200, content=b"PK..."))
    assert first.bundle(tmp_path / "a.bundle.zip").read_bytes() == b"PK..."
    studio.says(f"GET /runs/{RUN}/bundle/", problem(409, "study 'first' has no run yet", "conflict"))
    with pytest.raises(Refused, match="no run yet"):
        first.bundle(tmp_path / "b.bundle.zip")
    assert not (tmp_path / "b.bundle.zip").exists()


def test_a_snapshot_says_what_the_page_shows(first: Study, studio: Studio) -> None:
    best = {"key": "abc", "stage": 1, "score": 0.5, "params": 10, "madds": 20, "number": 4}
    curve = {"stage": 1, "curve": [[3, 0.25], [4, 0.5]]}
    gauge = {"work": "1-search", "doing": "scoring", "seconds": 1.0, "device": "cpu", "done": 3, "total": 9}
    shown = snapshot(
        best=best,
        searches=[{"stage": 0, "curve": []}, curve],
        gauges=[gauge],
        counts={"scored": 2, "failed": {"ours": 1}},
    )
    studio.says(f"GET /runs/{RUN}/snapshot/", ok(shown))
    found = first.snapshot()
    assert found.best is not None
    assert (found.best.architecture, found.best.score, found.curve) == ("abc", 0.5, ((3, 0.25), (4, 0.5)))
    assert (found.scored, found.failed, found.over) == (2, 1, False)
    assert [(one.work, one.done, one.total) for one in found.doing] == [("1-search", 3, 9)]
