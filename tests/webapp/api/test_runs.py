"""Runs over REST: asked of, followed, what they found."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS, Messages
from webapp.runs.models import Run, Work
from webapp.runs.services.claim import claim
from webapp.runs.services.control import start_run
from webapp.studies.models import Study


@pytest.fixture
def run(study: Study, messages: Messages) -> Run:  # noqa: ARG001 - sends must be caught from the start
    return start_run(study)


def test_a_run_is_followed_by_its_events_from_a_cursor(viewer: ExactClient, run: Run, messages: Messages) -> None:
    messages.drain()
    events: list[dict[str, Any]] = []
    while True:
        page = viewer("GET", f"/runs/{run.pk}/events/?since={len(events)}&limit=4").json()
        events += page["events"]
        if len(events) == page["last_seq"]:
            break
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[0]["kind"], events[-1]["kind"]) == ("run started", "run ended")
    assert viewer("GET", f"/runs/{run.pk}/").json()["status"] == "finished"


@pytest.mark.parametrize("wrong", ["since=-1", "since=soon", "limit=0", "limit=100000"])
def test_a_wrong_cursor_is_refused_by_name(viewer: ExactClient, run: Run, wrong: str) -> None:
    refused = viewer("GET", f"/runs/{run.pk}/events/?{wrong}")
    assert refused.status_code == 400
    assert list(refused.json()["invalid"]) == [wrong.partition("=")[0]]


def test_a_run_is_paused_shown_so_and_resumed(editor: ExactClient, run: Run, messages: Messages) -> None:
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert editor("POST", f"/runs/{run.pk}/pause/").json()["shown"] == "pausing"
    assert work is not None
    Work.objects.filter(pk=work.pk).update(status=Work.Status.QUEUED)
    assert editor("GET", f"/runs/{run.pk}/").json()["shown"] == "paused"
    resumed = editor("POST", f"/runs/{run.pk}/resume/").json()
    assert (resumed["shown"], resumed["wanted"]) == ("running", "run")
    messages.drain()
    assert editor("GET", f"/runs/{run.pk}/").json()["status"] == "finished"


def test_finishing_now_concludes_with_what_there_is(editor: ExactClient, run: Run, messages: Messages) -> None:
    while run.candidates.count() < 1:
        messages.take()
    assert editor("POST", f"/runs/{run.pk}/finish/").json()["shown"] == "finishing"
    messages.take(-1)  # the decision is faster than the next evaluation
    messages.drain()
    assert editor("GET", f"/runs/{run.pk}/").json()["status"] == "finished"
    assert run.candidates.count() == 1  # of three
    assert run.events.get(kind="stage finished").payload["why"] == "asked to conclude"
    assert set(run.works.values_list("status", flat=True)) <= {Work.Status.DONE, Work.Status.DROPPED}


def test_a_cancelled_run_keeps_what_was_found(editor: ExactClient, run: Run, messages: Messages) -> None:
    while run.candidates.count() < 1:
        messages.take()
    assert editor("POST", f"/runs/{run.pk}/cancel/").json()["status"] == "cancelled"
    assert editor("POST", f"/runs/{run.pk}/resume/").json()["status"] == "cancelled"
    messages.drain()
    assert len(editor("GET", f"/runs/{run.pk}/candidates/").json()["results"]) == 1


def test_a_cancelled_run_is_retried_and_a_finished_one_is_not(
    editor: ExactClient, run: Run, messages: Messages
) -> None:
    messages.take()
    editor("POST", f"/runs/{run.pk}/cancel/")
    retried = editor("POST", f"/runs/{run.pk}/retry/").json()
    assert (retried["shown"], retried["wanted"], retried["ended"]) == ("running", "run", None)
    messages.drain()
    assert editor("GET", f"/runs/{run.pk}/").json()["status"] == "finished"
    refused = editor("POST", f"/runs/{run.pk}/retry/")
    assert refused.status_code == 409
    assert "only one that failed or was cancelled" in refused.json()["detail"]


def test_a_finished_run_is_extended_as_another_run_and_a_running_one_is_not(
    editor: ExactClient, viewer: ExactClient, run: Run, messages: Messages
) -> None:
    assert editor("POST", f"/runs/{run.pk}/extend/", {"evaluations": 2}).status_code == 409
    messages.drain()
    assert viewer("POST", f"/runs/{run.pk}/extend/", {"evaluations": 2}).status_code == 403
    refused = editor("POST", f"/runs/{run.pk}/extend/", {"device_seconds": 5})
    assert (refused.status_code, "does not limit device seconds" in refused.json()["detail"]) == (422, True)
    assert editor("POST", f"/runs/{run.pk}/extend/", {"evaluations": -1}).status_code == 400
    made = editor("POST", f"/runs/{run.pk}/extend/", {"evaluations": 2})
    assert (made.status_code, made.json()["extends"], made.json()["study"]) == (201, str(run.pk), str(run.study_id))
    messages.drain()
    longer = Run.objects.get(pk=made.json()["id"])
    assert (longer.status, longer.candidates.count()) == (Run.Status.FINISHED, 5)
    assert longer.works.filter(attempt__gt=0).count() == 2
    run.refresh_from_db()
    assert (run.status, run.candidates.count()) == (Run.Status.FINISHED, 3)


def test_what_a_person_asked_is_a_fact_of_the_run(editor: ExactClient, run: Run) -> None:
    editor("POST", f"/runs/{run.pk}/pause/")
    editor("POST", f"/runs/{run.pk}/pause/")
    editor("POST", f"/runs/{run.pk}/resume/")
    events = editor("GET", f"/runs/{run.pk}/events/").json()["events"]
    assert [event["payload"]["wanted"] for event in events if event["kind"] == "run asked"] == ["pause", "run"]


def test_viewers_and_strangers_ask_nothing_of_a_run(viewer: ExactClient, stranger: ExactClient, run: Run) -> None:
    for ask in ("pause", "resume", "finish", "cancel", "retry"):
        assert viewer("POST", f"/runs/{run.pk}/{ask}/").status_code == 403
        assert stranger("POST", f"/runs/{run.pk}/{ask}/").status_code == 404
    assert viewer("DELETE", f"/runs/{run.pk}/").status_code == 403
    for path in ("", "events/", "snapshot/", "candidates/", "files/"):
        assert stranger("GET", f"/runs/{run.pk}/{path}").status_code == 404
    assert stranger("GET", "/runs/").json()["results"] == []
    run.refresh_from_db()
    assert run.wanted == Run.Wanted.RUN


def test_the_best_so_far_of_a_cancelled_run_is_taken_away(
    editor: ExactClient, viewer: ExactClient, stranger: ExactClient, run: Run, messages: Messages
) -> None:
    assert viewer("GET", f"/runs/{run.pk}/best/").status_code == 404
    while run.candidates.count() < 2:
        messages.take()
    editor("POST", f"/runs/{run.pk}/cancel/")
    assert viewer("GET", f"/runs/{run.pk}/files/").json() == []
    best = viewer("GET", f"/runs/{run.pk}/best/").json()
    listed = viewer("GET", f"/runs/{run.pk}/architectures/").json()["results"][0]
    assert (best["architecture"], best["score"], best["stage"]) == (listed["key"], listed["best"], "search")
    taken = {file["name"]: viewer("GET", file["url"]).getvalue() for file in best["files"]}
    assert sorted(taken) == ["MODEL_CARD.md", "architecture.json", "network.py"]
    for file in best["files"]:
        assert hashlib.sha256(taken[file["name"]]).hexdigest() == file["sha256"]
    assert json.loads(taken["architecture.json"])["key"] == best["architecture"]
    assert "not retrained" in taken["MODEL_CARD.md"].decode()
    assert viewer("GET", f"/runs/{run.pk}/best/weights.safetensors").status_code == 404
    assert stranger("GET", f"/runs/{run.pk}/best/").status_code == 404


def test_a_deleted_run_is_gone(editor: ExactClient, run: Run) -> None:
    assert editor("DELETE", f"/runs/{run.pk}/").status_code == 204
    assert editor("GET", f"/runs/{run.pk}/").status_code == 404
    assert not Run.objects.exists()


@pytest.fixture
def many(study: Study, messages: Messages) -> Run:
    study.recipe = {**DRAWS, "pipeline": [{**DRAWS["pipeline"][0], "strategy": {"kind": "random", "draws": 8}}]}
    study.save()
    run = start_run(study)
    messages.drain()
    return run


def test_candidates_are_ordered_and_paged_without_a_repeat(viewer: ExactClient, many: Run) -> None:
    whole = viewer("GET", f"/runs/{many.pk}/candidates/").json()["results"]
    for order in ("score", "-score", "params", "-madds", "-number"):
        seen: list[dict[str, Any]] = []
        path = f"/runs/{many.pk}/candidates/?order={order}&limit=3"
        while path:
            page = viewer("GET", path).json()
            seen += page["results"]
            path = page["next"]
        figure = order.removeprefix("-")
        wanted = sorted(whole, key=lambda c: c[figure], reverse=order.startswith("-"))
        assert [c[figure] for c in seen] == [c[figure] for c in wanted]
        assert sorted(c["number"] for c in seen) == sorted(c["number"] for c in whole)


def test_candidates_are_filtered_by_figures(viewer: ExactClient, many: Run) -> None:
    whole = viewer("GET", f"/runs/{many.pk}/candidates/").json()["results"]
    middle = sorted(c["madds"] for c in whole)[len(whole) // 2]
    few = viewer("GET", f"/runs/{many.pk}/candidates/?max_madds={middle}&status=scored").json()["results"]
    assert {c["number"] for c in few} == {c["number"] for c in whole if c["madds"] <= middle}
    assert viewer("GET", f"/runs/{many.pk}/candidates/?status=failed").json()["results"] == []
    assert viewer("GET", f"/runs/{many.pk}/candidates/?order=luck").status_code == 400


def test_networks_are_listed_once_best_first(viewer: ExactClient, many: Run) -> None:
    answers = viewer("GET", f"/runs/{many.pk}/candidates/").json()["results"]
    listed: list[dict[str, Any]] = []
    path = f"/runs/{many.pk}/architectures/?limit=2"
    while path:
        page = viewer("GET", path).json()
        listed += page["results"]
        path = page["next"]
    assert [one["best"] for one in listed] == sorted((one["best"] for one in listed), reverse=True)
    assert sorted(one["key"] for one in listed) == sorted({answer["architecture"] for answer in answers})
    assert sum(one["answers"] for one in listed) == len(answers)


def test_a_network_is_shown_with_its_layers_graphs_and_answers(viewer: ExactClient, many: Run) -> None:
    best = viewer("GET", f"/runs/{many.pk}/candidates/?order=-score&limit=1").json()["results"][0]
    network = viewer("GET", f"/runs/{many.pk}/architectures/{best['architecture']}/").json()
    assert network["key"] == best["architecture"]
    assert network["cost"] == {"params": best["params"], "madds": best["madds"]}
    assert sum(layer["cost"]["madds"] for layer in network["layers"]) == best["madds"]
    assert len(network["cells"]) == len(best["genes"])
    assert best in network["candidates"]
    assert viewer("GET", f"/runs/{many.pk}/architectures/0000000000000000/").status_code == 404
