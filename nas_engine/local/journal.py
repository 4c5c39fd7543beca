"""The journal of a run on one machine: one SQLite file and a folder of files. What is committed survives any death."""

from __future__ import annotations

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, TextIO, TypeVar, cast

from nas_engine.candidate import Evaluation
from nas_engine.errors import StateMismatch, StorageFailed
from nas_engine.events import CandidateEvaluated, Event, evaluation, question
from nas_engine.files import FileStore
from nas_engine.run import Step, history_digest
from nas_engine.wire import Plain, canonical, plain, read
from nas_engine.work import Checkpoint, Result, Stored, Work

T = TypeVar("T")
TORN = (sqlite3.Error, UnicodeDecodeError)  # of broken files; the second where SQLite quotes broken bytes
SCHEMA = """
create table if not exists run (id integer primary key check (id = 1), recipe text not null, state text, version integer not null);
create table if not exists work (
    key text primary key, ordinal integer not null, value text not null, result text, told integer not null default 0,
    seconds real not null default 0, checkpoint text, attempts integer not null default 0);
create table if not exists event (seq integer primary key, key text not null unique, value text not null);
"""


@dataclass(frozen=True)
class Held:
    """A Work as a journal holds it."""

    work: Work
    result: Result | None = None
    told: bool = False  # whether a decision has heard the result
    seconds: float = 0.0
    checkpoint: Checkpoint | None = None
    attempts: int = 0


class Journal:
    """State, work and events of one run. Every public write is one transaction."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock: TextIO | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(folder / "run.sqlite", isolation_level=None, timeout=30)
            self._db.execute("pragma journal_mode = wal")
            self._db.execute("pragma synchronous = full")
            self._db.executescript(SCHEMA)
        except (OSError, *TORN) as error:
            raise StorageFailed(f"cannot keep a journal in {folder}: {error}; choose another --out") from error
        self.files = FileStore(folder / "files")

    def lock(self) -> None:
        """Keep other processes from running here; the lock ends with this one. Raises StorageFailed."""
        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StorageFailed(
                f"another process is running in {self.folder}; wait for it, or choose another --out"
            ) from error

    def close(self) -> None:
        self._db.close()
        if self._lock is not None:
            self._lock.close()

    # the run

    def recipe(self) -> Plain | None:
        """The recipe that the run was begun with."""
        return next((cast("Plain", self._json(text)) for (text,) in self._rows("select recipe from run")), None)

    def state(self) -> Plain | None:
        found = self._rows("select state from run where state is not null")
        return next((cast("Plain", self._json(text)) for (text,) in found), None)

    def begin(self, recipe: Plain) -> None:
        """Raises StateMismatch where the folder holds another recipe's run."""
        held = self.recipe()
        if held is not None and held != recipe:
            raise StateMismatch(
                f"{self.folder} holds a run of another recipe ({held.get('name')!r}); choose another --out, or give the same recipe"
            )
        self._db.execute("insert or ignore into run (id, recipe, version) values (1, ?, 0)", (canonical(recipe),))

    def commit_step(self, step: Step, told: Sequence[Result]) -> None:
        """A decision: new state, Work and Events, and the results that it has heard."""
        with _transaction(self._db):
            self._db.execute("update run set state = ?, version = version + 1", (canonical(step.state),))
            ((start,),) = self._rows("select count(*) from work")
            rows = [(work.key, start + i, canonical(plain(work))) for i, work in enumerate(step.work)]
            self._db.executemany("insert into work (key, ordinal, value) values (?, ?, ?)", rows)
            self._db.executemany("update work set told = 1 where key = ?", [(result.work,) for result in told])
            self._db.executemany("delete from work where key = ? and result is null", [(key,) for key in step.dropped])
            self._insert(step.events)

    # the whole, as it is moved from one place to another

    def version(self) -> int:
        """Decisions so far."""
        return next((int(self._number(version)) for (version,) in self._rows("select version from run")), 0)

    def held(self) -> list[Held]:
        """All Work, in order."""
        rows = self._rows("select value, result, told, seconds, checkpoint, attempts from work order by ordinal")
        return [
            Held(
                read(Work, self._json(value)),
                self._read(Result, result),
                bool(told),
                self._number(seconds),
                self._read(Checkpoint, point),
                int(self._number(tries)),
            )
            for value, result, told, seconds, point, tries in rows
        ]

    def fill(self, recipe: Plain, state: Plain | None, version: int, works: Sequence[Held]) -> None:
        """Make a journal that holds no run hold this one. Its events come by `flush_events`."""
        rows = [
            (held.work.key, ordinal, canonical(plain(held.work)), _written(held.result), held.told, held.seconds,
             _written(held.checkpoint), held.attempts)
            for ordinal, held in enumerate(works)
        ]  # fmt: skip
        with _transaction(self._db):
            run = (canonical(recipe), None if state is None else canonical(state), version)
            self._db.execute("insert into run (id, recipe, state, version) values (1, ?, ?, ?)", run)
            self._db.executemany("insert into work values (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    # work

    def next_work(self) -> Work | None:
        """The oldest Work without a result."""
        found = self._rows("select value from work where result is null order by ordinal limit 1")
        return next((read(Work, self._json(text)) for (text,) in found), None)

    def untold(self) -> list[Result]:
        """Results that no decision has heard."""
        rows = self._rows("select result from work where result is not null and told = 0 order by ordinal")
        return [read(Result, self._json(text)) for (text,) in rows]

    def attempt(self, work: str) -> tuple[float, Checkpoint | None]:
        """Count one more attempt: device seconds of those before, the last checkpoints."""
        self._db.execute("update work set attempts = attempts + 1 where key = ?", (work,))
        ((seconds, checkpoint),) = self._rows("select seconds, checkpoint from work where key = ?", work)
        return self._number(seconds), self._read(Checkpoint, checkpoint)

    def flush_events(self, events: Sequence[Event]) -> None:
        """Make facts durable. One that is known already is ignored."""
        with _transaction(self._db):
            self._insert(events)

    def write_checkpoint(self, key: str, data: bytes) -> Stored:
        return self.files.put(key, data)

    def point_to_checkpoint(self, work: str, checkpoint: Checkpoint, seconds: float) -> None:
        """Move a Work's pointer to its newest checkpoint and the one before it, and drop what it pointed to besides."""
        held = self._checkpoint(work)
        self._db.execute(
            "update work set checkpoint = ?, seconds = ? where key = ?", (canonical(plain(checkpoint)), seconds, work)
        )
        self._drop(held, but=checkpoint.files)

    def commit_result(self, result: Result) -> None:
        """What came of a Work; its checkpoints are no longer needed."""
        held = self._checkpoint(result.work)
        self._db.execute(
            "update work set result = ?, seconds = ?, checkpoint = null where key = ?",
            (canonical(plain(result)), result.seconds, result.work),
        )
        self._drop(held)

    def _checkpoint(self, work: str) -> Checkpoint | None:
        ((checkpoint,),) = self._rows("select checkpoint from work where key = ?", work)
        return self._read(Checkpoint, checkpoint)

    def _drop(self, held: Checkpoint | None, but: Sequence[Stored] = ()) -> None:
        for stored in () if held is None else held.files:
            if stored not in but:
                self.files.drop(stored)

    # events

    def _insert(self, events: Iterable[Event]) -> None:
        rows = [(event.key, canonical(event.plain())) for event in events]
        self._db.executemany("insert or ignore into event (key, value) values (?, ?)", rows)

    def events(self, since: int = 0) -> list[tuple[int, Event]]:
        """Events after a cursor, with their numbers."""
        rows = self._rows("select seq, value from event where seq > ? order by seq", since)
        return [(seq, Event.read(self._json(text))) for seq, text in rows]

    def event(self, key: str) -> tuple[int, Event] | None:
        """The event with this key, with its number."""
        rows = self._rows("select seq, value from event where key = ?", key)
        return next(((seq, Event.read(self._json(text))) for seq, text in rows), None)

    def history_digest(self) -> str:
        """See `run.history_digest`."""
        return history_digest((event for _, event in self.events()), self.state())

    # what is there, or a sentence

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Raises StorageFailed where the file is torn, StateMismatch where another version made the tables."""
        try:
            return self._db.execute(query, values).fetchall()
        except TORN as error:
            if str(error).startswith("no such"):
                raise StateMismatch(f"the journal in {self.folder} is of another engine version ({error})") from error
            raise self._torn(error) from error

    def _json(self, text: str) -> object:
        try:
            return json.loads(text)
        except (ValueError, TypeError, RecursionError) as error:
            raise self._torn(error) from error

    def _number(self, value: object) -> float:
        if not isinstance(value, int | float) or not isfinite(value):
            raise self._torn(f"{str(value)[:40]!r} stands where a number should")
        return value

    def _read(self, kind: type[T], text: str | None) -> T | None:
        return None if text is None else read(kind, self._json(text))

    def _torn(self, what: object) -> StorageFailed:
        return StorageFailed(f"the journal in {self.folder} is torn ({what}); restore it from a backup")


def _written(value: object) -> str | None:
    return None if value is None else canonical(plain(value))


class _transaction:  # noqa: N801 - reads as a word in a with statement
    """An immediate transaction: all or nothing."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("begin immediate")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._db.execute("rollback" if kind else "commit")


class JournalHistory:
    """The answers of a run, from its events; it reads only what is new since the last look."""

    def __init__(self, journal: Journal) -> None:
        self._journal, self._cursor = journal, 0
        self._by_stage: dict[int, list[Evaluation]] = {}
        self._by_question: dict[str, Evaluation] = {}

    def _read(self) -> None:
        for seq, event in self._journal.events(self._cursor):
            self._cursor, fact = seq, event.fact
            if isinstance(fact, CandidateEvaluated):
                found = evaluation(fact)
                self._by_stage.setdefault(fact.stage, []).append(found)
                self._by_question.setdefault(question(fact), found)

    def evaluations(self, stage: int) -> Iterable[Evaluation]:
        self._read()
        return tuple(self._by_stage.get(stage, ()))

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        self._read()
        return self._by_question.get(f"{scope}:{candidate}")
