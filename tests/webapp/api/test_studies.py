"""Studies over REST."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS, Messages
from webapp.accounts.models import Membership, Role, Team
from webapp.runs.models import Run
from webapp.studies.models import Study

pytestmark = pytest.mark.usefixtures("messages")


def draws(**changed: Any) -> dict[str, Any]:
    return {**DRAWS, **changed}


def test_a_submitted_recipe_becomes_a_study_whose_first_run_begins(editor: ExactClient, messages: Messages) -> None:
    made = editor("POST", "/studies/", {"recipe": DRAWS, "slots": 2})
    assert made.status_code == 201
    (run,) = made.json()["runs"]
    assert (run["status"], run["wanted"], run["slots"]) == ("running", "run", 2)
    assert messages.waiting == [("runs.advance_run", run["id"])]
    assert made.json()["recipe"]["budget"]["search"]["reserve"] == 0.3  # every default is written out


def test_a_template_is_submitted_by_its_name(editor: ExactClient) -> None:
    made = editor("POST", "/studies/", {"template": "tiny", "name": "my first", "start": False})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["runs"]) == ("my first", [])
    assert not Run.objects.exists()


@pytest.mark.parametrize("wrong", [{}, {"recipe": DRAWS, "template": "tiny"}, {"template": "none of ours"}])
def test_neither_a_recipe_nor_a_template_or_both_is_refused_by_name(editor: ExactClient, wrong: dict[str, Any]) -> None:
    refused = editor("POST", "/studies/", wrong)
    assert refused.status_code == 400
    assert set(refused.json()["invalid"]) <= {"recipe", "template"}
    assert not Study.objects.exists()


def test_a_wrong_recipe_is_refused_with_its_field_and_nothing_is_saved(editor: ExactClient) -> None:
    refused = editor("POST", "/studies/", {"recipe": draws(seed=-1)})
    assert refused.status_code == 422
    problem = refused.json()
    assert (problem["type"], problem["field"]) == ("urn:spacewright:invalid-recipe", "seed")
    assert "greater than or equal to 0" in problem["wanted"]
    assert not Study.objects.exists()


def test_an_impossible_budget_is_refused_with_its_field_and_the_nearest_figures(editor: ExactClient) -> None:
    refused = editor("POST", "/studies/", {"recipe": draws(budget={"network": {"madds": 100, "params": 10**9}})})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["field"] == "budget.network.madds"
    assert problem["nearest"]["madds"] > 100
    assert f"{problem['nearest']['madds']:,}" in problem["detail"]
    again = editor("POST", "/studies/", {"recipe": draws(budget={"network": {"madds": problem["nearest"]["madds"]}})})
    assert again.status_code == 201  # the nearest figure is indeed feasible


def test_a_stage_without_its_product_is_refused(editor: ExactClient) -> None:
    refused = editor("POST", "/studies/", {"recipe": draws(pipeline=[{"kind": "export"}])})
    assert refused.status_code == 422
    assert "pipeline.0" in refused.json()["detail"]


@pytest.mark.parametrize("path", ["/etc/secret.csv", "../outside.csv"])
@pytest.mark.parametrize("kind", ["table", "forest"])
def test_a_table_outside_the_folder_of_tables_is_refused(
    editor: ExactClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, path: str
) -> None:
    estimator = {"kind": kind, "path": path}
    pipeline = [{"kind": "search", "strategy": {"kind": "random", "draws": 2}, "estimator": estimator}]
    for offered in ("", str(tmp_path)):
        monkeypatch.setattr("webapp.environment.environment.tables_dir", offered)
        refused = editor("POST", "/studies/", {"recipe": draws(pipeline=pipeline)})
        assert refused.status_code == 422
        assert refused.json()["field"] == "pipeline.0.estimator.path"
    estimator["path"] = str(tmp_path / "known.csv")
    assert editor("POST", "/studies/", {"recipe": draws(pipeline=pipeline)}).status_code == 201


def test_the_same_request_with_the_same_key_makes_one_study(editor: ExactClient) -> None:
    first = editor("POST", "/studies/", {"recipe": DRAWS}, **{"Idempotency-Key": "a"})
    second = editor("POST", "/studies/", {"recipe": DRAWS}, **{"Idempotency-Key": "a"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert Run.objects.count() == 1
    other = editor("POST", "/studies/", {"recipe": draws(seed=4)}, **{"Idempotency-Key": "a"})
    assert other.status_code == 409
    assert editor("POST", "/studies/", {"recipe": DRAWS}, **{"Idempotency-Key": "b"}).status_code == 201


def test_a_key_is_its_user_s_own(editor: ExactClient, owner: ExactClient) -> None:
    for client in (editor, owner):
        assert client("POST", "/studies/", {"recipe": DRAWS}, **{"Idempotency-Key": "a"}).status_code == 201
    assert Study.objects.count() == 2


def test_a_study_remembers_the_version_of_the_operator_set_that_it_used(editor: ExactClient) -> None:
    held = editor("POST", "/operator-sets/", {"name": "small", "labels": ["mb3_e2", "skip"]}).json()
    (version,) = held["versions"]
    asked = {"recipe": DRAWS, "operator_set_version": version["id"]}
    made = editor("POST", "/studies/", asked).json()
    wanted = {"id": version["id"], "operator_set": held["id"], "name": "small", "number": 1}
    assert made["operator_set_version"] == wanted
    editor("POST", f"/operator-sets/{held['id']}/versions/", {"labels": ["skip", "mb3_e2"]})
    assert editor("GET", f"/studies/{made['id']}/").json()["operator_set_version"] == wanted
    assert editor("POST", "/studies/", {"recipe": DRAWS}).json()["operator_set_version"] is None


def test_operators_that_are_not_those_of_the_version_are_refused(editor: ExactClient, stranger: ExactClient) -> None:
    held = editor("POST", "/operator-sets/", {"name": "small", "labels": ["mb3_e2", "conv3"]}).json()
    asked = {"recipe": DRAWS, "operator_set_version": held["versions"][0]["id"]}
    refused = editor("POST", "/studies/", asked)
    assert refused.status_code == 409
    assert "are not those of operator set small 1: mb3_e2, conv3" in refused.json()["detail"]
    cells = {**DRAWS, "space": {"kind": "autospace", "skeleton": "tiny"}}
    assert editor("POST", "/studies/", {**asked, "recipe": cells}).status_code == 409
    assert stranger("POST", "/studies/", asked).status_code == 404
    assert editor("GET", "/studies/").json()["results"] == []


def test_a_viewer_reads_and_changes_nothing(viewer: ExactClient, study: Study) -> None:
    assert viewer("GET", f"/studies/{study.pk}/").json()["name"] == "three draws"
    for method, path, data in (
        ("POST", "/studies/", {"recipe": DRAWS}),
        ("PATCH", f"/studies/{study.pk}/", {"name": "mine"}),
        ("DELETE", f"/studies/{study.pk}/", None),
        ("POST", f"/studies/{study.pk}/runs/", {}),
        ("POST", f"/studies/{study.pk}/cancel/", None),
    ):
        assert viewer(method, path, data).status_code == 403
    study.refresh_from_db()
    assert study.name == "three draws"
    assert not study.runs.exists()


def test_a_stranger_finds_nothing(stranger: ExactClient, study: Study) -> None:
    assert stranger("GET", "/studies/").json()["results"] == []
    for method, path, data in (
        ("GET", f"/studies/{study.pk}/", None),
        ("PATCH", f"/studies/{study.pk}/", {"name": "mine"}),
        ("DELETE", f"/studies/{study.pk}/", None),
        ("POST", f"/studies/{study.pk}/runs/", {}),
        ("POST", f"/studies/{study.pk}/pause/", None),
    ):
        assert stranger(method, path, data).status_code == 404
    assert stranger("POST", "/studies/", {"recipe": DRAWS, "team": str(study.team_id)}).status_code == 404


def test_nobody_is_told_to_bring_a_token(nobody: ExactClient, study: Study) -> None:
    for path in ("/studies/", f"/studies/{study.pk}/", "/me/", "/catalog/"):
        refused = nobody("GET", path)
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"].startswith("Bearer")


def test_who_is_in_two_teams_names_one(editor: ExactClient) -> None:
    assert editor.user is not None
    other = Team.objects.create(name="text")
    Membership.objects.create(user=editor.user, team=other, role=Role.EDITOR)
    assert editor("POST", "/studies/", {"recipe": DRAWS}).status_code == 400
    made = editor("POST", "/studies/", {"recipe": DRAWS, "team": str(other.pk)})
    assert made.json()["team"] == str(other.pk)


def test_studies_are_listed_newest_first_a_page_at_a_time(viewer: ExactClient, team: Team) -> None:
    for number in range(5):
        Study.objects.create(team=team, name=str(number), recipe=DRAWS)
    seen, path = [], "/studies/?limit=2"
    while path:
        page = viewer("GET", path).json()
        seen += [study["name"] for study in page["results"]]
        path = page["next"]
    assert seen == ["4", "3", "2", "1", "0"]


def test_a_study_is_renamed(editor: ExactClient, study: Study) -> None:
    assert editor("PATCH", f"/studies/{study.pk}/", {"name": "better"}).json()["name"] == "better"
    assert editor("PATCH", f"/studies/{study.pk}/", {"name": ""}).status_code == 400
    study.refresh_from_db()
    assert study.name == "better"


def test_a_study_is_asked_for_all_its_runs_at_once(editor: ExactClient, study: Study) -> None:
    for _ in range(2):
        assert editor("POST", f"/studies/{study.pk}/runs/", {}).status_code == 201
    assert editor("POST", f"/studies/{study.pk}/pause/").json() == {"changed": 2}
    assert editor("POST", f"/studies/{study.pk}/pause/").json() == {"changed": 0}
    assert set(study.runs.values_list("wanted", flat=True)) == {"pause"}
    assert editor("POST", f"/studies/{study.pk}/cancel/").json() == {"changed": 2}
    assert set(study.runs.values_list("status", flat=True)) == {"cancelled"}


def test_a_deleted_study_takes_its_runs_and_files_with_it(
    editor: ExactClient, study: Study, messages: Messages, settings: Any
) -> None:
    run = editor("POST", f"/studies/{study.pk}/runs/", {}).json()
    messages.drain()
    folder = settings.FILES / run["id"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "weights").write_bytes(b"x")
    assert editor("DELETE", f"/studies/{study.pk}/").status_code == 204
    assert not Run.objects.exists()
    assert not folder.exists()
    assert editor("GET", f"/studies/{study.pk}/").status_code == 404
