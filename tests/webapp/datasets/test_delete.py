"""Data is deleted with its files, unless a study uses it."""

from __future__ import annotations

from pathlib import Path

from tests.webapp.conftest import DRAWS, Messages
from tests.webapp.datasets.conftest import BASE, Sender
from tests.webapp.datasets.pictures import birds, zipped
from tests.webapp.datasets.test_check import left
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.studies.models import Study


def test_deleted_data_leaves_no_row_and_no_file(sender: Sender, messages: Messages, files: Path) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    sender.send("on its way", ("other.zip", zipped(birds(7))))
    messages.take()
    for dataset in Dataset.objects.filter(team__isnull=False):
        assert sender.client.delete(f"{BASE}/datasets/{dataset.pk}/").status_code == 204
    messages.drain()  # the check of what is gone
    assert not Upload.objects.exists()
    assert left(files) == []


def test_data_that_a_study_uses_stays_and_the_refusal_names_the_study(sender: Sender, messages: Messages) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    messages.drain()
    version = DatasetVersion.objects.select_related("dataset").get(dataset__name="birds")
    recipe = {**DRAWS, "task": {"kind": "image_classification", "data": version.facts["recipe"]}}
    study = Study.objects.create(team=version.dataset.team, name="which bird", recipe=recipe)
    for path in (f"datasets/{version.dataset_id}", f"versions/{version.pk}"):
        refused = sender.client.delete(f"{BASE}/{path}/")
        assert refused.status_code == 409
        assert "'which bird'" in refused.json()["detail"]
    study.delete()
    assert sender.client.delete(f"{BASE}/versions/{version.pk}/").status_code == 204
    assert not Dataset.objects.filter(name="birds").exists()


def test_content_that_another_version_holds_stays_on_disk(sender: Sender, messages: Messages, stranger: User) -> None:
    theirs = Sender(stranger)
    for one in (sender, theirs):
        one.send("birds", ("birds.zip", zipped(birds())))
    messages.drain()
    mine = Dataset.objects.get(team__name="vision")
    assert theirs.client.delete(f"{BASE}/datasets/{mine.pk}/").status_code == 404
    assert sender.client.delete(f"{BASE}/datasets/{mine.pk}/").status_code == 204
    version = DatasetVersion.objects.get(dataset__name="birds")
    where = f"{BASE}/versions/{version.pk}/images/train/0/"
    assert theirs.client.get(where)["Content-Type"] == "image/png"
    assert sender.client.get(where).status_code == 404


def test_built_in_data_and_what_a_viewer_asks_stay(sender: Sender, messages: Messages, viewer: User) -> None:
    sender.send("birds", ("birds.zip", zipped(birds())))
    messages.drain()
    for dataset in Dataset.objects.all():
        client = sender.client if dataset.team_id is None else Sender(viewer).client
        assert client.delete(f"{BASE}/datasets/{dataset.pk}/").status_code == 403
    assert Dataset.objects.count() == 2
