"""Saved spaces over REST: saved from a run, read, downloaded, begun from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nas_engine.spaces import ReleasedSpace, space_document
from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import Messages
from tests.webapp.spaced import EVOLVED, SHRUNK, spaced_run
from webapp.accounts.models import Team
from webapp.runs.models import Run


@pytest.fixture
def run(team: Team) -> Run:
    return spaced_run(team)


def content(answer: Any) -> Any:
    assert answer.status_code == 200
    return json.loads(b"".join(answer.streaming_content))


def test_a_runs_space_is_saved_listed_read_and_downloaded(editor: ExactClient, viewer: ExactClient, run: Run) -> None:
    made = editor("GET", f"/runs/{run.pk}/spaces/").json()
    assert [(one["stage"], one["name"], one["size"], one["saved"]) for one in made] == [
        (0, "evolve", "27", None),
        (2, "shrink", "3", None),
    ]
    saved = editor("POST", "/spaces/", {"run": str(run.pk), "stage": 0, "name": "ours"}).json()
    assert (saved["name"], saved["version"], saved["study"]) == ("ours", 1, str(run.study_id))
    assert saved["figures"]["options"] == {"stage 1 first": 3, "stage 2 first": 3, "stage 2 rest": 3}
    assert editor("GET", f"/runs/{run.pk}/spaces/").json()[0]["saved"] == saved["id"]
    second = editor("POST", "/spaces/", {"run": str(run.pk), "name": "ours"}).json()
    assert second["version"] == 2
    assert [one["version"] for one in viewer("GET", "/spaces/").json()["results"]] == [2, 1]
    where = f"/spaces/{saved['id']}/"
    assert viewer("GET", where).json()["document"] == space_document(EVOLVED)
    assert content(viewer("GET", f"{where}files/space.json")) == space_document(EVOLVED)
    assert content(viewer("GET", f"{where}files/search_space.config")) == ReleasedSpace.of(EVOLVED).plain()
    assert viewer("GET", f"{where}files/other.json").status_code == 404
    shrunk = f"/spaces/{second['id']}/files/"
    assert content(viewer("GET", f"{shrunk}space.json")) == space_document(SHRUNK)
    assert viewer("GET", f"{shrunk}search_space.config").status_code == 404  # a list of members has no such form


def test_a_document_is_saved_too(editor: ExactClient) -> None:
    made = editor("POST", "/spaces/", {"name": "theirs", "document": space_document(SHRUNK)})
    assert (made.status_code, made.json()["run"]) == (201, None)


def test_a_study_begins_with_a_saved_space(editor: ExactClient, run: Run, messages: Messages) -> None:  # noqa: ARG001
    saved = editor("POST", "/spaces/", {"run": str(run.pk)}).json()
    document = editor("GET", f"/spaces/{saved['id']}/").json()["document"]
    search = {"kind": "search", "strategy": {"kind": "random", "draws": 2}, "estimator": {"kind": "from_scratch"}}
    recipe = {
        "version": 1,
        "name": "again",
        "task": {"kind": "image_classification"},
        "space": {"kind": "saved", "document": document},
        "pipeline": [search],
    }
    assert editor("POST", "/preview/", {"recipe": recipe}).json()["size"] == "3"
    study = editor("POST", "/studies/", {"recipe": recipe})
    assert study.status_code == 201
    assert study.json()["recipe"]["space"]["document"]["members"] == document["members"]
    wrong = {**recipe, "space": {"kind": "saved", "document": {**document, "places": [0]}}}
    refused = editor("POST", "/studies/", {"recipe": wrong})
    assert (refused.status_code, refused.json()["field"]) == (422, "space.document.places")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({}, 400),
        ({"document": {}}, 400),
        ({"name": "x", "document": {"format": "onnx"}}, 422),
        ({"run": "00000000-0000-4000-8000-000000000000"}, 404),
        ({"run": "RUN", "stage": 1}, 409),
        ({"run": "RUN", "name": "x" * 121}, 400),
    ],
)
def test_what_cannot_be_saved_is_a_problem(
    editor: ExactClient, run: Run, asked: dict[str, object], status: int
) -> None:
    asked = {name: str(run.pk) if value == "RUN" else value for name, value in asked.items()}
    assert editor("POST", "/spaces/", asked).status_code == status


def test_only_editors_save_and_another_team_s_spaces_are_not_there(
    editor: ExactClient, viewer: ExactClient, stranger: ExactClient, nobody: ExactClient, run: Run
) -> None:
    assert viewer("POST", "/spaces/", {"run": str(run.pk)}).status_code == 403
    saved = editor("POST", "/spaces/", {"run": str(run.pk), "stage": 0}).json()["id"]
    assert stranger("GET", "/spaces/").json()["results"] == []
    for path in (f"/spaces/{saved}/", f"/spaces/{saved}/files/space.json", f"/runs/{run.pk}/spaces/"):
        assert stranger("GET", path).status_code == 404
        assert nobody("GET", path).status_code == 401
    assert stranger("POST", "/spaces/", {"run": str(run.pk)}).status_code == 404
