"""The tiny run under fire: start it, wait for what was injected, look at what is left."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from nas_engine.wire import canonical
from tests.webapp.undisturbed import undisturbed_digest
from webapp.runs.models import Run, Work
from webapp.runs.selectors.digest import history_digest
from webapp.runs.store import folder_of

HANG = 300.0  # seconds: ten times what a run takes on a machine that has other things to do


def until(true: Callable[[], bool], what: str, log: Path | None = None, seconds: float = HANG) -> None:
    """Wait for something; fail, with the end of a log, where it does not come."""
    deadline = time.monotonic() + seconds
    while not true():
        tail = "" if log is None or not log.exists() else log.read_text()[-3000:]
        assert time.monotonic() < deadline, f"{what} did not come\n{tail}"
        time.sleep(0.1)


def over(run: Run) -> bool:
    run.refresh_from_db()
    return run.status != Run.Status.RUNNING


def has_no_gap(run: Run) -> None:
    """Numbers from 1 to the last, each once."""
    numbers = list(run.events.values_list("seq", flat=True))
    assert numbers == list(range(1, run.last_seq + 1)), f"numbers {numbers} up to {run.last_seq}"


def every_answer_is_a_candidate(run: Run) -> None:
    answers, candidates = run.events.filter(kind__startswith="candidate").count(), run.candidates.count()
    assert answers == candidates, f"{answers} answers, {candidates} candidates"


def every_work_is_told(run: Run) -> None:
    waiting = [key for key, *rest in run.works.values_list("key", "status", "told") if rest != [Work.Status.DONE, True]]
    assert not waiting, f"not done and told: {waiting}"
    assert run.state is not None
    assert run.state["out"] == [], f"still awaited: {run.state['out']}"


def every_result_counts_once(run: Run) -> None:
    """A result that was told twice would be counted twice."""
    seconds: dict[str, float] = {}
    for value, result in run.works.values_list("value", "result"):
        stage = str(value["stage"])
        seconds[stage] = seconds.get(stage, 0.0) + result["seconds"]
    assert run.state is not None
    assert run.state["seconds"] == pytest.approx(seconds), f"{run.state['seconds']} of {seconds} seconds are counted"


def files_are_whole(run: Run) -> None:
    """Those with a row are there and what was written; one without is what its name says."""
    folder = folder_of(run.pk)
    for key, file, sha256, size in run.artifacts.values_list("key", "file", "sha256", "size"):
        data = (folder.parent / file).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (sha256, size), f"{key} is torn"
    for path in torn(folder):
        raise AssertionError(f"{path.name} is torn")


def torn(folder: Path) -> Iterator[Path]:
    """Files that are not what their name says."""
    for path in folder.iterdir() if folder.exists() else ():
        if path.name.startswith("."):
            continue  # being written
        with suppress(FileNotFoundError):  # dropped meanwhile
            if f".{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}" not in path.name:
                yield path


WHOLE = (has_no_gap, every_answer_is_a_candidate, every_work_is_told, every_result_counts_once, files_are_whole)


def is_whole(run: Run) -> None:
    """Numbers without gap, every Work told once, every answer a candidate, every file there and what was written."""
    run.refresh_from_db()
    for check in WHOLE:
        check(run)


def is_unharmed(run: Run) -> None:
    """Whole, and it found what the undisturbed run found."""
    run.refresh_from_db()
    assert (run.status, run.reason) == (Run.Status.FINISHED, "")
    is_whole(run)
    assert history_digest(run) == undisturbed_digest()


def picture(run: Run) -> str:
    """Everything that is written of a run, rows and files, as one text: two are equal if nothing was written between."""
    run.refresh_from_db()
    works = list(
        run.works.values_list("key", "status", "attempt", "deaths", "owner", "checkpoint", "seconds", "result", "told")
    )
    events = list(run.events.values_list("seq", "key"))
    files = sorted(run.artifacts.values_list("key", "sha256"))
    return canonical([run.state, run.state_version, run.status, run.last_seq, works, events, files])
