"""The New study page: a form that is a view of a recipe."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string
from django.test import Client

from nas_engine.preview import preview
from nas_engine.run import recipe as read_recipe
from tests.webapp.conftest import DRAWS
from tests.webapp.pages.conftest import HERE, PREVIEW, Controls, client_of
from webapp.accounts.models import Membership, Role, Team, User
from webapp.pages.draft.acts import acted
from webapp.pages.draft.form import form
from webapp.pages.draft.outlook import in_short, outlook
from webapp.pages.draft.reading import read_form
from webapp.pages.draft.schemas import beginning, families
from webapp.runs.services.control import start_run
from webapp.studies.models import Study
from webapp.studies.selectors import templates


def drawn(recipe: dict[str, Any]) -> Controls:
    return Controls(render_to_string("studies/new_sections.html", {"form": form(recipe)}))


def query(data: dict[str, list[str]]) -> QueryDict:
    made = QueryDict(mutable=True)
    for name, values in data.items():
        made.setlist(name, values)
    return made


UNUSUAL = {
    **DRAWS,
    "name": 'a name with <angles> & "ends"'.replace('"', "'"),
    "space": {
        "kind": "chain",
        "operators": ["skip", "mb3_e2", "5/1,2/1,2 D2 00 e6"],
        "skeleton": {"stages": [{"width": 8, "blocks": 2, "stride": 2}], "first": {"operator": "mb3_e1", "width": 6}},
        "reference": "mb3_e2",
    },
    "task": {"kind": "image_classification", "resolution": 12, "validation": 0.25},
    "budget": {"network": {"params": 12345}, "search": {"device_seconds": 1.5, "reserve": 0.0}},
}
OTHER_CELLS = {
    **DRAWS,
    "space": {"kind": "autospace", "skeleton": "tiny", "kernels": [5, 3], "expansion": 2, "mixing": False},
    "pipeline": [
        {"kind": "train", "trainer": {"kind": "autospace", "reference": False, "learning_rate": 1e-05}},
        {"kind": "train", "trainer": {"kind": "uniform_paths"}},
        {
            "kind": "search",
            "strategy": {"kind": "lissnas", "per_pocket": True, "mode": "intersect"},
            "estimator": {"kind": "shared_weights"},
        },
        {"kind": "search", "strategy": {"kind": "random"}, "estimator": {"kind": "from_scratch", "epochs": 1}},
        {"kind": "retrain", "trainer": {"epochs": 3, "precision": "bf16"}},
        {"kind": "export", "exporters": ["model_card", "pytorch_source"], "share": 0.2},
    ],
}
RECIPES = {**{name: one.recipe for name, one in templates().items()}, "unusual": UNUSUAL, "other cells": OTHER_CELLS}


@pytest.mark.parametrize("name", RECIPES)
def test_what_the_form_shows_is_the_recipe_that_it_sends(name: str) -> None:
    plan = read_recipe(RECIPES[name])
    assert read_recipe(read_form(query(drawn(RECIPES[name]).data))).plain == plan.plain
    assert (
        read_recipe(read_form(query(drawn(plan.plain).data))).plain == plan.plain
    )  # with every default written out too


@pytest.mark.parametrize("kind", families()["stages"])
def test_a_stage_that_is_added_is_one_that_the_engine_reads(kind: str) -> None:
    made = acted(templates()["tiny"].recipe, "add", {"stage": kind})
    assert made["pipeline"][-1]["kind"] == kind
    assert read_recipe(made).pipeline[-1].name


@pytest.mark.parametrize("family", ["trainers", "strategies", "estimators"])
def test_a_component_begins_with_what_it_requires(family: str) -> None:
    assert [beginning(one) for one in families()[family].values()] == [{"kind": kind} for kind in families()[family]]


def test_a_number_that_is_none_is_kept_for_the_engine_to_refuse() -> None:
    data = drawn(templates()["tiny"].recipe).data
    data["budget.network.madds"] = ["many"]
    assert read_form(query(data))["budget"]["network"] == {"madds": "many"}
    data["budget.network.madds"] = ["1e5"]
    assert read_form(query(data))["budget"]["network"] == {"madds": 100_000}


def test_the_size_of_a_space_is_said_in_short() -> None:
    assert [in_short(size) for size in (243, 984930291881790849, 999_999, 99_999_999)] == [
        "243",
        "9.8e17",
        "999,999",
        "1.0e8",
    ]


def test_the_outlook_agrees_with_the_engines_preview() -> None:
    plan = read_recipe(templates()["tiny"].recipe)
    engine, page = preview(plan), outlook(plan)
    assert page.size == in_short(engine.size)
    assert [(one.least, one.largest) for one in page.ranges] == [
        (engine.feasibility.least.params, engine.feasibility.largest.params),
        (engine.feasibility.least.madds, engine.feasibility.largest.madds),
    ]
    assert page.evaluations == engine.evaluations
    assert page.share == pytest.approx(engine.feasibility.share, abs=0.03)  # other samples of the same space
    assert page.ranges[1].bars.fits == page.share  # the only limit


def test_the_page_begins_with_the_default_template_and_submits_it(team: Team) -> None:
    client = client_of(team)
    page = Controls(client.get(HERE).content.decode())
    answer = client.post(HERE, {**page.data, "act": "submit"})
    study = Study.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/studies/{study.pk}/")
    assert study.recipe == read_recipe(templates()["quickstart"].recipe).plain
    assert study.runs.count() == 1


def test_the_same_page_sent_twice_is_one_study_and_changed_it_is_another(team: Team) -> None:
    client = client_of(team)
    page = Controls(client.get(HERE, {"template": "tiny"}).content.decode())
    first = client.post(HERE, {**page.data, "act": "submit"})
    again = client.post(HERE, {**page.data, "act": "submit"})
    assert first["Location"] == again["Location"]
    client.post(HERE, {**page.data, "name": ["another"], "act": "submit"})
    assert sorted(Study.objects.values_list("name", flat=True)) == ["another", "tiny"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("budget.network.madds", "-3", "got &#x27;-3&#x27;, wanted greater than 0"),
        ("budget.network.madds", "100", "the cheapest network has 24,056"),
        ("pipeline.0.trainer.generations", "0", "greater than or equal to 1"),
        ("name", "", "at least 1 character"),
    ],
)
def test_what_is_refused_is_said_beside_its_input_and_nothing_typed_is_lost(
    team: Team, path: str, value: str, said: str
) -> None:
    client = client_of(team)
    data = {**Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data, "seed": ["77"], path: [value]}
    answer = client.post(HERE, {**data, "act": "submit"})
    page = Controls(answer.content.decode())
    assert answer.status_code == 422
    assert said.replace("&#x27;", "'") in page.errors[path]
    assert list(page.errors) == [path]
    assert {**page.data, "csrfmiddlewaretoken": []} == {**data, "csrfmiddlewaretoken": []}
    assert not Study.objects.exists()


def test_a_stage_without_what_it_needs_is_told_so_where_it_stands(team: Team) -> None:
    client = client_of(team)
    data = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    for place in (1, 0):
        answer = client.post(HERE, {**data, "act": f"remove:{place}"}, headers={"HX-Request": "true"})
        data = Controls(answer.content.decode()).data
    page = Controls(answer.content.decode())
    assert "needs a supernet" in page.errors["pipeline.0"]
    assert data["pipeline.0.kind"] == ["search"]


def test_stages_are_moved_and_another_kind_comes_with_its_own_defaults(team: Team) -> None:
    client = client_of(team)
    data = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    moved = Controls(client.post(HERE, {**data, "act": "up:1"}).content.decode())
    assert moved.data["pipeline.0.trainer.kind"] == ["uniform_paths"]
    assert "evolve the space first" in moved.errors["pipeline.0.trainer"]
    data["pipeline.2.strategy.kind"] = ["ageing_evolution"]  # lissnas had a sample of 10
    other = Controls(client.post(HERE, {**data, "act": ""}).content.decode()).data
    assert other["pipeline.2.strategy.sample"] == ["5"]


def test_a_chain_has_a_palette_with_costs_at_the_chosen_place(team: Team) -> None:
    client = client_of(team)
    data = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    page = client.post(HERE, {**data, "space.kind": "chain", "act": ""}).content.decode()
    assert Controls(page).data["space.operators"] == ["mb3_e3", "mb3_e6", "mb5_e3", "skip"]
    assert "1: 6×8×8 → 8×4×4" in page
    data = Controls(page).data
    more = Controls(client.post(HERE, {**data, "act": "operator", "operator": "mb7_e4"}).content.decode()).data
    assert more["space.operators"][-1] == "mb7_e4"
    none = Controls(client.post(HERE, {**data, "act": "operator", "operator": "mb7"}).content.decode())
    assert "unknown operator 'mb7'" in none.errors["space.operators"]


def opened(client: Client, **changed: str) -> dict[str, list[str]]:
    """The page of the tiny template after its skeleton was opened."""
    data = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    return Controls(client.post(HERE, {**data, **changed, "act": "own"}).content.decode()).data


def stages_of(data: dict[str, list[str]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_form(query(data))["space"]["skeleton"]["stages"]
    return found


def test_a_built_in_skeleton_is_opened_and_says_the_same_network(team: Team) -> None:
    data = opened(client_of(team))
    plan = read_recipe(read_form(query(data)))
    assert plan.space.space().skeleton == read_recipe(templates()["tiny"].recipe).space.space().skeleton
    chosen = {**data, "space.skeleton": ["small"]}  # another name in the choice ends it
    assert read_form(query(chosen))["space"]["skeleton"] == "small"


def test_choosing_your_own_skeleton_begins_with_the_one_that_was_there(team: Team) -> None:
    client = client_of(team)
    data = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    chosen = client.post(HERE, {**data, "space.skeleton": "own", "act": ""}).content.decode()
    assert stages_of(Controls(chosen).data) == stages_of(opened(client))


def test_stages_of_a_skeleton_are_added_moved_changed_and_removed(team: Team) -> None:
    client, rows = client_of(team), "space.skeleton.stages"
    data = opened(client)
    before = stages_of(data)

    def after(act: str, **changed: str) -> list[dict[str, Any]]:
        nonlocal data
        data = Controls(client.post(HERE, {**data, **changed, "act": act}).content.decode()).data
        return stages_of(data)

    last = {"width": before[-1]["width"], "blocks": before[-1]["blocks"]}
    assert after(f"row-add:{rows}") == [*before, last]
    assert after("", **{f"{rows}.2.width": "20"}) == [*before, {**last, "width": 20}]
    assert after(f"row-up:{rows}.2") == [before[0], {**last, "width": 20}, before[1]]
    assert after(f"row-down:{rows}.0") == [{**last, "width": 20}, before[0], before[1]]
    assert after(f"row-remove:{rows}.0") == before
    assert after(f"row-up:{rows}.0") == after(f"row-down:{rows}.9") == after("row-add:space.kind") == before
    client.post(HERE, {**data, "act": "submit"})
    assert Study.objects.get().recipe["space"]["skeleton"]["stages"] == [{"stride": 1, **one} for one in before]


def test_a_skeleton_keeps_its_last_stage_and_has_at_most_as_many_as_the_catalog_says(team: Team) -> None:
    client = client_of(team)
    for number, may in ((1, (True, False)), (2, (False, False)), (32, (False, True))):
        skeleton = {"stages": [{"width": 8, "blocks": 1}] * number}
        drawn_form = form({**templates()["tiny"].recipe, "space": {"kind": "autospace", "skeleton": skeleton}})
        assert drawn_form.own_skeleton is not None
        assert [(table.fixed, table.full) for table in drawn_form.own_skeleton.rows] == [may]
    data = {**opened(client), **{f"space.skeleton.stages.{n}.width": "8" for n in range(33)}}
    data |= {f"space.skeleton.stages.{n}.blocks": "1" for n in range(33)}
    page = Controls(client.post(HERE, {**data, "act": "submit"}).content.decode())
    assert "at most 32 items" in page.errors["space.skeleton.stages"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("stages.0.width", "0", "greater than or equal to 1"),
        ("stages.1.blocks", "two", "wanted a valid integer"),
        ("stages.1.blocks", "", "this field has no default"),
        ("stages.0.stride", "5", "less than or equal to 4"),
        ("stem", "-1", "greater than or equal to 1"),
        ("first.width", "6", "this field has no default"),
    ],
)
def test_what_is_wrong_with_a_skeleton_is_said_beside_its_input(team: Team, path: str, value: str, said: str) -> None:
    client, path = client_of(team), f"space.skeleton.{path}"
    data = {**opened(client), path: [value]}
    beside = path.replace("first.width", "first.operator")  # which is what lacks
    for answer in (client.post(HERE, {**data, "act": ""}), client.post(HERE, {**data, "act": "submit"})):
        page = Controls(answer.content.decode())
        assert said in page.errors[beside]
        assert page.data[path] == [value]
    panel = client.post(PREVIEW, data).content.decode()
    assert said in panel
    assert "pyramid" not in panel  # the last drawing that could be made stays


@pytest.mark.parametrize(
    ("changed", "path", "said"),
    [
        ({"space.operators": "reduce"}, "space.operators", "none of reduce can stand there"),
        ({"space.reference": "mb99"}, "space.reference", "unknown operator 'mb99'"),
        ({"space.skeleton": "huge"}, "space.skeleton", "unknown skeleton 'huge'"),
    ],
)
def test_what_does_not_fit_is_said_beside_what_does_not_before_it_is_submitted(
    team: Team, changed: dict[str, str], path: str, said: str
) -> None:
    client = client_of(team)
    opened_chain = {"json": json.dumps(DRAWS), "key": "k", "act": "form"}
    data = Controls(client.post(HERE, opened_chain).content.decode()).data
    page = Controls(client.post(HERE, {**data, **changed, "act": ""}).content.decode())
    assert said in page.errors[path]
    assert list(page.errors) == [path]


def test_the_drawing_of_a_skeleton_follows_its_stages(team: Team) -> None:
    client = client_of(team)
    data = opened(client)
    panel = client.post(
        PREVIEW, {**data, "space.skeleton.stages.1.width": "20", "task.resolution": "32"}
    ).content.decode()
    assert "3 searchable places: image 1 channels at 32" in panel
    assert "stage 2 20 channels at 16\u202f×\u202f16" in panel
    assert 'id="skeleton" hx-swap-oob="true"' in panel


def test_json_wins_where_it_is_opened_and_goes_back_into_the_form(team: Team) -> None:
    client = client_of(team)
    data = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    opened = Controls(client.post(HERE, {**data, "act": "json"}).content.decode()).data
    assert json.loads(opened["json"][0]) == read_form(query(data))
    assert "name" not in opened
    wrong = Controls(client.post(HERE, {**opened, "json": '{"version": 1,', "act": "form"}).content.decode())
    assert "this is not JSON: line 1" in wrong.errors["json"]
    assert wrong.data["json"] == ['{"version": 1,']
    back = Controls(client.post(HERE, {**opened, "json": json.dumps(UNUSUAL), "act": "form"}).content.decode()).data
    assert read_recipe(read_form(query(back))).plain == read_recipe(UNUSUAL).plain
    client.post(HERE, {**opened, "json": json.dumps(DRAWS), "act": "submit"})
    assert Study.objects.get().recipe == read_recipe(DRAWS).plain


def test_the_preview_follows_a_change_and_saves_nothing(team: Team) -> None:
    client = client_of(team)
    data = Controls(client.get(HERE).content.decode()).data
    before = client.post(PREVIEW, data).content.decode()
    after = client.post(PREVIEW, {**data, "budget.network.madds": ["400000"]}).content.decode()
    assert "9.8e17" in before
    assert "\u202f% fit" in before
    assert "400\u202fk" in after
    assert before != after
    assert 'hx-swap-oob="true"' in after
    refused = client.post(PREVIEW, {**data, "budget.network.madds": ["-1"]}).content.decode()
    assert "wanted greater than 0" in refused
    assert not Study.objects.exists()


def test_a_viewer_may_try_and_sees_why_they_cannot_submit(team: Team) -> None:
    client = client_of(team, Role.VIEWER)
    answer = client.get(HERE, {"template": "tiny"})
    page = answer.content.decode()
    assert "you are a viewer: ask an owner" in page
    refused = client.post(HERE, {**Controls(page).data, "act": "submit"})
    assert refused.status_code == 422
    assert "this takes the role" in refused.content.decode()
    assert not Study.objects.exists()


@pytest.mark.usefixtures("team")
def test_nobody_and_somebody_without_a_team_are_answered() -> None:
    assert Client().get(HERE).status_code == 302
    assert Client().post(PREVIEW).status_code == 302
    client = client_of(None)
    page = Controls(client.get(HERE, {"template": "tiny"}).content.decode())
    assert client.post(HERE, {**page.data, "act": "submit"}).status_code == 422


def test_a_person_in_several_teams_chooses_one(team: Team) -> None:
    client = client_of(team)
    other = Team.objects.create(name="another")
    Membership.objects.create(user=User.objects.get(), team=other, role=Role.OWNER)
    page = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    client.post(HERE, {**page, "team": str(other.pk), "act": "submit"})
    assert Study.objects.get().team == other


def test_a_person_who_edits_in_one_team_and_views_in_another_need_not_choose(team: Team) -> None:
    client = client_of(team)
    other = Team.objects.create(name="another")
    Membership.objects.create(user=User.objects.get(), team=other, role=Role.VIEWER)
    page = Controls(client.get(HERE, {"template": "tiny"}).content.decode()).data
    assert "team" not in page
    client.post(HERE, {**page, "act": "submit"})
    assert Study.objects.get().team == team


def test_a_study_of_the_team_fills_the_page_and_one_of_others_does_not(team: Team) -> None:
    client = client_of(team)
    ours = Study.objects.create(team=team, name="ours", recipe=DRAWS)
    theirs = Study.objects.create(team=Team.objects.create(name="others"), name="theirs", recipe=DRAWS)
    page = Controls(client.get(HERE, {"study": str(ours.pk)}).content.decode())
    assert page.data["name"] == ["three draws"]
    assert client.get(HERE, {"study": str(theirs.pk)}).status_code == 404
    assert client.get(HERE, {"study": "no such"}).status_code == 404


@pytest.mark.usefixtures("messages")
def test_a_run_of_the_team_fills_the_page_and_one_of_others_does_not(team: Team) -> None:
    client = client_of(team)
    ours = start_run(Study.objects.create(team=team, name="ours", recipe=DRAWS))
    theirs = start_run(Study.objects.create(team=Team.objects.create(name="others"), name="theirs", recipe=DRAWS))
    page = Controls(client.get(HERE, {"from": str(ours.pk)}).content.decode())
    assert page.data["name"] == ["three draws"]
    for other in (str(theirs.pk), "no such"):
        assert client.get(HERE, {"from": other}).status_code == 404


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        '"x"',
        "{}",
        '{"space": 3, "pipeline": {}, "budget": []}',
        '{"name": NaN}',
        '{"version": 1e999}',
        '"\\ud800"',
        "[" * 9999,
    ],
)
def test_json_that_is_no_recipe_is_refused_with_words(team: Team, text: str) -> None:
    client = client_of(team)
    for act in ("", "form", "submit", "add", "json"):
        answer = client.post(HERE, {"json": text, "key": "k", "act": act, "stage": "export"})
        assert answer.status_code == (422 if act == "submit" else 200)
        assert Controls(answer.content.decode()).errors["json"]


def test_a_form_that_nobody_drew_is_refused_with_words(team: Team) -> None:
    client = client_of(team)
    for act in ("", "submit", "json", "add", "remove:9", "up:0", "operator"):
        data = {"space.kind": "none", "pipeline.0.kind": "none", "place": "9", "operator": "x", "act": act}
        assert client.post(HERE, data).status_code in (200, 422)
    assert not Study.objects.exists()
