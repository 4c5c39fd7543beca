"""A run folder as one thing, read or written whole: how a run moves between this machine and a server."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from nas_engine.errors import Incompatible, StateMismatch, StorageFailed
from nas_engine.events import Event
from nas_engine.local import Held, Journal
from nas_engine.local.journal import TORN
from nas_engine.run import Run, RunState, recipe, space_files
from nas_engine.wire import Plain, sha256, write_atomically
from nas_engine.work import Stored, Work

__all__ = ["Held", "RunFolder", "Whole", "Work", "opened", "written"]

CHUNK = 1000  # events written at once


@dataclass(frozen=True)
class Whole:
    """A run, beside its events and files. `state` is None before the first decision; `version`: decisions so far."""

    recipe: Plain
    state: Plain | None
    version: int
    works: tuple[Held, ...]

    def run_state(self) -> RunState | None:
        return None if self.state is None else RunState.read(self.state)

    def check(self) -> None:
        """Raises StateMismatch or InvalidRecipe where another version of the engine, or another recipe, wrote this."""
        plan = recipe(self.recipe)
        if self.state is not None:
            Run.restored(plan, self.state)

    def needed(self) -> set[tuple[str, str]]:
        """Key and sha256 of every file that the rest of the run will read."""
        todo = [held for held in self.works if held.result is None]
        untold = [held.result.outcome for held in self.works if held.result is not None and not held.told]
        found = {(newest.key, newest.sha256) for held in todo if (newest := held.checkpoint) is not None}
        return found | set(_pointers([self.state, untold, [held.work.payload for held in todo]]))


class RunFolder:
    """A run folder that is being read. See `opened`."""

    def __init__(self, folder: Path, journal: Journal) -> None:
        self._folder, self._journal = folder, journal
        kept = journal.recipe()
        if kept is None:
            raise Incompatible(f"{folder} holds no run; give the folder that was --out of one")
        self.whole = Whole(kept, journal.state(), journal.version(), tuple(journal.held()))
        self.whole.check()

    def events(self) -> Iterator[list[Event]]:
        """All facts in order, in lists of a size that fits a transaction. Raises StateMismatch for a gap in their numbers."""
        cursor = iter(self._journal.events())
        expected = 1
        while chunk := list(islice(cursor, CHUNK)):
            for number, _ in chunk:
                if number != expected:
                    raise StateMismatch(
                        f"the journal in {self._folder} lacks event {expected}; restore it from a backup"
                    )
                expected += 1
            yield [event for _, event in chunk]

    def history_digest(self) -> str:
        return self._journal.history_digest()

    def files(self) -> Iterator[tuple[Stored, bytes]]:
        """Every file. Raises StorageFailed for one that is torn, or that the rest of the run needs and that is missing."""
        missing = self.whole.needed()
        root = self._folder / "files"
        for path in sorted(root.rglob("*")) if root.exists() else ():
            if path.is_dir() or path.name.startswith("."):  # a name with a dot: never finished, known to nobody
                continue
            data = path.read_bytes()
            stored = _stored(str(path.relative_to(root)), data)
            missing.discard((stored.key, stored.sha256))
            yield stored, data
        if missing:
            key = min(missing)[0]
            raise StorageFailed(f"file {key} of the run in {self._folder} is missing; restore it from a backup")


@contextmanager
def opened(folder: Path) -> Iterator[RunFolder]:
    """A run folder, locked while it is read.

    Raises Incompatible for a folder without a run, StorageFailed for one that is torn or that another process is running in,
    StateMismatch for one of another engine version.
    """
    if not (folder / "run.sqlite").is_file():
        raise Incompatible(f"{folder} holds no run; give the folder that was --out of one")
    _refuse_torn(folder / "run.sqlite")
    journal = Journal(folder)
    try:
        journal.lock()
        yield RunFolder(folder, journal)
    except sqlite3.Error as error:
        raise StateMismatch(f"the journal in {folder} is of another engine version ({error})") from error
    finally:
        journal.close()


def written(
    folder: Path,
    whole: Whole,
    events: Iterator[Sequence[Event]],
    get: Callable[[Stored], bytes],
    files: Iterator[Stored],
) -> None:
    """Write a run folder: whole, or not at all. Raises Incompatible for a folder that holds something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Incompatible(f"{folder} is not empty; choose a folder that is empty or does not exist yet")
    whole.check()
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        _write(partial, whole, events, get, files)
        partial.replace(folder)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, StorageFailed):
            raise
        raise StorageFailed(f"could not write {folder}: {error}; free space or choose another folder") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write(
    folder: Path,
    whole: Whole,
    events: Iterator[Sequence[Event]],
    get: Callable[[Stored], bytes],
    files: Iterator[Stored],
) -> None:
    with closing(Journal(folder)) as journal:
        missing = whole.needed()
        for stored in files:
            journal.files.put(stored.key, get(stored))
            missing.discard((stored.key, stored.sha256))
        if missing:
            raise StorageFailed(f"file {min(missing)[0]} of the run is missing; restore it from a backup")
        for chunk in events:
            journal.flush_events(chunk)
        journal.fill(whole.recipe, whole.state, whole.version, whole.works)
        state = whole.run_state()
        for name, stored in ({} if state is None else state.holdings.exports).items():
            write_atomically(folder / "export" / name, journal.files.get(stored))
        for name, data in ({} if state is None else space_files(state)).items():
            write_atomically(folder / name, data)
    write_atomically(folder / "recipe.json", (json.dumps(whole.recipe, indent=2) + "\n").encode())


def _refuse_torn(file: Path) -> None:
    try:
        with closing(sqlite3.connect(file)) as db:
            found = db.execute("pragma quick_check").fetchone()[0]
    except TORN as error:
        found = str(error)
    if found != "ok":
        raise StorageFailed(f"{file} is torn ({found.splitlines()[0]}); restore it from a backup")


def _stored(name: str, data: bytes) -> Stored:
    """The pointer to a file, from its name and content. See `files.FileStore` for the names."""
    checksum = sha256(data)
    stem, _, ending = name.rpartition(f".{checksum[:12]}")
    if not stem:
        raise StorageFailed(f"file {name} is not what was written: its checksum differs; restore it from a backup")
    return Stored(f"{stem}{ending}", checksum)


def _pointers(value: object) -> Iterator[tuple[str, str]]:
    """Every `Stored` within plain data, wherever it stands."""
    if isinstance(value, Mapping):
        if set(value) == {"key", "sha256"}:
            yield str(value["key"]), str(value["sha256"])
        for inner in value.values():
            yield from _pointers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _pointers(inner)
