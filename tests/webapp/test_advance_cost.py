"""What a decision costs, however long the run is, and where its state is kept."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.long_run import SEARCHES, answer, long_run
from tests.webapp.conftest import Messages
from webapp.runs.models import Run
from webapp.runs.services import advance
from webapp.runs.services import state as state_service
from webapp.runs.services.advance import advance_run
from webapp.runs.services.control import start_run
from webapp.runs.state import POINTER, state_of
from webapp.studies.models import Study

SHORT, LONG, LONGEST = 100, 2_000, 10_000
PER_COUNT = 100  # SQLite's instructions between two counts


ROWS = pytest.mark.usefixtures("transactional_db", "messages")  # the database, and messages that are caught


def decision(run: Run) -> dict[str, float]:
    """Queries, the database's own steps (SQLite alone counts them) and seconds of one decision on one result."""
    answer(run, 1)
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(count, PER_COUNT)
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as seen:
        assert advance_run(run.pk)
    seconds = time.perf_counter() - began
    if connection.vendor == "sqlite":
        connection.connection.set_progress_handler(None, 0)
    return {"queries": len(seen), "steps": steps, "seconds": seconds}


def decisions(runs: list[Run], number: int) -> Iterator[dict[str, list[float]]]:
    """The figures of each run, taken by turns, so that a busy machine is busy for all."""
    rounds = [[decision(run) for run in runs] for _ in range(number)]
    for column in zip(*rounds, strict=True):
        yield {name: [figures[name] for figures in column] for name in column[0]}


@ROWS
@pytest.mark.parametrize(
    ("strategy", "candidates"),
    [
        ("ageing_evolution", LONG),
        pytest.param("ageing_evolution", LONGEST, marks=pytest.mark.slow),
        pytest.param("random", LONGEST, marks=pytest.mark.slow),
    ],
)
def test_a_decision_costs_the_same_in_a_short_run_and_in_a_long_one(strategy: str, candidates: int) -> None:
    """A query that walks the rows of the run would take many times the steps."""
    short, long = decisions([long_run(SEARCHES[strategy], number) for number in (SHORT, candidates)], 9)
    assert statistics.median(short["queries"]) == statistics.median(long["queries"])
    assert statistics.median(long["steps"]) <= 1.5 * statistics.median(short["steps"])
    assert statistics.median(long["seconds"]) < 2 * statistics.median(short["seconds"])


@ROWS
def test_the_state_of_ageing_evolution_does_not_grow_with_its_cycles() -> None:
    run = long_run(SEARCHES["ageing_evolution"], SHORT)
    before = len(str(run.state))
    for _ in range(50):
        decision(run)
    run.refresh_from_db()
    assert len(str(run.state)) < 1.1 * before


def files_of_state(folder: Path) -> list[Path]:
    return sorted(folder.rglob("state-*.json"))


@pytest.fixture
def large(study: Study, messages: Messages, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run whose every state is too large for its row."""
    monkeypatch.setattr(state_service, "MOST_BYTES", 100)
    run = start_run(study)
    messages.take()
    run.refresh_from_db()
    return run


@ROWS
def test_a_state_over_256_kb_is_an_artifact_that_the_row_points_to() -> None:
    run = long_run({"kind": "lissnas", "sample": 1_500}, SHORT)
    assert list(run.state) == [POINTER]
    artifact = run.artifacts.get()
    assert artifact.size > 256 * 1024
    state = state_of(run)
    assert state is not None
    assert state["status"] == "running"


def test_only_the_newest_large_state_is_kept_and_the_run_finds_what_it_would_find(
    large: Run, study: Study, messages: Messages, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages.drain()
    large.refresh_from_db()
    assert large.status == Run.Status.FINISHED
    assert len(files_of_state(files)) == large.artifacts.filter(key__startswith="state-").count() == 1
    monkeypatch.setattr(state_service, "MOST_BYTES", 256 * 1024)
    small = start_run(study)
    messages.drain()
    scores = [list(run.candidates.values_list("architecture__key", "score")) for run in (large, small)]
    assert scores[0] == scores[1]


def test_a_death_before_the_commit_leaves_the_old_state_and_an_orphan_at_most(
    large: Run, messages: Messages, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Death(BaseException): ...

    def dies(*_: object) -> bool:
        raise Death

    with monkeypatch.context() as patch:
        patch.setattr(advance, "_commit", dies)
        with pytest.raises(Death):
            advance_run(large.pk)
    assert len(files_of_state(files)) == 2
    large.refresh_from_db()
    assert state_of(large) is not None
    messages.drain()
    large.refresh_from_db()
    assert large.status == Run.Status.FINISHED


def test_a_decision_that_comes_second_drops_its_own_state_and_not_the_firsts(
    large: Run, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, calls = advance._commit, []

    def overtaken(*arguments: Any) -> bool:
        calls.append(arguments)
        if len(calls) == 1:
            assert advance_run(large.pk)
        return commit(*arguments)

    monkeypatch.setattr(advance, "_commit", overtaken)
    assert advance_run(large.pk)
    assert len(calls) == 3  # the first is refused, and computed again
    assert len(files_of_state(files)) == 1
    large.refresh_from_db()
    assert state_of(large) is not None


def test_a_run_whose_state_is_lost_has_failed_and_names_the_file(large: Run, files: Path) -> None:
    files_of_state(files)[0].unlink()
    advance_run(large.pk)
    large.refresh_from_db()
    assert (large.status, "state-1" in large.reason) == (Run.Status.FAILED, True)
