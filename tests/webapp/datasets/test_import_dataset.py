"""`manage.py import_dataset`: from the server's disk to data of a team."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.webapp.datasets.pictures import birds, zipped
from tests.webapp.datasets.test_check import left
from webapp.accounts.models import Team
from webapp.datasets.models import Dataset, DatasetVersion, Upload


def folder(where: Path, count: int = 6, first: int = 0) -> Path:
    for name, content in birds(count, first).items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_bytes(content)
    return where


def test_a_folder_and_an_archive_as_its_test_split_become_data(team: Team, tmp_path: Path) -> None:
    (tmp_path / "later.zip").write_bytes(zipped(birds(2, 500)))
    said = io.StringIO()
    source = folder(tmp_path / "birds")
    call_command(
        "import_dataset", str(source), "--test", str(tmp_path / "later.zip"), name="birds", team="vision", stdout=said
    )
    assert "16 images, 8 x 8, 2 classes" in said.getvalue()
    version = DatasetVersion.objects.get(dataset__name="birds", dataset__team=team)
    assert version.report["counts"] == {"train": [6, 6], "test": [2, 2]}
    assert len(list(source.rglob("*.png"))) == 12


def test_what_cannot_be_learned_from_is_refused_and_leaves_nothing(team: Team, tmp_path: Path, files: Path) -> None:
    (tmp_path / "alone.zip").write_bytes(zipped(birds(classes=("hens",))))
    with pytest.raises(CommandError, match=r"alone\.zip holds the one class 'hens'"):
        call_command("import_dataset", str(tmp_path / "alone.zip"), name="birds", team=str(team.pk))
    assert left(files) == []
    assert not Upload.objects.exists()
    assert not Dataset.objects.filter(team=team).exists()


def test_a_link_out_of_the_folder_is_not_followed(team: Team, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(next(iter(birds(1, 900).values())))
    source = folder(tmp_path / "birds")
    (source / "owls" / "link.png").symlink_to(tmp_path / "secret.png")
    call_command("import_dataset", str(source), name="birds", team="vision", stdout=io.StringIO())
    version = DatasetVersion.objects.get(dataset__team=team)
    assert (version.facts["images"], version.report["failed"]) == (12, {"link": 1})


@pytest.mark.parametrize(("path", "who"), [("nowhere.zip", "vision"), ("there.zip", "nobody")])
def test_a_path_or_team_that_is_not_there_is_said(path: str, who: str, team: Team, tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(zipped(birds()))
    with pytest.raises(CommandError, match=r"not there|no team 'nobody'"):
        call_command("import_dataset", str(tmp_path / path), name="birds", team=who)
    assert not Dataset.objects.filter(team=team).exists()
