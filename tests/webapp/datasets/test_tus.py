"""The tus protocol: what a client may count on, and what is refused."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.conftest import Messages
from tests.webapp.datasets.conftest import BASE, Sender
from webapp.accounts.models import Team, User
from webapp.datasets.checksum import Checksum
from webapp.datasets.models import Dataset, Upload, UploadedFile
from webapp.datasets.refusals import WrongChecksum
from webapp.datasets.services.receive import Part, receive
from webapp.datasets.store import original_path
from webapp.refusals import Refused


def test_a_file_is_created_sent_in_parts_and_queued_with_its_last_byte(sender: Sender, messages: Messages) -> None:
    made = sender.create(10, filename="birds.zip")
    assert made.status_code == 201
    where = made["Location"]
    assert (made["Tus-Resumable"], sender.head(where)["Upload-Offset"]) == ("1.0.0", "0")
    assert sender.patch(where, 0, b"01234")["Upload-Offset"] == "5"
    found = sender.head(where)
    assert (found["Upload-Offset"], found["Upload-Length"], found["Cache-Control"]) == ("5", "10", "no-store")
    assert Upload.objects.get().status == "receiving"
    assert sender.patch(where, 5, b"56789").status_code == 204
    upload = Upload.objects.get()
    assert (upload.status, upload.dataset.name) == ("queued", "birds.zip")
    assert original_path(upload.files.get()).read_bytes() == b"0123456789"
    assert messages.waiting == [("datasets.check_upload", str(upload.pk))]
    assert sender.head(where)["Upload-Offset"] == "10"


def test_several_files_are_one_upload_that_is_queued_when_all_are_there(sender: Sender, messages: Messages) -> None:
    begun = sender.begin("digits of ours", ("images.idx", 3), ("labels.idx", 2), ("test.zip", 1, "test"))
    assert begun.status_code == 201
    rows = {row["name"]: row["url"] for row in begun.json()["files"]}
    sender.patch(rows["labels.idx"], 0, b"ab")
    sender.patch(rows["images.idx"], 0, b"abc")
    assert (Upload.objects.get().status, messages.waiting) == ("receiving", [])
    sender.patch(rows["test.zip"], 0, b"x")
    assert Upload.objects.get().status == "queued"


def test_the_same_files_announced_again_go_on_where_they_were(sender: Sender) -> None:
    first = sender.begin("birds", ("birds.zip", 10)).json()
    sender.patch(first["files"][0]["url"], 0, b"0123")
    again = sender.begin("birds", ("birds.zip", 10))
    assert (again.status_code, again.json()["id"]) == (200, first["id"])
    assert again.json()["files"][0]["received"] == 4
    assert sender.begin("birds", ("other.zip", 10)).status_code == 409


@pytest.mark.parametrize(("offset", "part", "answer"), [(3, b"x", 409), (10, b"x", 409), (0, b"0123456789+", 413)])
def test_a_part_for_another_offset_or_of_too_many_bytes_changes_nothing(
    offset: int, part: bytes, answer: int, sender: Sender
) -> None:
    where = sender.create(10, filename="birds.zip")["Location"]
    assert sender.patch(where, offset, part).status_code == answer
    assert sender.head(where)["Upload-Offset"] == "0"


def checksum(algorithm: str, content: bytes) -> dict[str, str]:
    digest = hashlib.new(algorithm, content).digest()
    return {"Upload-Checksum": f"{algorithm} {base64.b64encode(digest).decode()}"}


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_of_a_part_that_is_not_what_its_checksum_says_nothing_is_kept(algorithm: str, sender: Sender) -> None:
    where = sender.create(6, filename="birds.zip")["Location"]
    assert sender.patch(where, 0, b"012", **checksum(algorithm, b"012")).status_code == 204
    refused = sender.patch(where, 3, b"3x5", **checksum(algorithm, b"345"))
    assert (refused.status_code, refused.json()["title"]) == (460, "Checksum mismatch")
    assert "from byte 3" in refused.json()["detail"]
    assert sender.head(where)["Upload-Offset"] == "3"
    assert Upload.objects.get().status == "receiving"
    assert sender.patch(where, 3, b"345", **checksum(algorithm, b"345")).status_code == 204
    assert original_path(UploadedFile.objects.get()).read_bytes() == b"012345"


@pytest.mark.parametrize("said", ["md5 AAAA", "sha256 not-base64!", "sha256", ""])
def test_a_checksum_that_cannot_be_read_is_refused_before_a_byte_is_written(said: str, sender: Sender) -> None:
    where = sender.create(6, filename="birds.zip")["Location"]
    refused = sender.patch(where, 0, b"012", **{"Upload-Checksum": said})
    assert refused.status_code == 400
    assert sender.head(where)["Upload-Offset"] == "0"


def test_a_part_that_broke_off_is_kept_only_where_no_checksum_came_with_it(editor: User, sender: Sender) -> None:
    sender.create(6, filename="birds.zip")
    file = UploadedFile.objects.select_related("upload__dataset").get()
    whole = Checksum("sha256", hashlib.sha256(b"0123").digest())
    with pytest.raises(WrongChecksum):
        receive(editor, file, Part(0, io.BytesIO(b"01"), 4, whole))
    assert UploadedFile.objects.get().received == 0
    assert receive(editor, file, Part(0, io.BytesIO(b"01"), 4)).received == 2


def test_a_part_sent_while_another_is_written_is_told_to_wait(sender: Sender) -> None:
    where = sender.create(10, filename="birds.zip")["Location"]
    sender.patch(where, 0, b"01")
    with original_path(UploadedFile.objects.get()).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert sender.patch(where, 2, b"23").status_code == 423
    assert sender.patch(where, 2, b"23").status_code == 204


def test_of_two_parts_for_one_offset_the_second_is_a_conflict(editor: User, sender: Sender) -> None:
    where = sender.create(10, filename="birds.zip")["Location"]
    loaded_before = UploadedFile.objects.select_related("upload__dataset").get()
    assert sender.patch(where, 0, b"01").status_code == 204
    with pytest.raises(Exception, match="goes on at byte 2"):
        receive(editor, loaded_before, Part(0, io.BytesIO(b"zz"), 2))
    assert original_path(loaded_before).read_bytes() == b"01"


def test_bytes_that_a_death_left_behind_the_row_are_written_over(sender: Sender) -> None:
    where = sender.create(6, filename="birds.zip")["Location"]
    sender.patch(where, 0, b"012")
    path = original_path(UploadedFile.objects.get())
    path.write_bytes(b"012345 and a tail that no row knows of")
    assert sender.head(where)["Upload-Offset"] == "3"
    sender.patch(where, 3, b"345")
    assert path.read_bytes() == b"012345"


def test_an_upload_that_has_run_out_or_is_whole_takes_no_more(sender: Sender) -> None:
    where = sender.create(3, filename="birds.zip")["Location"]
    Upload.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert sender.patch(where, 0, b"0").status_code == 410
    assert sender.head(where).status_code == 410
    Upload.objects.update(expires=timezone.now() + timedelta(hours=1))
    assert sender.patch(where, 0, b"012").status_code == 204
    assert sender.patch(where, 3, b"3").status_code == 410


def test_a_terminated_upload_leaves_no_row_and_no_file(sender: Sender) -> None:
    where = sender.create(3, filename="birds.zip")["Location"]
    sender.patch(where, 0, b"01")
    path = original_path(UploadedFile.objects.get())
    assert path.exists()
    assert sender.client.delete(where, headers={"Tus-Resumable": "1.0.0"}).status_code == 204
    assert not path.parent.parent.parent.exists()
    assert not Dataset.objects.filter(team__isnull=False).exists()
    assert sender.head(where).status_code == 404


def test_others_neither_see_nor_touch_an_upload(sender: Sender, viewer: User, stranger: User) -> None:
    where = sender.create(3, filename="birds.zip")["Location"]
    upload = Upload.objects.get()
    outside, inside = Sender(stranger), Sender(viewer)
    for asked in (
        outside.head(where),
        outside.patch(where, 0, b"x"),
        outside.client.get(f"{BASE}/uploads/{upload.pk}/"),
    ):
        assert asked.status_code == 404
    assert outside.client.get(f"{BASE}/uploads/").json()["results"] == []
    assert inside.head(where).status_code == 200
    assert inside.patch(where, 0, b"x").status_code == 403
    assert inside.create(3, filename="birds.zip").status_code == 403
    assert outside.begin("birds", ("birds.zip", 3), team=str(upload.dataset.team_id)).status_code == 404
    assert Client().head(where, headers={"Tus-Resumable": "1.0.0"}).status_code == 401


def test_a_session_needs_its_csrf_token(editor: User, sender: Sender) -> None:
    where = sender.create(3, filename="birds.zip")["Location"]
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    kind = "application/offset+octet-stream"
    assert browser.patch(where, b"x", content_type=kind, headers=headers).status_code == 403
    token = browser.get("/").cookies["csrftoken"].value
    headers["X-CSRFToken"] = token
    assert browser.patch(where, b"x", content_type=kind, headers=headers).status_code == 204


def test_another_version_another_type_and_what_is_no_number_are_refused(sender: Sender) -> None:
    where = sender.create(3, filename="birds.zip")["Location"]
    other = sender.client.head(where, headers={"Tus-Resumable": "0.2.2"})
    assert (other.status_code, other["Tus-Version"]) == (412, "1.0.0")
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    assert sender.client.patch(where, b"x", content_type="application/zip", headers=headers).status_code == 415
    assert sender.patch(where, 0, b"x", **{"Upload-Offset": "-1"}).status_code == 400
    assert sender.create("many", filename="birds.zip").status_code == 400
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": "filename not-base64!"}
    assert sender.client.post(f"{BASE}/uploads/files/", headers=headers).status_code == 400


def test_the_server_says_what_it_can(sender: Sender) -> None:
    said = sender.client.options(f"{BASE}/uploads/files/")
    assert said.status_code == 204
    assert (said["Tus-Version"], said["Tus-Extension"]) == ("1.0.0", "creation,termination,expiration,checksum")
    assert said["Tus-Checksum-Algorithm"] == "sha1,sha256"


@pytest.mark.parametrize("name", ["../up.zip", "a/b.zip", "..", ".hidden", "nul\0.zip", "", "x" * 201, "back\\slash"])
def test_a_name_that_could_be_a_path_is_refused_and_nothing_is_saved(name: str, sender: Sender) -> None:
    refused = sender.begin("birds", (name, 3))
    assert refused.status_code == 400
    assert not Upload.objects.exists()
    assert not Dataset.objects.filter(team__isnull=False).exists()


def test_sizes_are_held_to_the_settings(sender: Sender, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.datasets.services import uploads
    from webapp.quotas.models import Quota
    from webapp.quotas.services.change import set_quota

    monkeypatch.setattr(uploads, "environment", uploads.environment.model_copy(update={"upload_bytes": 10}))
    set_quota(team, Quota.What.BYTES, 15)
    assert sender.begin("birds", ("birds.zip", 11)).status_code == 413
    assert sender.begin("birds", ("birds.zip", 10)).status_code == 201
    over = sender.begin("cats", ("cats.zip", 6))
    assert over.status_code == 413
    assert "10 of the 15 bytes" in over.json()["detail"]
    assert sender.begin("cats", ("cats.zip", 5)).status_code == 201
    assert Dataset.objects.filter(team=team).count() == 2


@pytest.mark.parametrize("said", ["filename \x80", "filename YQ", "filename /w==", "filename a b"])
def test_metadata_that_are_no_base64_of_a_text_are_refused_by_name(sender: Sender, said: str) -> None:
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": said}
    made = sender.client.post(f"{BASE}/uploads/files/", headers=headers)
    assert made.status_code == 400
    assert "'filename' is not UTF-8 in base64" in made.json()["detail"]


@pytest.mark.parametrize("text", ["sha1 \x80", "sha256 AAAA", "md5 AAAA", "sha1"])
def test_a_checksum_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(Refused, match="Upload-Checksum is"):
        Checksum.read(text)
