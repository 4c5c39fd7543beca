"""What a run that extends another need not do again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nas_engine.errors import StorageFailed
from nas_engine.events import Event
from nas_engine.extension import files_in, known, same_result
from nas_engine.run import Result, Stored
from nas_engine.run import Work as EngineWork
from nas_engine.wire import read
from webapp.runs.history import RowHistory
from webapp.runs.models import Event as EventRow
from webapp.runs.models import Run, Work
from webapp.runs.store import RunStore


@dataclass(frozen=True)
class Asked:
    """A Work as it is given out. `result`: what the earlier run brought; `events`: the facts that it told of it."""

    work: EngineWork
    result: Result | None = None
    events: tuple[Event, ...] = ()


def asked_of(run: Run, works: Sequence[EngineWork]) -> list[Asked]:
    """The Work of a decision, with what the run that this one extends has answered. Files are copied: it may be deleted.

    Outside of any transaction.
    """
    if run.extends_id is None or not works:
        return [Asked(work) for work in works]
    earlier = Work.objects.filter(run=run.extends_id, status=Work.Status.DONE, key__in=[work.key for work in works])
    done = {row.key: row for row in earlier}
    return [_asked(run, work, done.get(work.key)) for work in works]


def _asked(run: Run, work: EngineWork, done: Work | None) -> Asked:
    assert run.extends_id is not None
    if done is not None and done.result is not None:
        result = same_result(work, done.value, read(Result, done.result))
        if result is not None and _copied(run, result):
            return Asked(work, result, _told(run, work))
    left, result = known(work, RowHistory(run.extends_id).find)
    return Asked(left, result)


def _copied(run: Run, result: Result) -> bool:
    """Bring the files that a result points to; False where one is lost, so that the Work is done again."""
    assert run.extends_id is not None
    theirs, ours = RunStore(run.extends_id), RunStore(run.pk)
    try:
        for key, sha256 in files_in(result.outcome):
            ours.put(key, theirs.get(Stored(key, sha256)))
    except StorageFailed:
        return False
    return True


def _told(run: Run, work: EngineWork) -> tuple[Event, ...]:
    """What the earlier run's workers told of a Work: curves and generations."""
    rows = EventRow.objects.filter(run=run.extends_id, key__startswith=f"{work.key}/").exclude(kind="warned")
    found = rows.order_by("seq").values_list("key", "kind", "payload")
    return tuple(Event.read({"key": key, "kind": kind, "payload": payload}) for key, kind, payload in found)
