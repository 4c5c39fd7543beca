"""A checkpoint that is torn or missing costs what came after the one before it, changes no result, and is told of."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from nas_engine.errors import Cancelled, StorageFailed
from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe
from nas_engine.work import Checkpoint
from tests.short import HARMS, SHORT, StopAt

PLAN = recipe(SHORT)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("undisturbed")
    assert run_locally(PLAN, folder, checkpoint_seconds=1e9).status == "finished"
    return Journal(folder).history_digest()


def stopped(folder: Path) -> list[Path]:
    """A run that stopped after its third checkpoint; the files of those that are kept, newest first."""
    with pytest.raises(Cancelled):
        run_locally(PLAN, folder, StopAt(step=3), checkpoint_seconds=0.0)
    journal = Journal(folder)
    held = journal.held()[0].checkpoint
    journal.close()
    assert isinstance(held, Checkpoint)
    assert len(list((folder / "files").iterdir())) == len(held.files) == 2
    return [journal.files.path(stored) for stored in held.files]


def warnings(folder: Path) -> list[str]:
    return [getattr(event.fact, "text", "") for _, event in Journal(folder).events() if event.fact.kind == "warned"]


@pytest.mark.parametrize("harm", HARMS)
def test_a_run_goes_on_from_the_checkpoint_before_a_harmed_one_and_says_so(
    harm: str, undisturbed: str, tmp_path: Path
) -> None:
    newest, before = stopped(tmp_path)
    HARMS[harm](newest)
    watcher = StopAt()
    assert run_locally(PLAN, tmp_path, watcher, checkpoint_seconds=0.0).status == "finished"
    assert watcher.steps == [3, 4, 5]
    (text,) = warnings(tmp_path)
    assert text.startswith("checkpoint of 0-train is lost, the work goes on from the one before, 0-train-checkpoint")
    assert Journal(tmp_path).history_digest() == undisturbed
    assert not before.exists()
    assert not newest.exists()


def test_where_both_are_harmed_the_work_begins_anew_and_says_so(undisturbed: str, tmp_path: Path) -> None:
    for path in stopped(tmp_path):
        HARMS["torn"](path)
    watcher = StopAt()
    assert run_locally(PLAN, tmp_path, watcher, checkpoint_seconds=1e9).status == "finished"
    assert watcher.steps == [1, 2, 3, 4, 5]
    (text,) = warnings(tmp_path)
    assert text.startswith("both checkpoints of 0-train are lost, the work begins anew: file 0-train-checkpoint")
    assert Journal(tmp_path).history_digest() == undisturbed
    assert [path.name for path in (tmp_path / "files").glob("*checkpoint*")] == []


def test_the_one_before_stays_until_a_new_one_is_in_place(tmp_path: Path) -> None:
    """A second stop right after the fall-back: the harmed file is gone, the whole one is still there."""
    newest, before = stopped(tmp_path)
    HARMS["torn"](newest)
    with pytest.raises(Cancelled):
        run_locally(PLAN, tmp_path, StopAt(step=4), checkpoint_seconds=1e9)
    held = Journal(tmp_path).held()[0].checkpoint
    assert held is not None
    assert Journal(tmp_path).files.path(held.files[1]) == before
    assert sorted((tmp_path / "files").iterdir()) == sorted(Journal(tmp_path).files.path(one) for one in held.files)


def test_a_torn_result_ends_the_run_with_a_sentence_that_names_the_file(undisturbed: str, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):  # the training has ended, and the search has not begun
        run_locally(PLAN, tmp_path, StopAt(step=5), checkpoint_seconds=1e9)
    (supernet,) = (tmp_path / "files").glob("*supernet*")
    whole = supernet.read_bytes()
    HARMS["torn"](supernet)
    with pytest.raises(StorageFailed, match=r"file 0-train-supernet\.safetensors is not what was written") as refusal:
        run_locally(PLAN, tmp_path)
    assert "\n" not in str(refusal.value)
    supernet.write_bytes(whole)
    assert run_locally(PLAN, tmp_path).status == "finished"
    assert Journal(tmp_path).history_digest() == undisturbed


def test_a_journal_that_cannot_be_written_ends_the_run_with_a_sentence(
    undisturbed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "commit_result", full)
        with pytest.raises(StorageFailed, match=r"could not write the journal in .* is full\); free space"):
            run_locally(PLAN, tmp_path)
    assert run_locally(PLAN, tmp_path).status == "finished"
    assert Journal(tmp_path).history_digest() == undisturbed
