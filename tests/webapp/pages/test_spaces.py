"""Saved spaces on the pages: offered where a run has made one, listed, and what a new study begins with."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nas_engine.run import recipe
from nas_engine.spaces import nasbench201, space_document
from tests.webapp.conftest import DRAWS
from tests.webapp.pages.conftest import HERE, PREVIEW, Controls, client_of
from tests.webapp.spaced import EVOLVED, SHRUNK, spaced_run
from webapp.accounts.models import Role, Team, User
from webapp.runs.models import Run
from webapp.spaces.models import SavedSpace
from webapp.spaces.services.save import save_space, save_space_of_run
from webapp.studies.models import Study


@pytest.fixture
def editor(team: Team) -> Client:
    return client_of(team)


@pytest.fixture
def run(team: Team) -> Run:
    return spaced_run(team)


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def somebody() -> User:
    return User.objects.get(email="editor@example.org")


def saved(run: Run, stage: int, name: str = "ours") -> SavedSpace:
    return save_space_of_run(somebody(), run, stage, name)


def test_the_study_page_saves_what_a_stage_has_made(editor: Client, run: Run) -> None:
    assert f'hx-get="/runs/{run.pk}/spaces/"' in text(editor.get(f"/studies/{run.study_id}/"))
    where = f"/runs/{run.pk}/spaces/"
    offered = text(editor.get(where))
    assert "<b>evolve</b> evolved a space of" in offered
    assert "<b>shrink</b> shrank the space to" in offered
    assert offered.count("Save this space") == 2
    after = text(editor.post(where, {"stage": "2", "name": "ours"}, headers={"HX-Request": "true"}))
    assert "saved as" in after
    assert "ours, version 1" in after
    assert after.count("Save this space") == 1
    assert SavedSpace.objects.get().stage == 2
    assert editor.post(where, {"stage": "0", "name": ""})["Location"] == f"/studies/{run.study_id}/?run={run.pk}"
    assert SavedSpace.objects.filter(name="cells: evolve").exists()


@pytest.mark.parametrize("stage", ["1", "", "x", "99999"])
def test_a_stage_that_has_made_no_space_is_said_to_be_none(editor: Client, run: Run, stage: str) -> None:
    assert 'role="alert"' in text(editor.post(f"/runs/{run.pk}/spaces/", {"stage": stage, "name": "ours"}))
    assert not SavedSpace.objects.exists()


def test_a_run_whose_state_is_gone_is_said_to_be(editor: Client, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state={"stored": {"key": "state.json", "sha256": "0" * 64}})
    assert 'role="alert"' in text(editor.get(f"/runs/{run.pk}/spaces/"))


def test_a_viewer_sees_and_saves_nothing_and_a_stranger_finds_nothing(team: Team, run: Run) -> None:
    viewer, stranger = client_of(team, Role.VIEWER), client_of(Team.objects.create(name="others"), Role.OWNER)
    assert "Save this space" not in text(viewer.get(f"/runs/{run.pk}/spaces/"))
    assert viewer.post(f"/runs/{run.pk}/spaces/", {"stage": "0"}).status_code == 403
    assert stranger.get(f"/runs/{run.pk}/spaces/").status_code == 404
    assert stranger.post(f"/runs/{run.pk}/spaces/", {"stage": "0"}).status_code == 404


def test_a_study_that_makes_no_space_offers_none(editor: Client, team: Team) -> None:
    plan = recipe(DRAWS).plain
    study = Study.objects.create(team=team, name="draws", recipe=plan)
    Run.objects.create(study=study, recipe=plan)
    assert "Spaces to keep" not in text(editor.get(f"/studies/{study.pk}/"))


def test_the_list_says_what_each_is_and_where_it_comes_from(editor: Client, run: Run) -> None:
    assert "No spaces yet" in text(editor.get("/spaces/"))
    evolved, shrunk = saved(run, 0), saved(run, 2)
    shown = text(editor.get("/spaces/"))
    assert shown.index("version 2") < shown.index("version 1")
    assert f"?run={run.pk}" in shown
    assert f"/api/v1/spaces/{evolved.pk}/files/search_space.config" in shown
    assert f"/api/v1/spaces/{shrunk.pk}/files/search_space.config" not in shown
    assert f"{HERE}?space={shrunk.pk}" in shown
    stranger = client_of(Team.objects.create(name="others"), Role.OWNER)
    assert "No spaces yet" in text(stranger.get("/spaces/"))
    assert stranger.get(HERE, {"space": str(shrunk.pk)}).status_code == 404


def test_the_list_takes_a_fixed_number_of_queries(editor: Client, run: Run) -> None:
    counts = []
    for _ in range(2):
        saved(run, 0, f"space {len(counts)}")
        saved(run, 2, f"space {len(counts)}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            text(editor.get("/spaces/"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_study_begins_with_a_saved_space_and_leaves_out_what_made_it(editor: Client, run: Run) -> None:
    space = saved(run, 2)
    page = editor.get(HERE, {"space": str(space.pk)})
    assert "shrunk, by study cells: 1 to 3 options at each of 3 places" in text(page)
    data = Controls(page.content.decode()).data
    assert data["space.document"] == [str(space.pk)]
    panel = editor.post(PREVIEW, data).content.decode()
    assert re.search(r"Networks in the space</dt><dd class=\"number\">3<", panel)
    answer = editor.post(HERE, {**data, "act": "submit"})
    study = Study.objects.exclude(pk=run.study_id).get()
    assert answer["Location"] == f"/studies/{study.pk}/"
    assert study.name == "ours, version 1"
    assert study.recipe["space"]["document"]["members"] == space_document(SHRUNK)["members"]
    assert [stage["name"] for stage in study.recipe["pipeline"]] == ["supernet", "search", "retrain", "export"]
    again = Controls(editor.get(HERE, {"study": str(study.pk)}).content.decode()).data
    assert again["space.document"] == [str(space.pk)]  # known again, though the recipe writes out defaults


def test_the_kind_saved_begins_with_the_newest_and_takes_another(editor: Client, run: Run) -> None:
    opened = {"json": json.dumps(DRAWS), "key": "k", "act": "form"}
    data = Controls(editor.post(HERE, opened).content.decode()).data
    nothing = editor.post(HERE, {**data, "space.kind": "saved", "act": "redraw"})
    assert "none is saved yet" in text(nothing)
    assert "space.document" in Controls(nothing.content.decode()).errors
    first, newest = saved(run, 0, "first"), saved(run, 2, "newest")
    page = Controls(editor.post(HERE, {**data, "space.kind": "saved", "act": "redraw"}).content.decode())
    assert page.data["space.document"] == [str(newest.pk)]
    other = {**page.data, "space.document": str(first.pk), "act": "json"}
    written = json.loads(Controls(editor.post(HERE, other).content.decode()).data["json"][0])
    assert written["space"] == {"kind": "saved", "document": space_document(EVOLVED)}


def test_a_space_that_nobody_saved_stays_in_the_form(editor: Client) -> None:
    plan = {**DRAWS, "space": {"kind": "saved", "document": space_document(SHRUNK)}}
    page = Controls(editor.post(HERE, {"json": json.dumps(plan), "key": "k", "act": "form"}).content.decode())
    assert json.loads(page.data["space.document"][0]) == space_document(SHRUNK)
    assert not page.errors
    back = Controls(editor.post(HERE, {**page.data, "act": "json"}).content.decode())
    assert json.loads(back.data["json"][0])["space"] == plan["space"]


def test_another_team_s_space_cannot_be_chosen(editor: Client, run: Run) -> None:
    data = Controls(editor.get(HERE, {"space": str(saved(run, 2).pk)}).content.decode()).data
    others = Team.objects.create(name="others")
    stranger = client_of(others, Role.OWNER)
    foreign = save_space(User.objects.get(email="owner@example.org"), others, "theirs", space_document(EVOLVED))
    refused = editor.post(HERE, {**data, "space.document": str(foreign.pk), "act": "submit"})
    assert refused.status_code == 422
    assert "space.document" in Controls(refused.content.decode()).errors
    assert stranger.get("/spaces/").status_code == 200


@pytest.mark.parametrize("kind", ["nasbench_macro", "nasbench201", "saved"])
def test_a_space_that_brings_its_own_skeleton_shows_that_one(editor: Client, kind: str) -> None:
    document = {"document": space_document(nasbench201())} if kind == "saved" else {}
    plan = {**DRAWS, "space": {"kind": kind, **document}}
    page = text(editor.post(HERE, {"json": json.dumps(plan), "key": "k", "act": "form"}))
    assert "Change its stages" not in page
    assert ("8 places to search" in page) == (kind == "nasbench_macro")
