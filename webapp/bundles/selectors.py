"""What bundles are made of, and how runs compare with the bundles that their studies were made from."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

from django.db import connection
from django.db.models import F, QuerySet
from django.db.models.functions import Collate

from nas_engine.bundle import Recorded, Surroundings, Written
from nas_engine.errors import StorageFailed
from nas_engine.events import Event
from nas_engine.run import history_digest
from nas_engine.wire import Plain
from webapp.bundles.models import Comparison, Origin
from webapp.refusals import Conflict
from webapp.runs.models import Event as EventRow
from webapp.runs.models import Run, RunEnvironment
from webapp.runs.state import state_of
from webapp.studies.models import Study

CHUNK = 500  # rows that are held at once
TRIES = 3
BY_CODE_POINT = {"postgresql": "C", "sqlite": "BINARY"}
Outcome = Literal["pending", "equal", "different", "incomparable"]


class RunOnRows:
    """A run as a bundle is written from and held against: everything up to the fact that is the newest now."""

    def __init__(self, run: uuid.UUID) -> None:
        self.row, self._state = _whole(run)
        self._facts = EventRow.objects.filter(run=run, seq__lte=self.row.last_seq)

    def events(self) -> Iterator[Written]:
        rows = self._facts.order_by("seq").values_list("seq", "key", "kind", "payload", "created")
        for seq, key, kind, payload, created in rows.iterator(chunk_size=CHUNK):
            yield Written(seq, _event(key, kind, payload), created.isoformat())

    def by_key(self) -> Iterator[Event]:
        """In the order of keys, by code point, whatever the database's own order is."""
        rows = self._facts.order_by(Collate(F("key"), BY_CODE_POINT[connection.vendor]))
        for row in rows.values_list("key", "kind", "payload").iterator(chunk_size=CHUNK):
            yield _event(*row)

    def find(self, key: str) -> Written | None:
        row = self._facts.filter(key=key).first()
        return None if row is None else Written(row.seq, _event(row.key, row.kind, row.payload))

    def state(self) -> Plain | None:
        return self._state

    def history_digest(self) -> str:
        return history_digest(self.by_key(), self._state, ordered=True)


def _event(key: str, kind: str, payload: Any) -> Event:
    return Event.read({"key": key, "kind": kind, "payload": payload})


def _whole(run: uuid.UUID) -> tuple[Run, Plain | None]:
    """The row and the state that belongs to it; a decision may take a state's file away while it is read."""
    for attempt in range(TRIES):
        row = Run.objects.select_related("study__operator_set_version__operator_set").get(pk=run)
        try:
            return row, state_of(row)
        except StorageFailed:
            if attempt == TRIES - 1:
                raise
    raise AssertionError("the last try returns or raises")


def recorded(run: uuid.UUID) -> Recorded:
    """A run as its bundle tells it. Raises StorageFailed where its state is lost."""
    held = RunOnRows(run)
    row, pinned = held.row, held.row.study.operator_set_version
    known = (
        None if pinned is None else {"name": pinned.operator_set.name, "number": pinned.number, "digest": pinned.digest}
    )
    return Recorded(
        name=row.study.name,
        recipe=row.recipe,
        state=held.state(),
        status=cast("Any", row.status),
        reason=row.reason,
        slots=row.slots,
        events=held.events,
        by_key=held.by_key,
        environments=tuple(environments_of(row)),
        operator_set=known,
    )


def newest_run(study: Study) -> Run:
    """The run that a study's bundle tells. Raises Conflict for a study that was never begun."""
    run = study.runs.first()
    if run is None:
        raise Conflict(f"study {study.name!r} has no run yet; begin one, then take its bundle")
    return run


def environments_of(run: Run) -> list[Surroundings]:
    """Of all workers that did some of a run, and of those that it extends: what they found is in it."""
    runs: list[uuid.UUID] = []
    one: Run | None = run
    while one is not None and one.pk not in runs:
        runs.append(one.pk)
        one = one.extends
    rows = RunEnvironment.objects.filter(run__in=runs).order_by("digest").values_list("digest", "facts")
    return list(dict(rows).values())


def uncompared() -> QuerySet[Run]:
    """Runs that have ended by themselves, of the recipe of a bundle, and have not been held against it."""
    ended = Run.objects.filter(status__in=(Run.Status.FINISHED, Run.Status.INFEASIBLE), comparison=None, extends=None)
    return ended.filter(study__origin__incomparable="")


@dataclass(frozen=True)
class CameOut:
    """Whether a study that was made from a bundle came out as that says, by the newest run that was compared."""

    origin: Origin
    outcome: Outcome
    said: str
    comparison: Comparison | None = None


def came_out(study: Study) -> CameOut | None:
    """None for a study that was not made from a bundle."""
    origin = Origin.objects.filter(study=study).first()
    if origin is None:
        return None
    if origin.incomparable:
        return CameOut(origin, "incomparable", origin.incomparable)
    found = Comparison.objects.filter(run__study=study).first()
    if found is None:
        return CameOut(origin, "pending", "it is compared with the bundle once a run of it has ended")
    return CameOut(origin, "equal" if found.equal else "different", found.said, found)
