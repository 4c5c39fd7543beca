"""The journal: whole or absent, and what is repeated is harmless."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from nas_engine.errors import StateMismatch, StorageFailed
from nas_engine.events import Event, Warned
from nas_engine.folder import opened
from nas_engine.local import Journal
from nas_engine.run import Step
from nas_engine.work import Checkpoint, Result, Stored, Work


def work(key: str) -> Work:
    return Work(key, 0, "train", {"a": 1}, 7)


def begun(folder: Path) -> Journal:
    journal = Journal(folder)
    journal.begin({"name": "x"})
    return journal


def warned(key: str, text: str = "") -> Event:
    return Event(key, Warned(0, text))


def test_a_decision_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    journal.commit_step(Step({"n": 1}, (work("a"),), (warned("e1"),), "running"), [])
    with pytest.raises(sqlite3.IntegrityError):
        journal.commit_step(Step({"n": 2}, (work("b"), work("a")), (warned("e2"),), "running"), [])
    assert journal.state() == {"n": 1}
    assert [event.key for _, event in journal.events()] == ["e1"]
    assert journal.next_work() == work("a")


def test_a_fact_that_is_told_again_is_ignored(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    journal.flush_events([warned("a", "first"), warned("b")])
    journal.flush_events([warned("a", "again"), warned("c")])
    assert journal.events()[0][1] == warned("a", "first")
    assert [seq for seq, _ in journal.events()] == [1, 2, 3]
    assert [event.key for _, event in journal.events(since=2)] == ["c"]


def test_a_result_is_untold_until_a_decision_has_heard_it(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    journal.commit_step(Step({}, (work("a"), work("b")), (), "running"), [])
    journal.commit_result(Result("a", {"x": 1}, None, 2.5))
    assert journal.untold() == [Result("a", {"x": 1}, None, 2.5)]
    assert journal.next_work() == work("b")
    journal.commit_step(Step({}, (), (), "running"), journal.untold())
    assert journal.untold() == []


def test_the_checkpoint_before_the_newest_is_kept_until_the_next_and_both_go_with_the_result(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    journal.commit_step(Step({}, (work("a"),), (), "running"), [])
    before: Stored | None = None
    for number in range(3):
        stored = journal.write_checkpoint("a.bin", bytes([number]))
        held = Checkpoint.after(before, stored)
        journal.point_to_checkpoint("a", held, float(number))
        before = stored
        assert len(list((tmp_path / "files").iterdir())) == min(number + 1, 2)
    assert journal.attempt("a") == (2.0, held)
    assert [journal.files.get(stored) for stored in held.files] == [b"\x02", b"\x01"]
    journal.commit_result(Result("a"))
    assert list((tmp_path / "files").iterdir()) == []


def test_a_file_that_is_not_what_was_written_is_refused(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    stored = journal.files.put("a.bin", b"whole")
    journal.files.path(stored).write_bytes(b"torn")
    with pytest.raises(StorageFailed, match="checksum"):
        journal.files.get(stored)
    journal.files.drop(stored)
    with pytest.raises(StorageFailed, match="missing"):
        journal.files.get(stored)


@pytest.mark.parametrize(
    ("harm", "look"),
    [
        ("update run set recipe = '{'", Journal.recipe),
        ("update run set state = x'ff'", Journal.state),
        ("update run set version = 'x'", Journal.version),
        ("update run set version = 1e999", Journal.version),
        ("update work set value = 'null x'", Journal.held),
        ("update work set seconds = 'x'", Journal.held),
        ("update work set checkpoint = ''", lambda journal: journal.attempt("a")),
        ("update event set value = ''", Journal.events),
        ("update work set result = '['", Journal.untold),
    ],
)
def test_a_torn_journal_is_one_sentence(harm: str, look: Callable[[Journal], object], tmp_path: Path) -> None:
    journal = begun(tmp_path)
    journal.commit_step(Step({"n": 1}, (work("a"),), (warned("e"),), "running"), [])
    with sqlite3.connect(tmp_path / "run.sqlite") as db:
        db.execute(harm)
    with pytest.raises(StorageFailed, match=r"the journal in .* is torn .*restore it from a backup"):
        look(journal)


def test_a_journal_whose_names_are_torn_is_one_sentence(tmp_path: Path) -> None:
    begun(tmp_path).close()
    file = tmp_path / "run.sqlite"
    file.write_bytes(file.read_bytes().replace(b"sqlite_autoindex_event_1", b"\x80qlite_autoindex_event_1"))
    with pytest.raises(StorageFailed, match="is torn"), opened(tmp_path):
        pass
    with pytest.raises(StorageFailed, match="cannot keep a journal"):
        Journal(tmp_path)


def test_a_journal_of_another_version_is_one_sentence(tmp_path: Path) -> None:
    journal = begun(tmp_path)
    with sqlite3.connect(tmp_path / "run.sqlite") as db:
        db.execute("alter table work drop column attempts")
    with pytest.raises(StateMismatch, match="another engine version"):
        journal.held()


def test_a_file_that_the_disk_did_not_take_as_it_was_meant_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = begun(tmp_path)
    monkeypatch.setattr(
        "nas_engine.files.write_atomically", lambda path, data: path.parent.mkdir() or path.write_bytes(data[:3])
    )
    with pytest.raises(StorageFailed, match=r"a\.bin is not what was written"):
        journal.files.put("a.bin", b"whole")


def test_a_folder_keeps_to_its_recipe(tmp_path: Path) -> None:
    begun(tmp_path).begin({"name": "x"})
    with pytest.raises(StateMismatch, match="another recipe"):
        begun(tmp_path).begin({"name": "y"})


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageFailed, match="choose another --out"):
        Journal(tmp_path / "file")
