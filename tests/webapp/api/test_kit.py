"""Catalog, templates, previews, data, operator sets, people and tokens over REST."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from nas_engine.tasks.digits import digits
from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS
from webapp.accounts.models import Token
from webapp.datasets.models import DatasetVersion
from webapp.operators.models import OperatorSetVersion


def test_the_catalog_holds_every_family_and_the_schema_of_a_recipe(viewer: ExactClient) -> None:
    found = viewer("GET", "/catalog/").json()
    assert "lissnas" in found["families"]["strategies"]
    assert "pipeline" in found["recipe"]["properties"]
    assert "digits" in found["skeletons"]


def test_every_template_can_be_submitted(editor: ExactClient, messages: object) -> None:  # noqa: ARG001
    templates = editor("GET", "/templates/").json()
    assert templates[0]["name"] == "quickstart"
    for template in templates:
        assert editor("POST", "/studies/", {"recipe": template["recipe"]}).status_code == 201


def test_a_preview_saves_nothing_and_tells_size_costs_and_feasibility(viewer: ExactClient) -> None:
    found = viewer("POST", "/preview/", {"recipe": DRAWS}).json()
    assert int(found["size"]) == 8
    assert found["feasibility"]["verdict"] == "feasible"
    assert found["evaluations"] == 3
    assert all(cost["madds"] >= found["feasibility"]["least"]["madds"] for cost in found["sampled"])
    tight = viewer("POST", "/preview/", {"recipe": {**DRAWS, "budget": {"network": {"params": 1}}}}).json()
    assert tight["feasibility"]["verdict"] == "impossible"
    assert tight["feasibility"]["over"] == ["budget.network.params"]


@pytest.mark.parametrize("wrong", [{}, {"recipe": 3}, {"recipe": {"version": 1}}])
def test_a_preview_of_no_recipe_is_a_problem(viewer: ExactClient, wrong: dict[str, object]) -> None:
    assert viewer("POST", "/preview/", wrong).status_code in (400, 422)


def test_built_in_data_is_listed_with_the_checksum_of_what_it_is(viewer: ExactClient) -> None:
    (data,) = viewer("GET", "/datasets/").json()["results"]
    (version,) = data["versions"]
    images = digits()
    assert version["sha256"] == hashlib.sha256(images.pixels.tobytes() + images.labels.tobytes()).hexdigest()
    assert version["facts"]["images"] == len(images.labels)
    with pytest.raises(TypeError, match="immutable"):
        DatasetVersion.objects.get().save()


def test_an_operator_set_is_saved_as_versions_that_stay(editor: ExactClient, viewer: ExactClient) -> None:
    made = editor("POST", "/operator-sets/", {"name": "mobile", "labels": ["skip", "mb3_e6"]}).json()
    where = f"/operator-sets/{made['id']}/"
    assert editor("POST", f"{where}versions/", {"labels": ["skip", "mb3_e6", "mb5_e6"]}).json()["number"] == 2
    assert editor("POST", f"{where}versions/", {"labels": ["skip", "mb3_e6", "mb5_e6"]}).json()["number"] == 2
    assert [version["number"] for version in viewer("GET", where).json()["versions"]] == [2, 1]
    with pytest.raises(TypeError, match="immutable"):
        OperatorSetVersion.objects.get(number=1).save()
    assert viewer("POST", f"{where}versions/", {"labels": ["skip"]}).status_code == 403


@pytest.mark.parametrize(
    ("labels", "named"), [(["conv99x"], "conv99x"), (["skip", "skip"], "skip"), (["5/1,2/1,2 D9 00 e6"], "got 9")]
)
def test_labels_that_no_operator_reads_are_refused_and_nothing_is_saved(
    editor: ExactClient, labels: list[str], named: str
) -> None:
    refused = editor("POST", "/operator-sets/", {"name": "odd", "labels": labels})
    assert refused.status_code == 422
    assert named in refused.json()["detail"]
    assert editor("GET", "/operator-sets/").json()["results"] == []


def test_a_name_is_taken_once_a_team(editor: ExactClient, stranger: ExactClient) -> None:
    asked = {"name": "mobile", "labels": ["skip", "conv3"]}
    assert editor("POST", "/operator-sets/", asked).status_code == 201
    assert editor("POST", "/operator-sets/", asked).status_code == 409
    assert stranger("POST", "/operator-sets/", asked).status_code == 201
    (own,) = stranger("GET", "/operator-sets/").json()["results"]
    assert stranger("GET", f"/operator-sets/{own['id']}/").status_code == 200
    (theirs,) = editor("GET", "/operator-sets/").json()["results"]
    assert stranger("GET", f"/operator-sets/{theirs['id']}/").status_code == 404


def test_you_are_told_who_you_are_and_in_which_teams(viewer: ExactClient) -> None:
    me = viewer("GET", "/me/").json()
    assert [(team["name"], team["role"]) for team in me["teams"]] == [("vision", "viewer")]


def test_a_token_is_shown_once_kept_as_a_digest_and_works_until_deleted(viewer: ExactClient) -> None:
    made = viewer("POST", "/tokens/", {"name": "laptop"}).json()
    assert not Token.objects.filter(digest=made["token"]).exists()
    assert "token" not in viewer("GET", "/tokens/").json()["results"][0]
    other = ExactClient(None)
    other._client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")
    assert other("GET", "/me/").status_code == 200
    assert Token.objects.get(pk=made["id"]).used is not None
    assert viewer("DELETE", f"/tokens/{made['id']}/").status_code == 204
    assert other("GET", "/me/").status_code == 401


def test_a_token_that_has_run_out_or_whose_user_is_gone_is_refused(viewer: ExactClient) -> None:
    made = viewer(
        "POST", "/tokens/", {"name": "short", "expires": (timezone.now() + timedelta(days=1)).isoformat()}
    ).json()
    other = ExactClient(None)
    other._client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['token']}")
    assert other("GET", "/me/").status_code == 200
    Token.objects.filter(pk=made["id"]).update(expires=timezone.now() - timedelta(seconds=1))
    assert other("GET", "/me/").status_code == 401
    assert viewer.user is not None
    viewer.user.is_active = False
    viewer.user.save()
    assert viewer("GET", "/me/").status_code == 401


def test_another_s_tokens_are_not_there(viewer: ExactClient, stranger: ExactClient) -> None:
    made = viewer("POST", "/tokens/", {"name": "laptop"}).json()
    assert stranger("DELETE", f"/tokens/{made['id']}/").status_code == 404
    assert Token.objects.filter(pk=made["id"]).exists()


@pytest.mark.parametrize("limit", ["0", "-1", "0.5", "null", "", "\u0663"])
def test_a_page_size_that_is_no_number_is_refused_by_name(viewer: ExactClient, limit: str) -> None:
    answer = viewer("GET", f"/studies/?limit={limit}")
    assert (answer.status_code, list(answer.json()["invalid"])) == (400, ["limit"])


def test_a_cursor_that_no_page_gave_is_refused_and_a_huge_page_size_is_the_largest(viewer: ExactClient) -> None:
    answer = viewer("GET", "/studies/?cursor=nonsense")
    assert (answer.status_code, list(answer.json()["invalid"])) == (400, ["cursor"])
    assert viewer("GET", f"/studies/?limit={10**30}").status_code == 200


def test_a_field_that_nobody_knows_is_refused_by_name(editor: ExactClient) -> None:
    answer = editor("POST", "/studies/", {"tempalte": "tiny"})
    assert (answer.status_code, list(answer.json()["invalid"])) == (400, ["tempalte"])
    assert "template" in answer.json()["detail"]
