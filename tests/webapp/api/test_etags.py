"""What has not changed is not sent again; what has changed meanwhile is not overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import Messages
from webapp.runs.models import Run
from webapp.runs.services.control import pause, start_run
from webapp.studies.models import Study

pytestmark = pytest.mark.usefixtures("messages")


def again(client: ExactClient, path: str, first: Any) -> int:
    return int(client("GET", path, **{"If-None-Match": first["ETag"]}).status_code)


@pytest.mark.parametrize("path", ["/runs/{run}/", "/runs/{run}/events/", "/runs/{run}/snapshot/", "/studies/{study}/"])
def test_a_run_is_304_until_something_happens_to_it(
    viewer: ExactClient, study: Study, messages: Messages, path: str
) -> None:
    run = start_run(study)
    where = path.format(run=run.pk, study=study.pk)
    first = viewer("GET", where)
    assert first.status_code == 200
    assert again(viewer, where, first) == 304
    messages.take()  # its first decision
    second = viewer("GET", where, **{"If-None-Match": first["ETag"]})
    assert (second.status_code, second["ETag"] == first["ETag"]) == (200, False)
    pause(run.pk)
    assert again(viewer, where, second) == 200


def test_the_catalog_is_the_same_until_the_studio_is_another_version(
    viewer: ExactClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = viewer("GET", "/catalog/")
    weak = viewer("GET", "/catalog/", **{"If-None-Match": f'"other", W/{first["ETag"]}'})
    assert (weak.status_code, weak.content) == (304, b"")
    monkeypatch.setattr("webapp.api.etags.__version__", "another")
    assert again(viewer, "/catalog/", first) == 200


def test_other_questions_have_other_tags(viewer: ExactClient, study: Study, messages: Messages) -> None:
    run = start_run(study)
    messages.take()
    tags = {viewer("GET", f"/runs/{run.pk}/events/?since={since}")["ETag"] for since in (0, 1)}
    assert len(tags) == 2


def test_a_change_of_what_has_changed_meanwhile_is_412(editor: ExactClient, study: Study) -> None:
    path = f"/studies/{study.pk}/"
    read = editor("GET", path)["ETag"]
    assert editor("PATCH", path, {"name": "mine"}, **{"If-Match": read}).status_code == 200
    lost = editor("PATCH", path, {"name": "theirs"}, **{"If-Match": read})
    assert (lost.status_code, lost.json()["type"]) == (412, "urn:spacewright:changed-meanwhile")
    assert editor("DELETE", path, **{"If-Match": read}).status_code == 412
    study.refresh_from_db()
    assert study.name == "mine"
    assert editor("PATCH", path, {"name": "without"}).status_code == 200
    assert editor("PATCH", path, {"name": "any"}, **{"If-Match": "*"}).status_code == 200
    assert editor("DELETE", path, **{"If-Match": editor("GET", path)["ETag"]}).status_code == 204
    assert not Run.objects.exists()


def test_a_webhook_that_was_changed_meanwhile_is_not_changed(owner: ExactClient) -> None:
    made = owner("POST", "/webhooks/", {"url": "https://hooks.example/"}).json()
    path = f"/webhooks/{made['id']}/"
    read = owner("GET", path)
    assert again(owner, path, read) == 304
    assert owner("PATCH", path, {"active": False}, **{"If-Match": read["ETag"]}).status_code == 200
    assert owner("PATCH", path, {"active": True}, **{"If-Match": read["ETag"]}).status_code == 412
    assert owner("DELETE", path, **{"If-Match": read["ETag"]}).status_code == 412
