"""A run is given out as a bundle, a study is made again from it, and what comes out is held against it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from nas_engine.bundle import opened
from nas_engine.recipe import recipe
from tests.bundled import MadeUp, bundle, members, repacked
from tests.webapp.api.conftest import document, member
from tests.webapp.bundles.conftest import api, brought, taken
from tests.webapp.conftest import Messages
from webapp.accounts.models import Role
from webapp.bundles.models import Comparison, Origin
from webapp.bundles.services.compare import compare_ended, compare_run
from webapp.bundles.store import path_of
from webapp.operations.backups.files import pointed_to
from webapp.runs.models import Event, Run, RunEnvironment
from webapp.runs.selectors.digest import history_digest
from webapp.runs.services.control import cancel
from webapp.studies.models import Study
from webapp.studies.services.change import delete_study


def exported(client: APIClient, run: Run) -> bytes:
    return taken(client.get(f"/api/v1/runs/{run.pk}/bundle/"))


# --------------------------------------------------------------------------------------------------------- given out


def test_a_bundle_holds_what_the_rows_hold(editor: APIClient, ended: Run) -> None:
    data = exported(editor, ended)
    with opened(io.BytesIO(data)) as found:
        assert found.manifest.history_digest == history_digest(ended)
        assert [one.event.key for one in found.events()] == [row.key for row in ended.events.order_by("seq")]
        assert found.plan.plain == ended.recipe
        (environment,) = found.environments
        assert environment["device"] == "cpu"
    assert taken(editor.get(f"/api/v1/studies/{ended.study_id}/bundle/")) == data
    assert b'filename="three-draws.bundle.zip"' in editor.get(f"/api/v1/runs/{ended.pk}/bundle/").serialize_headers()


def test_facts_that_come_while_it_is_written_are_not_in_it(editor: APIClient, ended: Run) -> None:
    answer = editor.get(f"/api/v1/runs/{ended.pk}/bundle/")
    last = ended.last_seq
    Event.objects.create(run=ended, seq=last + 1, key="late", kind="run retried", payload={})
    with opened(io.BytesIO(taken(answer))) as found:
        assert found.manifest.events == last


def test_it_is_given_to_who_asks_for_a_zip_and_a_problem_is_one_all_the_same(editor: APIClient, ended: Run) -> None:
    zipped = {"Accept": "application/zip"}
    assert editor.get(f"/api/v1/runs/{ended.pk}/bundle/", headers=zipped).status_code == 200
    answer = editor.get(f"/api/v1/runs/{uuid4()}/bundle/", headers=zipped)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_name_that_cannot_be_printed_is_written_so_that_it_is_read(editor: APIClient, ended: Run) -> None:
    Study.objects.update(name="left\u202eright")
    with opened(io.BytesIO(exported(editor, ended))) as found:
        assert found.manifest.name == "leftright"


def test_who_may_see_a_run_may_take_its_bundle_and_nobody_else(
    editor: APIClient, ended: Run, elsewhere: APIClient
) -> None:
    viewer = api(member(ended.study.team, Role.VIEWER))
    for where in (f"/api/v1/runs/{ended.pk}/bundle/", f"/api/v1/studies/{ended.study_id}/bundle/"):
        assert [client.get(where).status_code for client in (editor, viewer, elsewhere)] == [200, 200, 404]


def test_a_study_without_a_run_has_no_bundle(editor: APIClient, study: Study) -> None:
    answer = editor.get(f"/api/v1/studies/{study.pk}/bundle/")
    assert (answer.status_code, "has no run yet" in answer.json()["detail"]) == (409, True)


# ---------------------------------------------------------------------------------------------------------- made again


def test_a_study_made_again_elsewhere_comes_out_equal(
    editor: APIClient, elsewhere: APIClient, ended: Run, messages: Messages
) -> None:
    answer = brought(elsewhere, exported(editor, ended))
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["name"], made["recipe"], made["origin"]["outcome"]) == ("three draws", ended.recipe, "pending")
    messages.drain()
    (again,) = made["runs"]
    assert compare_run(again["id"])
    assert not compare_run(again["id"])
    origin = elsewhere.get(f"/api/v1/studies/{made['id']}/").json()["origin"]
    assert (origin["outcome"], origin["run"], origin["difference"]) == ("equal", again["id"], None)
    assert origin["said"] == f"it came out equal: history digest {history_digest(ended)}"


def test_the_first_difference_is_named(editor: APIClient, elsewhere: APIClient, ended: Run, messages: Messages) -> None:
    made = brought(elsewhere, exported(editor, ended)).json()
    messages.drain()
    again = Run.objects.get(pk=made["runs"][0]["id"])
    row = again.events.filter(kind="candidate evaluated").order_by("seq")[1]
    Event.objects.filter(pk=row.pk).update(payload={**row.payload, "score": 0.25})
    assert compare_ended() == 1
    origin = elsewhere.get(f"/api/v1/studies/{made['id']}/").json()["origin"]
    assert origin["outcome"] == "different"
    assert (origin["difference"]["number"], origin["difference"]["field"]) == (row.seq, "payload.score")
    assert (origin["difference"]["theirs"], origin["difference"]["ours"]) == (str(row.payload["score"]), "0.25")
    assert origin["elsewhere"] == []


def test_another_environment_is_said_and_nothing_claimed(
    editor: APIClient, elsewhere: APIClient, ended: Run, messages: Messages
) -> None:
    made = brought(elsewhere, exported(editor, ended)).json()
    messages.drain()
    again = Run.objects.get(pk=made["runs"][0]["id"])
    row = RunEnvironment.objects.get(run=again)
    RunEnvironment.objects.filter(pk=row.pk).update(facts={**row.facts, "torch": "0.0.1"})
    Event.objects.filter(run=again, key="ended").update(key="ended otherwise")
    assert compare_ended() == 1
    said = Comparison.objects.get().said
    assert "The environment is another one, so this says nothing: torch is " in said


def test_a_lost_file_leaves_the_digest_to_compare(
    editor: APIClient, elsewhere: APIClient, ended: Run, messages: Messages
) -> None:
    made = brought(elsewhere, exported(editor, ended)).json()
    messages.drain()
    path_of(Origin.objects.get().pk).unlink()
    Event.objects.filter(run=made["runs"][0]["id"], key="ended").update(key="ended otherwise")
    assert compare_ended() == 1
    assert "it came out different" in Comparison.objects.get().said


def test_a_run_that_a_person_cancelled_is_not_compared(
    editor: APIClient, elsewhere: APIClient, ended: Run, messages: Messages
) -> None:
    made = brought(elsewhere, exported(editor, ended), start=True).json()
    cancel(Run.objects.get(pk=made["runs"][0]["id"]).pk)
    messages.drain()
    assert compare_ended() == 0
    data = exported(elsewhere, Run.objects.get(pk=made["runs"][0]["id"]))
    origin = brought(elsewhere, data, start=False).json()["origin"]
    assert (origin["outcome"], "is cancelled" in origin["said"]) == ("incomparable", True)


def test_the_same_request_makes_one_study(editor: APIClient, ended: Run) -> None:
    data = exported(editor, ended)
    first, again = brought(editor, data, key="k", start=False), brought(editor, data, key="k", start=False)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert len(list(path_of(Origin.objects.get().pk).parent.iterdir())) == 1
    assert brought(editor, data, key="k", start=False, name="other").status_code == 409


def test_a_bundle_goes_with_its_study_and_into_a_backup(editor: APIClient, ended: Run) -> None:
    made = brought(editor, exported(editor, ended), start=False).json()
    file = path_of(Origin.objects.get().pk)
    assert file.exists()
    assert Path("bundles") / file.name in set(pointed_to())
    study = Study.objects.get(pk=made["id"])
    delete_study(study.created_by, study)  # type: ignore[arg-type]
    assert not file.exists()


# ------------------------------------------------------------------------------------------------------------- refused


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert Study.objects.count() == 1
    assert Origin.objects.count() == 0
    assert list(path_of(uuid4()).parent.glob("*")) == []
    return str(answer.json()["detail"])


def test_a_file_that_is_no_bundle_is_refused_in_a_sentence(editor: APIClient) -> None:
    assert "is not a whole bundle" in refused(brought(editor, b"PK\x03\x04 nothing"), 422)
    assert "is not a whole bundle" in refused(brought(editor, b""), 422)
    torn = members(bundle())
    torn["recipe.json"] += b" "
    assert "its checksum differs" in refused(brought(editor, repacked(torn, checksums=False)), 422)
    later = repacked(members(bundle()), version=9)
    assert "it is of version 9, and this Spacewright reads version 1" in refused(brought(editor, later), 422)


def test_data_that_the_team_does_not_have_are_named_with_the_cure(editor: APIClient) -> None:
    shape = {"channels": 1, "height": 8, "width": 8, "classes": 10}
    birds = {"kind": "stored", "name": "birds", "sha256": "ab" * 32, "shape": shape, "images": {"train": 100}}
    said = refused(brought(editor, _of(task={"kind": "image_classification", "data": birds})), 422)
    assert said == (
        f"the data birds (sha256 {'ab' * 32}) are not in team team; upload the same files on the Data page,"
        " then bring the bundle again"
    )


def test_a_table_by_path_is_refused(editor: APIClient) -> None:
    search = {
        "kind": "search",
        "strategy": {"kind": "random", "draws": 2},
        "estimator": {"kind": "table", "path": "/etc/x.csv"},
    }
    said = refused(brought(editor, _of(pipeline=[search])), 422)
    assert "pipeline.0.estimator.path" in said
    assert "no table" in said


def _of(**recipe_fields: Any) -> bytes:
    """A bundle whose recipe is another one."""
    other = recipe({**MadeUp().plan.plain, **recipe_fields}).plain
    contents = members(bundle())
    contents["recipe.json"] = json.dumps(other).encode()
    return repacked(contents)


def test_a_viewer_and_a_stranger_may_not(study: Study, elsewhere: APIClient) -> None:
    viewer = api(member(study.team, Role.VIEWER))
    assert "this takes the role 'editor'" in refused(brought(viewer, bundle()), 403)
    assert "nothing here" in refused(brought(elsewhere, bundle(), team=str(study.team_id)), 404)


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"name": "a\x00b"}, 400), ({"name": "x" * 121}, 400), ({"team": "none"}, 400), ({"start": "maybe"}, 400)],
)
def test_wrong_fields_are_named(editor: APIClient, fields: dict[str, str], status: int) -> None:
    assert next(iter(fields)) in refused(brought(editor, bundle(), **fields), status)


def test_another_kind_of_body_is_refused(editor: APIClient) -> None:
    for content, kind, status in (("{}", "application/json", 415), ("x", "multipart/form-data; boundary=x", 400)):
        answer = editor.generic("POST", "/api/v1/studies/from-bundle/", content, kind)
        assert answer.status_code == status


def test_every_status_is_in_the_document() -> None:
    paths = document()["paths"]
    assert set(paths["/api/v1/studies/from-bundle/"]["post"]["responses"]) >= {
        *("200", "201", "400", "403", "404", "409", "415", "422")
    }
    assert set(paths["/api/v1/runs/{id}/bundle/"]["get"]["responses"]) >= {"200", "404", "422"}


def test_the_sweeper_compares_what_a_kill_left(
    editor: APIClient, ended: Run, messages: Messages, capsys: pytest.CaptureFixture[str]
) -> None:
    brought(editor, exported(editor, ended))
    messages.drain()
    call_command("sweep", "--once")
    assert "reclaimed" in capsys.readouterr().out
    assert Comparison.objects.get().equal
