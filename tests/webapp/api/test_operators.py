"""A team's own operators over REST: declared, looked at, compared, retired."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.operators.declared_samples import BARE, GHOST, declaration
from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS

WIDER = [{**GHOST[0], "width": "out/4"}, *GHOST[1:3], {**GHOST[3], "kernel": 5}, *GHOST[4:]]


def saved(editor: ExactClient, **changes: Any) -> dict[str, Any]:
    asked = {"name": "ours", "labels": ["ghost", "skip"], "declared": [declaration("ghost")], **changes}
    return dict(editor("POST", "/operator-sets/", asked).json())


def test_a_set_holds_what_the_team_declares_whole(editor: ExactClient, viewer: ExactClient) -> None:
    made = saved(editor)
    (version,) = viewer("GET", f"/operator-sets/{made['id']}/").json()["versions"]
    assert version["labels"] == ["ghost", "skip"]
    (declared,) = version["declared"]
    assert (declared["name"], declared["nodes"][0]["kind"]) == ("ghost", "pointwise")
    again = editor(
        "POST", f"/operator-sets/{made['id']}/versions/", {"labels": version["labels"], "declared": version["declared"]}
    )
    assert again.json()["number"] == 1


def test_the_catalog_says_what_a_declaration_may_hold(viewer: ExactClient) -> None:
    found = viewer("GET", "/catalog/").json()
    kinds = {one["title"] for one in found["declaration"]["properties"]["nodes"]["items"]["oneOf"]}
    assert kinds == set(found["families"]["primitives"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"declared": [{"name": "ghost", "nodes": [{"kind": "pool", "kernel": 4}]}]}, "declared.0.nodes.0.kernel"),
        ({"declared": [{"name": "ghost"}]}, "declared.0.nodes"),
        ({"declared": [7]}, "declared.0"),
        ({"declared": [declaration("skip", BARE)], "labels": ["skip"]}, "declared.0.name"),
        ({"declared": [declaration("ghost"), declaration("bare")]}, "declared.1.name"),
        ({"declared": [{"name": "\u0000", "nodes": BARE}]}, "declared.0.name"),
        ({"declared": [{"name": "\ud800", "nodes": BARE}]}, None),
        ({"declared": [{"name": "ghost", "nodes": [{"kind": "attention", "reduction": 10**40}]}]}, None),
    ],
)
def test_a_declaration_that_cannot_be_is_refused_by_its_field(
    editor: ExactClient, changes: dict[str, Any], field: str | None
) -> None:
    refused = editor("POST", "/operator-sets/", {"name": "odd", "labels": ["ghost"], **changes})
    assert refused.status_code in (400, 422)
    assert field is None or refused.json()["field"] == field
    assert editor("GET", "/operator-sets/").json()["results"] == []


def test_a_declaration_is_looked_at_at_a_place_before_it_is_saved(viewer: ExactClient) -> None:
    asked = {"declaration": declaration("ghost"), "channels": 8, "out": 12, "height": 7, "width": 9, "stride": 2}
    found = viewer("POST", "/operator-sets/preview/", asked).json()
    assert found["output"] == "12x4x5"
    assert found["label"].startswith("[conv1:out/2:s norm relu")
    assert sum(row["cost"]["params"] for row in found["layers"]) == found["cost"]["params"] > 0
    assert {end for edge in found["graph"]["edges"] for end in edge} == {
        node["name"] for node in found["graph"]["nodes"]
    }
    assert viewer("POST", "/operator-sets/preview/", {"label": found["label"], "stride": 2}).status_code == 200
    assert viewer("POST", "/operator-sets/preview/", {"label": "reduce", "stride": 1}).status_code == 422
    assert viewer("POST", "/operator-sets/preview/", {}).status_code == 400


def test_two_versions_are_compared_field_by_field(editor: ExactClient, viewer: ExactClient) -> None:
    where = f"/operator-sets/{saved(editor)['id']}/"
    newer = {"labels": ["conv3", "ghost"], "declared": [declaration("ghost", WIDER)]}
    assert editor("POST", f"{where}versions/", newer).json()["number"] == 2
    found = viewer("GET", f"{where}diff/").json()
    assert (found["older"], found["newer"]) == (1, 2)
    assert [(one["name"], one["what"]) for one in found["operators"]] == [
        ("conv3", "added"),
        ("ghost", "changed"),
        ("skip", "removed"),
    ]
    assert found["operators"][1]["changes"] == [
        {"path": "nodes.0.width", "before": "out/2", "after": "out/4"},
        {"path": "nodes.3.kernel", "before": "3", "after": "5"},
    ]
    assert viewer("GET", f"{where}diff/?older=2&newer=2").json()["operators"][0]["what"] == "same"
    assert viewer("GET", f"{where}diff/?older=9").status_code == 404
    assert viewer("GET", f"{where}diff/?newer=\u0663").status_code == 404


def test_a_retired_set_is_read_but_neither_grows_nor_is_used_until_it_is_restored(
    editor: ExactClient,
    viewer: ExactClient,
    stranger: ExactClient,
    messages: object,  # noqa: ARG001
) -> None:
    made = saved(editor)
    where = f"/operator-sets/{made['id']}/"
    space = {"kind": "chain", "skeleton": "tiny", "operators": ["ghost", "skip"], "declared": [declaration("ghost")]}
    study = {"recipe": {**DRAWS, "space": space}, "operator_set_version": made["versions"][0]["id"]}
    assert editor("POST", "/studies/", study).status_code == 201
    assert viewer("POST", f"{where}retire/").status_code == 403
    assert stranger("POST", f"{where}retire/").status_code == 404
    assert editor("POST", f"{where}retire/").json()["retired"] is not None
    assert viewer("GET", where).json()["versions"][0]["labels"] == ["ghost", "skip"]
    assert editor("POST", f"{where}versions/", {"labels": ["skip"]}).status_code == 409
    assert editor("POST", "/studies/", study).status_code == 409
    assert viewer("POST", f"{where}restore/").status_code == 403
    assert editor("POST", f"{where}restore/").json()["retired"] is None
    assert editor("POST", "/studies/", study).status_code == 201


def test_a_study_pins_only_the_declarations_that_it_uses(editor: ExactClient, messages: object) -> None:  # noqa: ARG001
    made = saved(editor)
    space = {"kind": "chain", "skeleton": "tiny", "operators": ["ghost", "skip"]}
    for nodes, answer in ((WIDER, 409), (GHOST, 201)):
        recipe = {**DRAWS, "space": {**space, "declared": [declaration("ghost", nodes)]}}
        study = {"recipe": recipe, "operator_set_version": made["versions"][0]["id"]}
        assert editor("POST", "/studies/", study).status_code == answer
