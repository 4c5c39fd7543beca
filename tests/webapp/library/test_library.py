"""Pinned networks, and the page of all that a team keeps."""

from __future__ import annotations

import json
import re

import pytest
from django.http import Http404

from nas_engine.preview import recipe as read_recipe
from tests.webapp.api.conftest import ExactClient
from tests.webapp.sharing.conftest import browser
from tests.webapp.spaced import spaced_run
from webapp.accounts.models import Team, User
from webapp.library.models import Pin
from webapp.library.services import pin as service
from webapp.library.services.pin import let_go, pin_network
from webapp.operators.services.retire import retire_set
from webapp.operators.services.save import create_operator_set
from webapp.refusals import Conflict, NotAllowed
from webapp.runs.models import Candidate, Run
from webapp.runs.services.made_up import make_up_study
from webapp.spaces.services.save import save_space_of_run


def test_a_network_is_pinned_renamed_and_let_go_by_editors(editor: User, viewer: User, run: Run, key: str) -> None:
    made = pin_network(editor, run, key)
    best = Candidate.objects.filter(run=run, architecture__key=key).latest("score")
    assert made.name == f"{run.study.name}: {key}"
    assert (made.score, made.params, made.madds) == (best.score, best.params, best.madds)
    assert pin_network(editor, run, key, " best of all ") == made
    assert Pin.objects.get().name == "best of all"
    for forbidden in (lambda: pin_network(viewer, run, key), lambda: let_go(viewer, made)):
        with pytest.raises(NotAllowed):
            forbidden()
    with pytest.raises(Http404):
        pin_network(editor, run, "0" * 16)
    let_go(editor, made)
    assert not Pin.objects.exists()


def test_a_name_is_of_one_network_and_pins_are_not_without_end(
    editor: User, run: Run, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Candidate.objects.filter(run=run, status="scored").exclude(architecture__key=key).earliest("number")
    pin_network(editor, run, key, "mine")
    with pytest.raises(Conflict, match="another network as 'mine'"):
        pin_network(editor, run, other.architecture.key, "mine")
    monkeypatch.setattr(service, "MOST", 1)
    with pytest.raises(Conflict, match="let some go"):
        pin_network(editor, run, other.architecture.key, "another")


def test_a_pinned_network_outlives_its_study_and_starts_another(editor: User, run: Run, key: str) -> None:
    made = pin_network(editor, run, key, 'the "best"')
    run.study.delete()
    client = browser(editor)
    page = client.get("/library/").content.decode()
    assert "a study that is gone" in page
    assert f'href="/studies/new/?pin={made.pk}"' in page
    draft = client.get(f"/studies/new/?pin={made.pk}").content.decode()
    assert "the best" in draft
    recipe = ExactClient(editor)("GET", f"/pins/{made.pk}/").json()["recipe"]
    assert [stage["kind"] for stage in recipe["pipeline"]] == ["given", "retrain", "export"]
    assert recipe["pipeline"][0]["genes"] == made.genes
    assert read_recipe(recipe).name == "the best"


def test_the_page_shows_what_the_team_keeps_and_leads_to_a_study(
    editor: User, viewer: User, run: Run, key: str
) -> None:
    pin_network(editor, run, key, "kept")
    space = save_space_of_run(editor, spaced_run(run.study.team))
    version = create_operator_set(editor, run.study.team, "mobile ones", ["mb3_e3", "skip"]).versions.get()
    retire_set(editor, create_operator_set(editor, run.study.team, "an old set", ["skip"]))
    client = browser(editor)
    page = client.get("/library/").content.decode()
    for told in ("kept", space.name, "mobile ones", f"?space={space.pk}", f"?operators={version.pk}", "Let go"):
        assert told in page
    assert "an old set" not in page  # nobody can start from it
    seen = browser(viewer).get("/library/").content.decode()
    assert "mobile ones" in seen
    assert "Start a study" not in seen
    assert "Let go" not in seen
    draft = client.get(f"/studies/new/?operators={version.pk}").content.decode()
    written = re.search(r'id="text-json"[^>]*>(.*?)<', draft, flags=re.DOTALL)
    assert written is not None
    assert json.loads(written[1].replace("&quot;", '"'))["space"]["operators"] == ["mb3_e3", "skip"]
    theirs = make_up_study(Team.objects.create(name="others"), 4).team
    Pin.objects.create(team=theirs, name="theirs", key="k", genes=[], recipe={}, params=1, madds=1)
    assert "theirs" not in client.get("/library/").content.decode()
    for named in (f"pin={Pin.objects.get(team=theirs).pk}", "pin=x", "operators=x"):
        assert client.get(f"/studies/new/?{named}").status_code == 404


def test_a_network_is_pinned_on_its_page(editor: User, viewer: User, run: Run, key: str) -> None:
    client, where = browser(editor), f"/runs/{run.pk}/architectures/{key}/"
    assert "Pin this network" in client.get(where).content.decode()
    assert client.post(f"{where}pin/", {"name": "kept\0"})["Location"] == where
    assert "Pinned as “kept”" in client.get(where).content.decode()
    assert "Pin this network" not in browser(viewer).get(where).content.decode()
    assert browser(viewer).post(f"{where}pin/", {"name": "x"}).status_code == 403
    made = Pin.objects.get()
    assert browser(viewer).post(f"/library/pins/{made.pk}/remove/").status_code == 403
    assert client.post(f"/library/pins/{made.pk}/remove/")["Location"] == "/library/"
    assert not Pin.objects.exists()


def test_rest_pins_reads_renames_and_lets_go(editor: User, viewer: User, run: Run, key: str) -> None:
    ask, reader = ExactClient(editor), ExactClient(viewer)
    named = {"run": str(run.pk), "architecture": key}
    assert reader("POST", "/pins/", named).status_code == 403
    made = ask("POST", "/pins/", {**named, "name": "kept"}).json()
    where = f"/pins/{made['id']}/"
    assert reader("GET", "/pins/").json()["results"] == [made]
    assert reader("PATCH", where, {"name": "x"}).status_code == 403
    assert ask("PATCH", where, {"name": "better"}).json()["name"] == "better"
    other = Candidate.objects.filter(run=run, status="scored").exclude(architecture__key=key).earliest("number")
    second = {**named, "architecture": other.architecture.key, "name": "better"}
    assert ask("POST", "/pins/", second).status_code == 409
    for wrong in ({}, {"run": "x", "architecture": key}, {"run": str(run.pk)}, {**named, "name": "x" * 121}):
        assert ask("POST", "/pins/", wrong).status_code == 400
    assert ask("POST", "/pins/", {**named, "architecture": "no"}).status_code == 404
    assert reader("DELETE", where).status_code == 403
    assert ask("DELETE", where).status_code == 204
    assert ask("GET", where).status_code == 404
