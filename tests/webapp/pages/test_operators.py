"""The pages of operator sets, and the editor of a declared operator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.engine.operators.declared_samples import GHOST, RESIDUAL, declaration
from tests.webapp.pages.conftest import HERE as NEW_STUDY
from tests.webapp.pages.conftest import Controls, client_of
from webapp.accounts.models import Membership, Role, Team, User
from webapp.operators.models import OperatorSet
from webapp.operators.services.save import add_version, create_operator_set
from webapp.studies.models import Study

NEW = "/operators/new/"


def saved(team: Team, name: str = "ours") -> OperatorSet:
    """A set of the team with two versions: ghost and skip, then residual too."""
    maker, _ = User.objects.get_or_create(email="maker@example.org")
    Membership.objects.get_or_create(user=maker, team=team, role=Role.EDITOR)
    made = create_operator_set(maker, team, name, ["ghost", "skip"], [declaration("ghost")])
    add_version(maker, made, ["ghost", "skip", "residual"], [declaration("ghost"), declaration("residual")])
    return made


def asked(client: Client, path: str, data: dict[str, Any], act: str = "") -> Any:
    return client.post(path, {**data, "act": act})


def text(answer: Any) -> str:
    return str(answer.content.decode())


# --------------------------------------------------------------------------------------------------------------- editor


def test_a_new_set_begins_with_an_operator_written_step_by_step(team: Team) -> None:
    client = client_of(team)
    page = Controls(text(client.get(NEW)))
    assert page.data["nodes.0.kind"] == ["depthwise"]
    longer = asked(client, NEW, {**page.data, "new_kind": "attention"}, "add")
    data = {**Controls(text(longer)).data, "name": "mine", "set_name": "ours", "nodes.0.kernel": "5"}
    seen = text(asked(client, NEW, data))
    assert "[dw5:s norm conv1:out norm relu se4]" in seen
    assert asked(client, NEW, data, "save").status_code == 302
    version = OperatorSet.objects.get(team=team, name="ours").versions.get()
    assert version.labels == ["mine"]
    assert [node["kind"] for node in version.declared[0]["nodes"]][-1] == "attention"


def test_what_is_wrong_is_said_beside_its_input_and_nothing_is_saved(team: Team) -> None:
    client = client_of(team)
    data = {**Controls(text(client.get(NEW))).data, "name": "mine", "set_name": "ours"}
    for changed, place, said in (
        ({"nodes.0.kernel": "4"}, "nodes.0.kernel", "wanted 3, 5, 7, 9 or 11"),
        ({"nodes.2.width": "in*40"}, "nodes.2.width", "in or out, the channels of the place"),
        ({"name": "Mine"}, "name", "a lower-case letter"),
        ({"name": "conv3"}, "name", "a built-in operator has this one"),
        ({"nodes.1.kind": "attack"}, "nodes.1.kind", "one of conv, depthwise"),
        ({"nodes.1.kind": "add"}, "nodes.1.inputs", "2 to 8 steps"),
        ({"set_name": ""}, "set_name", "a set needs a name"),
    ):
        refused = asked(client, NEW, {**data, **changed}, "save")
        assert refused.status_code == 422
        assert said in Controls(text(refused)).errors[place], place
    without = {name: value for name, value in data.items() if name != "nodes.0.stride"}
    assert "stride" in Controls(text(asked(client, NEW, without, "save"))).errors["nodes"]
    assert not OperatorSet.objects.exists()


def test_steps_are_moved_and_removed_and_the_json_beside_them_is_taken(team: Team) -> None:
    client = client_of(team)
    data = Controls(text(client.get(NEW))).data
    kinds = [data[f"nodes.{place}.kind"][0] for place in range(5)]
    up = Controls(text(asked(client, NEW, data, "up:1"))).data
    assert [up[f"nodes.{place}.kind"][0] for place in range(2)] == kinds[1::-1]
    less = Controls(text(asked(client, NEW, data, "remove:0"))).data
    assert [less[f"nodes.{place}.kind"][0] for place in range(4)] == kinds[1:]
    taken = asked(client, NEW, {**data, "json": json.dumps(declaration("residual"))}, "json")
    page = Controls(text(taken))
    assert page.data["name"] == ["residual"]
    assert page.data["nodes.10.inputs"] == ["end", "by"] or set(page.data["nodes.10.inputs"]) == {"end", "by"}
    assert "[conv1:in*3 norm hard_swish dw5:s" in text(taken)
    assert json.loads(page.data["json"][0]) == declaration("residual")
    for odd in ("{", "[]", '{"nodes": 3}', "\\ud800", "[" * 9999):
        assert "json" in Controls(text(asked(client, NEW, {**data, "json": odd}, "json"))).errors


def test_shapes_and_costs_are_those_of_the_place_that_was_asked_for(team: Team) -> None:
    client = client_of(team)
    data = {**Controls(text(client.get(NEW))).data, "place.channels": "8", "place.out": "12", "place.size": "7"}
    found = text(asked(client, NEW, {**data, "name": "mine", "place.stride": "2"}))
    assert "12×4×4" in found
    odd = asked(client, NEW, {**data, "place.channels": "0"})
    assert odd.status_code == 200
    assert "&#x27;channels&#x27;: got 0" in text(odd)


def test_an_operator_is_changed_and_renamed_in_the_next_version(team: Team) -> None:
    client, held = client_of(team), saved(team)
    here = f"/operators/{held.pk}/declare/"
    data = {**Controls(text(client.get(here, {"operator": "ghost"}))).data}
    assert data["was"] == ["ghost"]
    data |= {"name": "spectre", "nodes.3.kernel": "5"}
    assert asked(client, here, data, "save").status_code == 302
    newest = held.versions.all()[0]
    assert (newest.number, newest.labels) == (3, ["spectre", "skip", "residual"])
    taken = asked(client, here, {**data, "was": "", "name": "residual"}, "save")
    assert "already" in Controls(text(taken)).errors["name"]
    assert client.get(here, {"operator": "nobody"}).status_code == 404


# ---------------------------------------------------------------------------------------------------------------- pages


def test_the_list_shows_each_set_with_pictures_formulas_and_costs_at_a_place(team: Team) -> None:
    client = client_of(team)
    assert "No operator sets yet" in text(client.get("/operators/"))
    saved(team)
    page = text(client.get("/operators/", {"place.channels": "8", "place.out": "8"}))
    assert "version 2" in page
    assert "2 declared" in page
    assert "[h, dw3(h)]" in page
    assert page.count('class="steps"') == 3
    assert text(client.get("/operators/", {"place.channels": "16", "place.out": "8"})) != page


def test_a_set_is_changed_compared_retired_and_offered_again(team: Team) -> None:
    client, held = client_of(team), saved(team)
    here = f"/operators/{held.pk}/"
    client.post(here, {"act": "include", "label": "mb3_e3"})
    client.post(here, {"act": "drop:skip"})
    assert held.versions.all()[0].labels == ["ghost", "residual", "mb3_e3"]
    assert "unknown operator" in text(client.post(here, {"act": "include", "label": "mb99"}))
    compared = text(client.get(here, {"older": 1, "newer": 4}))
    assert compared.count(">added<") == 2
    assert compared.count(">removed<") == 1
    client.post(here, {"act": "retire"})
    assert "retired" in text(client.get(here))
    assert "No operator sets yet" in text(client.get("/operators/"))
    assert "ours" in text(client.get("/operators/", {"retired": 1}))
    assert client.post(here, {"act": "drop:ghost"}).status_code == 422
    client.post(here, {"act": "restore"})
    assert "ours" in text(client.get("/operators/"))


def test_a_viewer_looks_and_changes_nothing(team: Team) -> None:
    client, held = client_of(team, Role.VIEWER), saved(team)
    here = f"/operators/{held.pk}/"
    page = text(client.get(here))
    assert "takes the role ‘editor’" in page
    assert "/declare/" not in page
    assert 'name="act"' not in page
    for act in ("retire", "drop:skip", "include"):
        assert client.post(here, {"act": act, "label": "conv3"}).status_code == 403
    data = {**Controls(text(client.get(f"{here}declare/"))).data, "name": "mine"}
    assert asked(client, f"{here}declare/", data, "save").status_code == 403
    assert asked(client, NEW, {**data, "set_name": "x", "team": str(team.pk)}, "save").status_code == 403
    assert held.versions.count() == 2


def test_a_set_of_others_is_not_there(team: Team) -> None:
    theirs = saved(Team.objects.create(name="others"))
    client = client_of(team)
    for path in ("", "declare/"):
        assert client.get(f"/operators/{theirs.pk}/{path}").status_code == 404
        assert client.post(f"/operators/{theirs.pk}/{path}", {"act": "retire"}).status_code == 404


# ------------------------------------------------------------------------------------------------------------- new study


@pytest.mark.parametrize("kind", ["chain", "cell"])
def test_a_study_begins_with_a_set_and_holds_what_it_declares(team: Team, kind: str) -> None:
    client, held = client_of(team), saved(team)
    newest = held.versions.all()[0]
    page = text(client.get(NEW_STUDY, {"operators": str(newest.pk)}))
    data = Controls(page).data
    assert data["space.operators"] == ["ghost", "skip", "residual"]
    data = Controls(text(client.post(NEW_STUDY, {**data, "space.kind": kind, "act": ""}))).data
    assert data["space.operators"] == ["ghost", "skip", "residual"]
    answer = client.post(NEW_STUDY, {**data, "act": "submit"})
    assert answer.status_code == 302, Controls(text(answer)).errors
    study = Study.objects.get()
    assert study.operator_set_version == newest
    assert study.recipe["space"]["kind"] == kind
    assert [one["name"] for one in study.recipe["space"]["declared"]] == ["ghost", "residual"]
    assert study.recipe["space"]["declared"][0]["nodes"][0]["width"] == GHOST[0]["width"]
    assert len(study.recipe["space"]["declared"][1]["nodes"]) == len(RESIDUAL)


def test_a_retired_set_is_not_offered(team: Team) -> None:
    client, held = client_of(team), saved(team)
    newest = held.versions.all()[0]
    client.post(f"/operators/{held.pk}/", {"act": "retire"})
    assert client.get(NEW_STUDY, {"operators": str(newest.pk)}).status_code == 404
