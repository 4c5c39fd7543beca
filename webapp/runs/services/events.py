"""Facts into rows."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction

from nas_engine.events import CandidateEvaluated, CandidateFailed, Event, question
from webapp.runs.models import Candidate, Run
from webapp.runs.models import Event as EventRow


def append_events(run: uuid.UUID, events: Sequence[Event]) -> None:
    """Write facts with the run's next numbers; one whose key is known is ignored. Numbers have no gap.

    Before: inside or outside a transaction. After: `last_seq` is the number of the newest event.
    """
    if not events:
        return
    with transaction.atomic():
        locked = Run.objects.select_for_update().get(pk=run)  # SQLite: the immediate transaction is the lock
        known = set(EventRow.objects.filter(run=run, key__in=[e.key for e in events]).values_list("key", flat=True))
        fresh = list({event.key: event for event in events if event.key not in known}.values())
        if not fresh:
            return
        rows = [_row(run, locked.last_seq + number, event) for number, event in enumerate(fresh, start=1)]
        EventRow.objects.bulk_create(rows)
        Run.objects.filter(pk=run).update(last_seq=locked.last_seq + len(fresh))
        Candidate.objects.bulk_create(
            _candidate(row, event.fact)
            for row, event in zip(rows, fresh, strict=True)
            if isinstance(event.fact, CandidateEvaluated | CandidateFailed)
        )


def _row(run: uuid.UUID, seq: int, event: Event) -> EventRow:
    plain = event.plain()
    return EventRow(run_id=run, key=event.key, seq=seq, kind=str(plain["kind"]), payload=plain["payload"])


def _candidate(row: EventRow, fact: CandidateEvaluated | CandidateFailed) -> Candidate:
    candidate = Candidate(
        run_id=row.run_id,
        number=row.seq,
        stage=fact.stage,
        architecture=fact.key,
        genes=list(fact.architecture.genes),
        fact=row.payload,
    )
    if isinstance(fact, CandidateEvaluated):
        candidate.status, candidate.score = Candidate.Status.SCORED, fact.score
        candidate.params, candidate.madds = fact.cost.params, fact.cost.madds
        candidate.question = question(fact)
    else:
        candidate.status, candidate.reason = Candidate.Status.FAILED, fact.reason
    return candidate
