"""Data and uploads over REST, each answer held against the document."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.webapp.api.conftest import ExactClient
from tests.webapp.conftest import DRAWS, Messages
from tests.webapp.datasets.pictures import birds, zipped
from webapp.datasets.models import DatasetVersion
from webapp.studies.models import Study

BIRDS = zipped(birds())


def upload(client: ExactClient, name: str = "birds", content: bytes = BIRDS) -> str:
    begun = client("POST", "/uploads/", {"name": name, "files": [{"name": f"{name}.zip", "size": len(content)}]})
    assert begun.status_code == 201
    (file,) = begun.json()["files"]
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    sent = client._client.patch(file["url"], content, content_type="application/offset+octet-stream", headers=headers)
    client.check("patch", file["url"].removeprefix("http://testserver"), sent)
    return str(begun.json()["id"])


def test_data_is_listed_and_read_with_its_report_and_images(
    editor: ExactClient, viewer: ExactClient, stranger: ExactClient, messages: Messages
) -> None:
    identity = upload(editor)
    assert viewer("GET", f"/uploads/{identity}/").json()["status"] == "queued"
    messages.drain()
    done = viewer("GET", "/uploads/").json()["results"][0]
    assert (done["status"], done["files"][0]["received"]) == ("ready", len(BIRDS))
    dataset = viewer("GET", f"/datasets/{done['dataset']}/").json()
    assert [version["id"] for version in dataset["versions"]] == [done["version"]]
    version = viewer("GET", f"/versions/{done['version']}/").json()
    assert version["report"]["classes"] == ["hens", "owls"]
    image = viewer("GET", f"/versions/{done['version']}/images/train/3/")
    assert image.content.startswith(b"\x89PNG")
    assert "immutable" in image["Cache-Control"]
    small = Image.open(io.BytesIO(viewer("GET", f"/versions/{done['version']}/images/train/3/?side=4").content))
    assert small.size == (4, 4)
    assert viewer("GET", f"/versions/{done['version']}/images/train/3/?side=0").status_code == 400
    again = viewer("GET", f"/versions/{done['version']}/images/train/3/", **{"If-None-Match": image["ETag"]})
    assert again.status_code == 304
    assert viewer("GET", f"/versions/{done['version']}/images/train/12/").status_code == 404
    assert viewer("GET", f"/versions/{done['version']}/images/nothing/0/").status_code == 404
    for path in (f"/datasets/{done['dataset']}/", f"/versions/{done['version']}/", f"/uploads/{identity}/"):
        assert stranger("GET", path).status_code == 404
    assert [row["name"] for row in stranger("GET", "/datasets/").json()["results"]] == ["digits"]


@pytest.mark.parametrize(
    "wrong", [{}, {"name": "x", "files": []}, {"name": "x", "files": [{"name": "a.zip", "size": 0}]}, {"name": 3}]
)
def test_an_announcement_that_cannot_be_is_a_problem(wrong: dict[str, object], editor: ExactClient) -> None:
    assert editor("POST", "/uploads/", wrong).status_code == 400
    assert editor("GET", "/uploads/").json()["results"] == []


def test_a_viewer_uploads_and_deletes_nothing(editor: ExactClient, viewer: ExactClient, messages: Messages) -> None:
    identity = upload(editor)
    assert viewer("DELETE", f"/uploads/{identity}/").status_code == 403
    assert viewer("POST", "/uploads/", {"name": "x", "files": [{"name": "a.zip", "size": 1}]}).status_code == 403
    messages.drain()
    assert editor("DELETE", f"/uploads/{identity}/").status_code == 409
    version = editor("GET", f"/uploads/{identity}/").json()["version"]
    assert viewer("DELETE", f"/versions/{version}/").status_code == 403
    assert editor("DELETE", f"/versions/{version}/").status_code == 204


def test_a_study_takes_data_of_its_own_team_as_it_is(
    editor: ExactClient, stranger: ExactClient, messages: Messages
) -> None:
    upload(editor)
    messages.drain()
    data = DatasetVersion.objects.get(dataset__name="birds").facts["recipe"]

    def submitted(client: ExactClient, **changed: object) -> tuple[int, str]:
        task = {"kind": "image_classification", "data": {**data, **changed}}
        answer = client("POST", "/studies/", {"recipe": {**DRAWS, "task": task}, "start": False})
        return answer.status_code, answer.json().get("field", "")

    assert submitted(stranger) == (422, "task.data.sha256")
    assert submitted(editor, sha256="0" * 64) == (422, "task.data.sha256")
    assert submitted(editor, images={"train": 99}) == (422, "task.data.images")
    assert not Study.objects.exists()
    assert submitted(editor) == (201, "")
