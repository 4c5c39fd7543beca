"""A studio that is backed up while it works, and what comes back of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from tests.webapp.conftest import Messages
from webapp.accounts.models import User
from webapp.datasets.models import Dataset, DatasetVersion, Upload
from webapp.environment import environment
from webapp.launch.lock import Held
from webapp.operations.backups import files as backup_files
from webapp.operations.backups.make import make_backup
from webapp.operations.backups.manifest import Manifest, read_manifest
from webapp.operations.backups.restore import restore_backup
from webapp.refusals import Conflict
from webapp.runs.models import Artifact, Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.services.claim import claim
from webapp.runs.services.presence import say_alive
from webapp.runs.store import RunStore
from webapp.studies.models import Study


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> None:  # noqa: ARG001
    monkeypatch.setattr(environment, "var_dir", tmp_path)
    (tmp_path / "secret_key").write_text("a secret key")


@pytest.fixture
def made(tmp_path: Path) -> Callable[[], Manifest]:
    return lambda: make_backup(tmp_path / "backup")


def again(run: Run, messages: Messages) -> str:
    """Carry a run to its end; what it found."""
    for work in run.works.filter(status=Work.Status.QUEUED):
        messages.send("runs.perform_work", str(work.pk))
    messages.send("runs.advance_run", str(run.pk))
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    return history_digest(run)


def test_a_run_goes_on_from_a_backup_to_the_same_end(
    run: Run, messages: Messages, made: Callable[[], Manifest], tmp_path: Path, files: Path
) -> None:
    messages.take()
    messages.take()  # one of three is evaluated
    messages.take()
    held = claim(run.works.get(status=Work.Status.QUEUED).pk, "here/cpu")  # and a worker is at the second
    assert held is not None
    say_alive({"here/cpu": 1.0})
    assert made().missing == ()
    Work.objects.filter(pk=held.pk).update(status=Work.Status.QUEUED)
    digest = again(run, messages)

    restore_backup(tmp_path / "backup", replace=True)
    run.refresh_from_db()
    assert (run.status, run.candidates.count()) == (Run.Status.RUNNING, 1)
    held.refresh_from_db()
    assert (held.status, held.owner, held.deaths) == (Work.Status.QUEUED, "", 0)
    assert again(run, messages) == digest
    assert files.exists()


class Stored:
    """A run with one file, as a worker leaves it at a checkpoint."""

    def __init__(self, study: Study) -> None:
        self.run = Run.objects.create(study=study, recipe=study.recipe)
        self.store = RunStore(self.run.pk)
        self.newest = self.store.put("0-train-1-checkpoint.safetensors", b"the first")

    def next(self) -> None:
        """The next checkpoint, and the one before is dropped."""
        before, self.newest = self.newest, self.store.put("0-train-2-checkpoint.safetensors", b"the second")
        self.store.drop(before)

    def file(self) -> str:
        return Artifact.objects.get(run=self.run, sha256=self.newest.sha256).file


@pytest.fixture
def stored(study: Study) -> Stored:
    return Stored(study)


def test_a_file_that_is_dropped_while_the_backup_is_made_is_not_in_it_but_its_successor(
    stored: Stored, made: Callable[[], Manifest], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first snapshot points to what goes: without a second one the run could not go on."""
    copied, calls = backup_files.copied, []

    def late(source: Path, target: Path) -> Any:
        calls.append(source.name)
        if len(calls) == 1:
            stored.next()
        return copied(source, target)

    monkeypatch.setattr(backup_files, "copied", late)
    found = made()
    assert len(calls) == 2
    assert (list(found.files), found.missing) == ([stored.file()], ())
    kept = [path for path in (tmp_path / "backup" / "files").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"the second"]


def test_a_file_that_was_lost_before_is_named_and_the_rest_is_kept(
    stored: Stored, made: Callable[[], Manifest], files: Path
) -> None:
    stored.store.put("export/network.py", b"source")
    lost = stored.file()
    (files / lost).unlink()
    found = made()
    assert found.missing == (lost,)
    assert len(found.files) == 1


def test_data_and_uploads_under_way_are_in_it_and_what_no_row_points_to_is_not(
    study: Study, made: Callable[[], Manifest], files: Path
) -> None:
    dataset = Dataset.objects.create(team=study.team, name="birds")
    DatasetVersion.objects.create(dataset=dataset, sha256="a" * 64, folder="uploads/first/original")
    upload = Upload.objects.create(dataset=dataset, size=1, expires=timezone.now())
    wanted = [
        f"data/{'a' * 64}/images.npy",
        f"uploads/{upload.pk}/original/train/b.zip",
        "uploads/first/original/a.zip",
    ]
    for name in [*wanted, "uploads/nobodys/original/c.zip", f"{study.pk}/of-no-run"]:
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        (files / name).write_bytes(name.encode())
    found = made()
    assert (list(found.files), found.missing) == (sorted(wanted), ())


def test_an_upload_of_which_nothing_has_arrived_misses_nothing(study: Study, made: Callable[[], Manifest]) -> None:
    dataset = Dataset.objects.create(team=study.team, name="birds")
    Upload.objects.create(dataset=dataset, size=1, expires=timezone.now())
    assert made().missing == ()


def test_the_commands_say_what_they_did(
    stored: Stored, files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = tmp_path / "backup"
    lost = stored.store.put("gone.json", b"{}")
    stored.store._files.drop(lost)
    call_command("backup", str(backup), "--secret-key")
    said = capsys.readouterr()
    assert f"{backup}: the database ({connection.vendor}) and 1 files" in said.out
    assert said.err.startswith("missing: ")
    assert (backup.stat().st_mode & 0o777, (backup / "secret_key").stat().st_mode & 0o777) == (0o700, 0o600)
    (tmp_path / "secret_key").write_text("another")
    (files / "stray").touch()
    call_command("restore", str(backup), "--replace")
    assert "start the studio, and it goes on" in capsys.readouterr().out
    assert (tmp_path / "secret_key").read_text() == "a secret key"
    assert stored.store.get(stored.newest) == b"the first"
    assert not (files / "stray").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("files.")] == []


def test_a_backup_goes_into_an_empty_folder_only(tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine").touch()
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", str(tmp_path / "backup"))


# ------------------------------------------------------------------------------------------------------------- refusals


def test_a_studio_with_users_or_files_is_not_written_over(
    stored: Stored, made: Callable[[], Manifest], tmp_path: Path, files: Path
) -> None:
    made()
    with pytest.raises(Conflict, match=f"files in {files}"):
        restore_backup(tmp_path / "backup")
    User.objects.create_user("me@example.org", "password")
    with pytest.raises(CommandError, match="1 users in its database"):
        call_command("restore", str(tmp_path / "backup"))
    assert stored.store.get(stored.newest) == b"the first"


def test_a_studio_that_runs_is_not_written_over(made: Callable[[], Manifest], tmp_path: Path) -> None:
    made()
    held = Held(tmp_path, "launch", "taken")
    with pytest.raises(CommandError, match="The studio runs"):
        call_command("restore", str(tmp_path / "backup"), "--replace")
    held.release()


def spoil_manifest(backup: Path, **changes: object) -> None:
    found = json.loads((backup / "manifest.json").read_text())
    (backup / "manifest.json").write_text(json.dumps({**found, **changes}))


SPOILT: dict[str, tuple[Callable[[Path], object], str]] = {
    "cut off": (lambda backup: (backup / "manifest.json").unlink(), "is no backup, or one that was cut off"),
    "no manifest of ours": (lambda backup: (backup / "manifest.json").write_text("[]"), "cannot be read"),
    "another format": (lambda backup: spoil_manifest(backup, format=2), "format 2"),
    "a newer version": (lambda backup: spoil_manifest(backup, migrations=["runs.9999_far"]), "runs.9999_far"),
    "another database": (lambda backup: spoil_manifest(backup, vendor="oracle"), "is of oracle"),
    "a torn database": (lambda backup: (backup / "database").write_bytes(b"torn"), "not what was written"),
    "a torn file": (lambda backup: next(file_in(backup)).write_bytes(b"torn"), "not what was written"),
    "a missing file": (lambda backup: next(file_in(backup)).unlink(), "missing or not what"),
    "a way out": (
        lambda backup: spoil_manifest(backup, files={"../../elsewhere": {"sha256": "0", "size": 1}}),
        "leads out of it",
    ),
}


def file_in(backup: Path) -> Any:
    return (path for path in (backup / "files").rglob("*") if path.is_file())


@pytest.mark.parametrize("how", SPOILT)
def test_what_is_no_whole_backup_is_refused_before_anything_is_written(
    how: str, stored: Stored, made: Callable[[], Manifest], tmp_path: Path
) -> None:
    made()
    assert read_manifest(tmp_path / "backup").files
    spoil, said = SPOILT[how]
    spoil(tmp_path / "backup")
    with pytest.raises(Conflict, match=said):
        restore_backup(tmp_path / "backup", replace=True)
    assert Run.objects.get() == stored.run
    assert stored.store.get(stored.newest) == b"the first"
