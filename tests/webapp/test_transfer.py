"""A run moves between the command line's folder and rows, and goes on where it came to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from nas_engine.commandline import main
from nas_engine.errors import Cancelled
from nas_engine.local import Journal, Watcher, run_locally
from nas_engine.recipe import recipe
from nas_engine.spaces import read_space_document
from nas_engine.work import Work as EngineWork
from tests.webapp.conftest import DRAWS, Messages
from tests.webapp.spaced import EVOLVED, SHRUNK, spaced_run
from tests.webapp.undisturbed import TINY, undisturbed_digest
from webapp.accounts.models import Team
from webapp.refusals import Conflict
from webapp.runs.context import RowContext, Stopped
from webapp.runs.models import Artifact, Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.services.claim import claim
from webapp.runs.services.control import cancel, pause, start_run
from webapp.runs.services.perform import perform_work
from webapp.runs.services.transfer import export_run, import_run
from webapp.runs.store import folder_of
from webapp.studies.models import Study


class StopAt(Watcher):
    """Asks to stop at a number of steps of a Work."""

    def __init__(self, work: str, steps: int) -> None:
        self._work, self._steps, self._asked = work, steps, False

    def gauge(self, work: EngineWork, done: int, total: int, metrics: Mapping[str, float]) -> None:
        self._asked |= work.key == self._work and done >= self._steps

    def stop(self) -> bool:
        return self._asked


def stopped(folder: Path, work: str = "0-train", steps: int = 3) -> Path:
    """The tiny run, stopped within a Work."""
    with pytest.raises(Cancelled):
        run_locally(recipe(TINY), folder, StopAt(work, steps))
    return folder


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that a journal holds."""
    with sqlite3.connect(folder / "run.sqlite") as db:
        return {table: db.execute(f"select * from {table} order by 1").fetchall() for table in ("run", "work", "event")}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def team(transactional_db: None, messages: Messages) -> Team:  # noqa: ARG001 - sends must be caught from the start
    return Team.objects.create(name="team")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of the command line that has ended."""
    folder = tmp_path_factory.mktemp("finished")
    run_locally(recipe(DRAWS), folder)
    return folder


def test_a_finished_run_comes_back_as_it_went(finished: Path, team: Team, tmp_path: Path) -> None:
    run = import_run(finished, team=team, name="from the command line")
    journal = Journal(finished)
    assert run.status == Run.Status.FINISHED
    assert history_digest(run) == journal.history_digest()
    assert list(run.events.values_list("seq", "key")) == [(n, event.key) for n, event in journal.events()]
    assert run.candidates.count() == 3
    assert run.study.name == "from the command line"
    export_run(run.pk, tmp_path / "out" / "back")
    assert rows(tmp_path / "out" / "back") == rows(finished)
    assert contents(tmp_path / "out" / "back" / "files") == contents(finished / "files")
    assert json.loads((tmp_path / "out" / "back" / "recipe.json").read_text()) == journal.recipe()


@pytest.mark.xdist_group("tiny")
def test_a_run_that_stopped_on_the_command_line_goes_on_on_the_server_and_finds_the_same(
    team: Team, messages: Messages, tmp_path: Path
) -> None:
    folder = stopped(tmp_path / "local")
    before = rows(folder)
    run = import_run(folder, team=team)
    work = run.works.get()
    assert (work.status, work.attempt) == (Work.Status.QUEUED, 1)
    assert work.checkpoint is not None
    assert rows(folder) == before
    export_run(run.pk, tmp_path / "back")
    assert rows(tmp_path / "back") == before
    messages.drain()
    run.refresh_from_db()
    assert run.status == Run.Status.FINISHED
    assert not run.events.filter(kind="warned").exists()  # it went on from the checkpoint
    assert history_digest(run) == undisturbed_digest()
    export_run(run.pk, tmp_path / "finished")
    assert {path.name for path in (tmp_path / "finished" / "export").iterdir()} >= {"network.py", "weights.safetensors"}


@pytest.mark.xdist_group("tiny")
def test_a_run_that_was_paused_on_the_server_goes_on_on_the_command_line_and_finds_the_same(
    team: Team, messages: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.checkpoint_seconds", 0.0)
    run = start_run(Study.objects.create(team=team, name="tiny", recipe=TINY))
    messages.take()
    kept = RowContext.checkpoint

    def paused_at_the_third(self: RowContext, content: object, tensors: object) -> None:
        kept(self, content, tensors)  # type: ignore[arg-type]
        if self.progress["done"] == 3:
            pause(run.pk)
            raise Stopped("pause wanted")

    with monkeypatch.context() as patch:
        patch.setattr(RowContext, "checkpoint", paused_at_the_third)
        messages.take()
    assert run.works.get().checkpoint is not None
    export_run(run.pk, tmp_path / "local")
    out = ["run", str(tmp_path / "local" / "recipe.json"), "--out", str(tmp_path / "local")]
    assert main(out) == 0
    journal = Journal(tmp_path / "local")
    assert journal.history_digest() == undisturbed_digest()
    assert not any(event.fact.kind == "warned" for _, event in journal.events())


def no_run(folder: Path) -> str:
    folder.mkdir()
    return "holds no run"


def begun_by_nobody(folder: Path) -> str:
    Journal(folder).close()
    return "holds no run"


def torn_file(folder: Path) -> str:
    file = next(stopped(folder).glob("files/*"))
    file.write_bytes(file.read_bytes()[:-9])
    return "checksum"


def lost_file(folder: Path) -> str:
    next(stopped(folder).glob("files/*")).unlink()
    return "missing"


def torn_journal(folder: Path) -> str:
    file = stopped(folder) / "run.sqlite"
    file.write_bytes(file.read_bytes()[:5000])
    return "torn"


def changed(folder: Path, statement: str) -> None:
    with sqlite3.connect(stopped(folder) / "run.sqlite") as db:
        db.execute(statement)


def later_engine(folder: Path) -> str:
    changed(folder, "update run set state = replace(state, '\"version\":1', '\"version\":2')")
    return "version 2"


def later_journal(folder: Path) -> str:
    changed(folder, "alter table work drop column attempts")
    return "another engine version"


def later_event(folder: Path) -> str:
    changed(folder, "update event set value = replace(value, 'curve point', 'hunch')")
    return "newer version"


def lost_event(folder: Path) -> str:
    changed(folder, "delete from event where seq = 2")
    return "lacks event 2"


def running_elsewhere(folder: Path) -> str:
    journal = Journal(stopped(folder))
    journal.lock()
    running_elsewhere.__dict__["kept"] = journal  # the lock lasts as long as the journal
    return "another process"


FOLDERS: list[Callable[[Path], str]] = [
    no_run,
    begun_by_nobody,
    torn_file,
    lost_file,
    torn_journal,
    later_engine,
    later_journal,
    later_event,
    lost_event,
    running_elsewhere,
]


@pytest.mark.parametrize("spoilt", FOLDERS, ids=lambda spoilt: spoilt.__name__)
def test_a_folder_that_cannot_be_imported_is_refused_and_leaves_nothing(
    spoilt: Callable[[Path], str], team: Team, tmp_path: Path, files: Path
) -> None:
    wanted = spoilt(tmp_path / "local")
    with pytest.raises(CommandError, match=wanted) as refusal:
        call_command("import_run", str(tmp_path / "local"), team=team.pk)
    assert "\n" not in str(refusal.value)
    assert not Run.objects.exists()
    assert not Study.objects.exists()
    assert contents(files) == {}


def test_a_run_that_is_there_already_is_not_imported_twice(finished: Path, team: Team) -> None:
    run = import_run(finished, team=team)
    with pytest.raises(Conflict, match=f"it is run {run.pk}"):
        import_run(finished, study=run.study)
    assert Run.objects.count() == 1
    other = Team.objects.create(name="other")
    assert import_run(finished, team=other).pk != run.pk


def test_a_run_of_another_recipe_does_not_become_a_studys(finished: Path, team: Team) -> None:
    study = Study.objects.create(team=team, name="tiny", recipe=TINY)
    with pytest.raises(CommandError, match="another recipe"):
        call_command("import_run", str(finished), study=study.pk)


def test_an_import_that_is_killed_leaves_a_run_that_nobody_works_on(
    finished: Path, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.runs.services.transfer._fill", lambda *_: None)  # as if it ended there
    run = import_run(finished, team=team)
    monkeypatch.undo()
    assert (run.status, run.reason) == (Run.Status.CANCELLED, "its import was not finished")
    assert import_run(finished, team=team).status == Run.Status.FINISHED


def test_an_export_asks_for_a_pause_while_a_worker_holds_a_work(run: Run, messages: Messages, tmp_path: Path) -> None:
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    with pytest.raises(CommandError, match="pause the run"):
        call_command("export_run", run.pk, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_an_exported_run_has_the_spaces_that_it_made_beside_its_recipe(team: Team, tmp_path: Path) -> None:
    export_run(spaced_run(team).pk, tmp_path / "out")
    for name, space in (("space.json", SHRUNK), ("space-0.json", EVOLVED)):
        assert read_space_document(json.loads((tmp_path / "out" / name).read_text())) == space


def test_an_export_goes_into_an_empty_folder_only(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    export_run(run.pk, tmp_path / "out")
    with pytest.raises(CommandError, match="not empty"):
        call_command("export_run", run.pk, str(tmp_path / "out"))


def test_an_export_of_a_run_that_goes_on_meanwhile_is_refused_and_leaves_nothing(
    run: Run, messages: Messages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = Journal.flush_events

    def overtaken(self: Journal, events: object) -> None:
        fill(self, events)  # type: ignore[arg-type]
        messages.drain()

    messages.take()
    monkeypatch.setattr(Journal, "flush_events", overtaken)
    with pytest.raises(CommandError, match="went on while"):
        call_command("export_run", run.pk, str(tmp_path / "out"))
    assert list(tmp_path.glob("*out*")) == []


def test_a_cancelled_run_is_not_exported(run: Run, messages: Messages, tmp_path: Path) -> None:
    messages.take()
    cancel(run.pk)
    with pytest.raises(CommandError, match="cancelled"):
        call_command("export_run", run.pk, str(tmp_path / "out"))


def test_a_file_of_a_run_that_is_torn_on_the_server_is_not_exported(
    tiny: Study, messages: Messages, tmp_path: Path
) -> None:
    run = start_run(tiny)
    messages.take()
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    RowContext(work).checkpoint({"n": 1}, {})
    Work.objects.update(status=Work.Status.QUEUED)
    next(folder_of(run.pk).iterdir()).write_bytes(b"torn")
    with pytest.raises(CommandError, match="checksum"):
        call_command("export_run", run.pk, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_the_checkpoint_of_a_work_goes_when_its_result_is_there(
    tiny: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.environment.environment.checkpoint_seconds", 0.0)
    run = start_run(tiny)
    messages.take()
    perform_work(run.works.get().pk, "tests")
    assert run.works.get().status == Work.Status.DONE
    assert not Artifact.objects.filter(run=run, key__contains="checkpoint").exists()
    assert list(folder_of(run.pk).glob("*checkpoint*")) == []
