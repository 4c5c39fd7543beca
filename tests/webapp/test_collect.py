"""Files take no more room than they must: checkpoints, what kills left behind, deleted studies. On real files."""

from __future__ import annotations

import os
import shutil
import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from nas_engine.run import Mishap, Result
from tests.webapp.conftest import Messages
from webapp.accounts.models import Membership, Role, User
from webapp.runs.context import RowContext
from webapp.runs.models import Artifact, DeletedRun, Run, Work
from webapp.runs.services.claim import Fenced, claim
from webapp.runs.services.collect import collect
from webapp.runs.services.control import cancel, start_run
from webapp.runs.services.perform import _finish
from webapp.runs.services.release import release
from webapp.runs.store import RunStore, folder_of
from webapp.studies.models import Study
from webapp.studies.services.change import delete_study


def files(run: Run) -> list[str]:
    """Names, without digests."""
    folder = folder_of(run.pk)
    return sorted(path.name.partition(".")[0] for path in folder.iterdir()) if folder.exists() else []


def grow_old(run: Run) -> None:
    hour = time.time() - 3_700
    for path in folder_of(run.pk).iterdir():
        os.utime(path, (hour, hour))


def claimed(run: Run, messages: Messages) -> RowContext:
    """The run's first Work, in one more attempt."""
    if not run.works.exists():
        messages.take()
    messages.waiting.clear()
    row = claim(run.works.get().pk, "here/cpu")
    assert row is not None
    return RowContext(row)


def test_a_work_never_has_more_than_three_checkpoints_however_it_is_killed(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    put = RunStore.put

    def counted(self: RunStore, key: str, data: bytes) -> Any:
        stored = put(self, key, data)
        seen.append(len(files(run)))
        return stored

    monkeypatch.setattr(RunStore, "put", counted)
    for attempt in range(1, 5):
        context = claimed(run, messages)
        context.restored()
        context.checkpoint({"attempt": attempt, "n": 1}, {})
        context.checkpoint({"attempt": attempt, "n": 2}, {})
        # killed: the file is there and the pointer was not moved
        counted(context._files, f"{context.work.key}-{attempt}-checkpoint.safetensors", b"torn from its pointer")
        release("here/cpu")
    context = claimed(run, messages)
    assert context.restored() == ({"attempt": 4, "n": 2}, {})
    context.checkpoint({"attempt": 5}, {})
    assert files(run) == [f"{context.work.key}-{attempt}-checkpoint" for attempt in (4, 5)]
    assert Artifact.objects.filter(run=run).count() == 2
    assert max(seen) == 3


def test_work_that_is_done_has_no_checkpoint_and_work_that_failed_keeps_the_last(run: Run, messages: Messages) -> None:
    context = claimed(run, messages)
    context.checkpoint({"n": 1}, {})
    key = context.work.key
    _finish(context, Result(key, {}, Mishap("storage", "the disk is full"), 1.0))
    work = run.works.get()
    assert (work.status, work.checkpoint is not None) == (Work.Status.DONE, True)
    assert files(run) == [f"{key}-1-checkpoint"]

    Work.objects.filter(pk=work.pk).update(status=Work.Status.QUEUED)
    again = claimed(run, messages)
    assert again.restored() == ({"n": 1}, {})
    _finish(again, Result(key, {"evaluations": [], "failures": []}, None, 1.0))
    assert run.works.get().checkpoint is None
    assert files(run) == []


@pytest.mark.parametrize(
    ("status", "kept"), [("failed", True), ("cancelled", True), ("finished", False), ("infeasible", False)]
)
def test_a_checkpoint_is_kept_while_its_run_can_be_tried_again(
    run: Run, messages: Messages, status: str, kept: bool
) -> None:
    claimed(run, messages).checkpoint({"n": 1}, {})
    cancel(run.pk)
    Run.objects.filter(pk=run.pk).update(status=status)
    grow_old(run)
    assert collect() == (0 if kept else 1)
    assert len(files(run)) == Artifact.objects.count() == int(kept)
    assert (run.works.get().checkpoint is not None) is kept


def test_what_a_kill_left_behind_goes_when_it_is_old(run: Run, messages: Messages) -> None:
    context = claimed(run, messages)
    context.checkpoint({"n": 0}, {})
    context.checkpoint({"n": 1}, {})
    store = RunStore(run.pk)
    store.put("0-supernet.safetensors", b"a result")
    store.put(f"{context.work.key}-1-checkpoint.safetensors", b"no pointer")
    store.put("state-7-abcdefgh.json", b"no pointer")
    folder = folder_of(run.pk)
    (folder / ".0-supernet.0123456789ab.safetensors.17.23.tmp").write_bytes(b"half a fi")
    (folder / "0-weights.0123456789ab.safetensors").write_bytes(b"no row")
    assert collect() == 0  # what is young may be somebody's who is at it
    assert len(files(run)) == 7
    grow_old(run)
    assert collect() == 4
    assert files(run) == [f"{context.work.key}-1-checkpoint"] * 2 + ["0-supernet"]
    assert RowContext(run.works.get()).restored() == ({"n": 1}, {})
    assert collect() == 0


def test_a_state_in_a_file_is_kept_while_the_run_points_to_it(
    tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.runs.services.state.MOST_BYTES", 10)
    run = start_run(tiny)
    messages.take()
    assert files(run) == [next(name for name in files(run) if name.startswith("state-1-"))]
    grow_old(run)
    assert collect() == 0
    assert len(files(run)) == 1


def test_folders_of_runs_that_this_database_does_not_know_are_left_alone(run: Run, files: Path) -> None:
    others = [files / str(uuid.uuid4()), files / "data"]
    for folder in others:
        folder.mkdir(parents=True)
        (folder / "weights.safetensors").write_bytes(b"somebody's")
        os.utime(folder / "weights.safetensors", (0, 0))
    collect()
    assert all((folder / "weights.safetensors").exists() for folder in others)
    assert run.status == Run.Status.RUNNING


def test_a_deleted_study_gives_its_room_back(tiny: Study, messages: Messages, files: Path) -> None:
    user = User.objects.create_user("editor@example.org")
    Membership.objects.create(user=user, team=tiny.team, role=Role.EDITOR)
    run = start_run(tiny)
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    on_disk = sum(path.stat().st_size for path in folder_of(run.pk).iterdir())
    assert on_disk == sum(Artifact.objects.filter(run=run).values_list("size", flat=True)) > 10_000
    delete_study(user, tiny)
    assert list(files.iterdir()) == []
    assert not Artifact.objects.exists()


def test_a_folder_that_could_not_be_removed_goes_later_and_so_does_what_comes_after(
    run: Run, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = claimed(run, messages)
    context.checkpoint({"n": 1}, {})
    folder = folder_of(run.pk)
    real = shutil.rmtree

    def refused(_: Path) -> None:
        raise PermissionError("not now")

    monkeypatch.setattr(shutil, "rmtree", refused)
    run.study.delete()  # with the study, as the admin does it
    assert folder.exists()
    monkeypatch.setattr(shutil, "rmtree", real)
    collect()
    assert not folder.exists()
    with pytest.raises(Fenced):
        context.flush()
    folder.mkdir()
    (folder / "late").write_bytes(b"of a worker that had not heard")
    DeletedRun.objects.update(deleted=timezone.now() - timedelta(hours=2))
    collect()
    assert not folder.exists()
    assert not DeletedRun.objects.exists()
