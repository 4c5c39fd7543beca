"""The Data pages' views: who sees what, what is on its way, and where a study on data begins."""

from __future__ import annotations

import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.conftest import Messages
from tests.webapp.datasets.conftest import Sender, member
from tests.webapp.datasets.pictures import birds, zipped
from webapp.accounts.models import Membership, Role, Team, User
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.studies.models import Study


@pytest.fixture
def team(transactional_db: None) -> Team:  # noqa: ARG001 - the database comes first
    return Team.objects.create(name="vision")


@pytest.fixture
def sender(team: Team) -> Sender:
    return Sender(member(team, Role.EDITOR))


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, path: str, **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def version(sender: Sender, messages: Messages) -> DatasetVersion:
    sender.send("birds", ("birds.zip", zipped(birds())), ("test.zip", zipped({**birds(2, 500), **birds(1)}), "test"))
    messages.drain()
    return DatasetVersion.objects.get(dataset__name="birds")


def test_the_list_shows_own_and_built_in_data_and_teaches_what_is_taken(
    sender: Sender, version: DatasetVersion
) -> None:
    shown = text(browser(sender.user), "/data/")
    assert shown.index("birds</a>") < shown.index("digits</a>")
    assert "comes with the studio" in shown
    assert ".tar.xz" in shown
    assert str(version.dataset_id) in shown


def test_the_list_takes_a_fixed_number_of_queries(sender: Sender) -> None:
    client = browser(sender.user)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            text(client, "/data/")
        return len(seen)

    before = queries()
    for number in range(5):
        sender.begin(f"birds {number}", ("birds.zip", 3))
    assert queries() <= before + 1  # the files of uploads, where there are any


def test_a_page_shows_classes_counts_samples_and_leaks(sender: Sender, version: DatasetVersion) -> None:
    shown = text(browser(sender.user), f"/data/{version.dataset_id}/")
    assert "What the check found" in shown
    assert "2 of test are in train too" in shown
    assert shown.count(f"/api/v1/versions/{version.pk}/images/train/") == 12
    test = text(browser(sender.user), f"/data/{version.dataset_id}/?version={version.pk}&split=test")
    assert test.count(f"/api/v1/versions/{version.pk}/images/test/") == 4
    assert f"?data={version.pk}" in shown


def test_what_is_on_its_way_is_followed_and_the_page_turns_when_it_is_there(sender: Sender, messages: Messages) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    dataset = Dataset.objects.get(name="birds")
    client = browser(sender.user)
    assert "waiting for a worker" in text(client, f"/data/{dataset.pk}/")
    followed = client.get(f"/data/{dataset.pk}/", headers={"HX-Request": "true"})
    assert "HX-Refresh" not in followed
    Upload.objects.update(status="checking", progress={"done": 3, "total": 12})
    assert "3 of 12 images" in text(client, f"/data/{dataset.pk}/", **{"HX-Request": "true"})
    Upload.objects.update(status="queued")
    messages.drain()
    assert client.get(f"/data/{dataset.pk}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_viewer_looks_and_a_stranger_sees_nothing(team: Team, version: DatasetVersion) -> None:
    viewer = browser(member(team, Role.VIEWER))
    outsider = User.objects.create_user("stranger@example.org", "a long enough password")
    Membership.objects.create(user=outsider, team=Team.objects.create(name="others"), role=Role.OWNER)
    stranger = browser(outsider)
    where = f"/data/{version.dataset_id}/"
    assert "Delete" not in text(viewer, where)
    assert 'id="bring"' not in text(viewer, "/data/")
    assert viewer.post(f"{where}delete/").status_code == 403
    assert "birds</a>" not in text(stranger, "/data/")
    for answer in (
        stranger.get(where),
        stranger.post(f"{where}delete/"),
        stranger.get(f"/studies/new/?data={version.pk}"),
    ):
        assert answer.status_code == 404
    assert DatasetVersion.objects.filter(pk=version.pk).exists()


def test_an_upload_is_given_up_from_the_list_by_an_editor(sender: Sender, team: Team) -> None:
    sender.begin("birds", ("birds.zip", 3))
    upload = Upload.objects.get()
    assert browser(member(team, Role.VIEWER)).post(f"/data/uploads/{upload.pk}/cancel/").status_code == 403
    assert browser(sender.user).post(f"/data/uploads/{upload.pk}/cancel/").status_code == 302
    assert not Upload.objects.exists()


def test_data_is_deleted_from_its_page(sender: Sender, version: DatasetVersion) -> None:
    assert browser(sender.user).post(f"/data/{version.dataset_id}/delete/").status_code == 302
    assert not Dataset.objects.filter(name="birds").exists()


def test_a_new_study_begins_on_the_data_and_offers_it(sender: Sender, version: DatasetVersion) -> None:
    client = browser(sender.user)
    shown = text(client, f"/studies/new/?data={version.pk}")
    assert "birds (16 images, 8 × 8)" in shown
    assert "of vision, SHA-256" in shown
    option = re.search(r'<option value="(\{[^"]*)" selected', shown)
    assert option is not None
    assert json.loads(option[1].replace("&quot;", '"')) == version.facts["recipe"]
    elsewhere = text(client, "/studies/new/")
    assert "birds (16 images, 8 × 8)" in elsewhere
    assert "of vision, SHA-256" not in elsewhere


def test_an_empty_page_of_data_that_is_built_in_says_so(sender: Sender) -> None:
    digits = Dataset.objects.get(team=None)
    shown = text(browser(sender.user), f"/data/{digits.pk}/")
    assert "It comes with the studio." in shown
    assert "Delete" not in shown


def test_a_study_is_submitted_with_the_data_that_the_form_offers(sender: Sender, version: DatasetVersion) -> None:
    chosen = json.dumps(version.facts["recipe"])
    sent = {"name": "on birds", "task.kind": "image_classification", "task.data": chosen, "act": "submit"}
    sent["task.augmentation.kind"] = "none"
    space = {"space.kind": "chain", "space.skeleton": "tiny", "space.operators": ["mb3_e2", "skip"]}
    stage = {
        "pipeline.0.kind": "search",
        "pipeline.0.strategy.kind": "random",
        "pipeline.0.strategy.draws": "3",
        "pipeline.0.estimator.kind": "from_scratch",
    }
    answer = browser(sender.user).post("/studies/new/", {**sent, **space, **stage})
    assert answer.status_code == 302, re.findall(r"class=\"error\"[^>]*>([^<]+)", answer.content.decode())
    (study,) = Study.objects.all()
    assert study.recipe["task"]["data"] == version.facts["recipe"]
