"""Saved operator sets on the New study page: chosen, pinned, changed, saved as the next version."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tests.webapp.conftest import DRAWS
from tests.webapp.pages.conftest import HERE, PREVIEW, Controls, client_of
from webapp.accounts.models import Membership, Role, Team, User
from webapp.operators.models import OperatorSet, OperatorSetVersion
from webapp.operators.services.save import add_version, create_operator_set
from webapp.studies.models import Study


def chain_page(client: Client) -> dict[str, list[str]]:
    """The page of a chain of mb3_e2 and skip."""
    opened = {"json": json.dumps(DRAWS), "key": "k", "act": "form"}
    return Controls(client.post(HERE, opened).content.decode()).data


def saved(team: Team, name: str, *versions: list[str]) -> list[OperatorSetVersion]:
    """A set of the team with these versions, oldest first."""
    editor, _ = User.objects.get_or_create(email="maker@example.org")
    Membership.objects.get_or_create(user=editor, team=team, role=Role.EDITOR)
    made = create_operator_set(editor, team, name, versions[0])
    for labels in versions[1:]:
        add_version(editor, made, labels)
    return list(made.versions.order_by("number"))


def act(client: Client, data: dict[str, list[str]], name: str = "", **changed: str) -> Controls:
    return Controls(client.post(HERE, {**data, **changed, "act": name}).content.decode())


def test_a_chosen_version_brings_its_operators_and_the_study_remembers_it(team: Team) -> None:
    client, (first, second) = client_of(team), saved(team, "small", ["conv3", "skip"], ["sep3", "skip"])
    page = act(client, chain_page(client), operator_set=str(first.pk))
    assert page.data["space.operators"] == ["conv3", "skip"]
    panel = client.post(PREVIEW, page.data).content.decode()
    assert "used small, version 1" in panel
    assert f"&quot;operator_set_version&quot;: &quot;{first.pk}&quot;" in panel  # of the REST call
    client.post(HERE, {**page.data, "act": "submit"})
    study = Study.objects.get()
    assert study.operator_set_version == first
    assert study.recipe["space"]["operators"] == ["conv3", "skip"]
    again = Controls(client.get(HERE, {"study": str(study.pk)}).content.decode())
    assert again.data["operator_set"] == [str(first.pk)]
    other = act(client, again.data, operator_set=str(second.pk))
    assert other.data["space.operators"] == ["sep3", "skip"]


def test_operators_that_were_changed_since_are_said_to_be_and_not_pinned(team: Team) -> None:
    client, (version,) = client_of(team), saved(team, "small", ["conv3", "skip"])
    data = act(client, chain_page(client), operator_set=str(version.pk)).data
    data["space.operators"] = ["conv3"]
    panel = client.post(PREVIEW, data).content.decode()
    assert "changed since version 1" in panel
    assert "operator_set_version" not in panel
    client.post(HERE, {**data, "act": "submit"})
    assert Study.objects.get().operator_set_version is None


def test_operators_are_saved_as_a_set_and_then_as_its_next_version(team: Team) -> None:
    client = client_of(team)
    page = client.post(HERE, {"json": json.dumps(DRAWS), "key": "k", "act": "form"}).content.decode()
    assert "No set is saved yet" in page
    first = act(client, Controls(page).data, "save-set", set_name="mine")
    made = OperatorSet.objects.get()
    assert (made.team, made.name, made.versions.get().labels) == (team, "mine", ["mb3_e2", "skip"])
    assert first.data["operator_set"] == [str(made.versions.get().pk)]
    assert first.data["set_name"] == ["mine"]
    more = act(client, first.data, "operator", operator="conv3")
    second = act(client, more.data, "save-set")
    newest = made.versions.get(number=2)
    assert newest.labels == ["mb3_e2", "skip", "conv3"]
    assert second.data["operator_set"] == [str(newest.pk)]
    act(client, second.data, "save-set")
    assert made.versions.count() == 2  # nothing had changed


@pytest.mark.parametrize(("name", "said"), [("", "a set needs a name"), ("  ", "a set needs a name")])
def test_what_cannot_be_saved_is_said_beside_its_name(team: Team, name: str, said: str) -> None:
    client = client_of(team)
    page = act(client, chain_page(client), "save-set", set_name=name)
    assert said in page.errors["set_name"]
    assert not OperatorSet.objects.exists()


def test_an_empty_palette_is_not_saved(team: Team) -> None:
    client = client_of(team)
    data = {name: values for name, values in chain_page(client).items() if name != "space.operators"}
    page = act(client, data, "save-set", set_name="none")
    assert "at least one operator" in page.errors["space.operators"]
    assert not OperatorSet.objects.exists()


def test_a_viewer_chooses_a_set_and_saves_none(team: Team) -> None:
    client, (version,) = client_of(team, Role.VIEWER), saved(team, "small", ["conv3", "skip"])
    chosen = act(client, chain_page(client), operator_set=str(version.pk))
    assert chosen.data["space.operators"] == ["conv3", "skip"]
    answer = client.post(HERE, {**chosen.data, "set_name": "mine", "act": "save-set"})
    assert "a viewer may choose one" in answer.content.decode()
    assert "this takes the role" in Controls(answer.content.decode()).errors["set_name"]
    assert OperatorSet.objects.count() == 1


def test_a_set_of_others_is_neither_shown_nor_taken(team: Team) -> None:
    client, (theirs,) = client_of(team), saved(Team.objects.create(name="others"), "secret", ["conv3"])
    page = client.post(HERE, {**chain_page(client), "operator_set": str(theirs.pk), "act": ""}).content.decode()
    assert "secret" not in page
    assert Controls(page).data["space.operators"] == ["mb3_e2", "skip"]


def test_a_set_is_pinned_by_studies_of_its_own_team_only(team: Team) -> None:
    client, (version,) = client_of(team), saved(team, "small", ["mb3_e2", "skip"])
    other = Team.objects.create(name="another")
    Membership.objects.create(user=User.objects.get(email="editor@example.org"), team=other, role=Role.OWNER)
    data = act(client, chain_page(client), operator_set=str(version.pk)).data
    client.post(HERE, {**data, "team": str(other.pk), "act": "submit"})
    assert Study.objects.get().operator_set_version is None
    client.post(HERE, {**data, "team": str(team.pk), "act": "submit"})
    assert Study.objects.get(team=team).operator_set_version == version


def test_a_pin_goes_through_the_json_and_back(team: Team) -> None:
    client, (version,) = client_of(team), saved(team, "small", ["conv3", "skip"])
    data = act(client, chain_page(client), operator_set=str(version.pk)).data
    opened = act(client, data, "json").data
    assert opened["operator_set"] == [str(version.pk)]
    assert act(client, opened, "form").data["operator_set"] == [str(version.pk)]
    client.post(HERE, {**opened, "act": "submit"})
    assert Study.objects.get().operator_set_version == version
