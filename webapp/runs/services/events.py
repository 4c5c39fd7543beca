"""Facts into rows."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F

from nas_engine.events import CandidateEvaluated, CandidateFailed, Event, question
from nas_engine.wire import plain
from webapp.live.broadcast import announce_on_commit
from webapp.runs.models import Architecture, Candidate, Run, Tally
from webapp.runs.models import Event as EventRow
from webapp.runs.selectors.events import message
from webapp.runs.signals import facts_written

ANSWERS = (CandidateEvaluated, CandidateFailed)


def hold_numbers(run: uuid.UUID) -> int:
    """Keep the run's numbers to this transaction; the newest one. Whoever also writes to its Work does that afterwards, never before.

    Decisions and cancels take the run first too: PostgreSQL would let one of the two fail.
    """
    # On SQLite the immediate transaction is the lock. The number alone: recipe and state may be large.
    return Run.objects.select_for_update().values_list("last_seq", flat=True).get(pk=run)


def append_events(run: uuid.UUID, events: Sequence[Event], *, announce: bool = True) -> None:
    """Write facts with the run's next numbers; one whose key is known is ignored. Numbers have no gap.

    `announce`: tell whoever watches the run; off where nobody can.

    Before: inside or outside a transaction. After: `last_seq` is the number of the newest event.
    """
    if not events:
        return
    with transaction.atomic():
        last_seq = hold_numbers(run)
        known = set(EventRow.objects.filter(run=run, key__in=[e.key for e in events]).values_list("key", flat=True))
        fresh = list({event.key: event for event in events if event.key not in known}.values())
        if not fresh:
            return
        rows = [_row(run, last_seq + number, event) for number, event in enumerate(fresh, start=1)]
        EventRow.objects.bulk_create(rows)
        Run.objects.filter(pk=run).update(last_seq=last_seq + len(fresh))
        best: Candidate | None = None
        answers = [(row, e.fact) for row, e in zip(rows, fresh, strict=True) if isinstance(e.fact, ANSWERS)]
        if answers:
            networks = _architectures([fact for _, fact in answers])
            candidates = [_candidate(row, fact, networks[fact.key]) for row, fact in answers]
            finds = zip(candidates, answers, strict=True)
            _mark_improvements(run, [one for one, (_, fact) in finds if not getattr(fact, "measured", False)])
            Candidate.objects.bulk_create(candidates)
            _tally(run, candidates)
            best = next((one for one in reversed(candidates) if one.improved), None)
        if announce:
            facts_written.send(Run, run=run, rows=rows, best=best)
            announce_on_commit(run, [message(row) for row in rows])


def _row(run: uuid.UUID, seq: int, event: Event) -> EventRow:
    plain = event.plain()
    return EventRow(run_id=run, key=event.key, seq=seq, kind=str(plain["kind"]), payload=plain["payload"])


def _architectures(facts: Sequence[CandidateEvaluated | CandidateFailed]) -> dict[str, Architecture]:
    """The rows of the networks that facts tell of, by key; new ones are made."""
    asked = {fact.key: fact.architecture for fact in facts}
    new = [  # in one order for all runs: two that insert the same networks in another order would wait for each other
        Architecture(kind=network.kind, skeleton=network.skeleton, key=key, genes=list(network.genes))
        for key, network in sorted(asked.items(), key=lambda item: (item[1].skeleton, item[0]))
    ]
    Architecture.objects.bulk_create(new, ignore_conflicts=True)
    skeletons = {network.skeleton for network in asked.values()}
    return {row.key: row for row in Architecture.objects.filter(skeleton__in=skeletons, key__in=asked)}


def _candidate(row: EventRow, fact: CandidateEvaluated | CandidateFailed, network: Architecture) -> Candidate:
    candidate = Candidate(run_id=row.run_id, number=row.seq, stage=fact.stage, architecture=network)
    if isinstance(fact, CandidateEvaluated):
        candidate.status, candidate.score = Candidate.Status.SCORED, fact.score
        candidate.params, candidate.madds = fact.cost.params, fact.cost.madds
        candidate.fidelity, candidate.repeat, candidate.parents = plain(fact.fidelity), fact.repeat, list(fact.parents)
        candidate.scope, candidate.question = fact.scope, question(fact)
    else:
        candidate.status, candidate.reason, candidate.message = Candidate.Status.FAILED, fact.reason, fact.message
        candidate.fidelity = {}
    return candidate


def _mark_improvements(run: uuid.UUID, candidates: Sequence[Candidate]) -> None:
    """Of finds: what was only measured improves on nothing. Before: the run is locked.

    One look-up a stage, so that nobody has to walk all candidates to draw the curve.
    """
    best: dict[int, float | None] = {}
    for candidate in candidates:
        if candidate.score is None:
            continue
        if candidate.stage not in best:
            before = Candidate.objects.filter(run=run, stage=candidate.stage, score__isnull=False)
            best[candidate.stage] = before.order_by("-score").values_list("score", flat=True).first()
        so_far = best[candidate.stage]
        if so_far is None or candidate.score > so_far:
            candidate.improved, best[candidate.stage] = True, candidate.score


def _tally(run: uuid.UUID, candidates: Sequence[Candidate]) -> None:
    """Before: the run is locked. After: its tallies count these too."""
    for (stage, status), more in Counter((one.stage, one.status) for one in candidates).items():
        counted = Tally.objects.filter(run=run, stage=stage, status=status)
        if not counted.update(count=F("count") + more):
            Tally.objects.create(run_id=run, stage=stage, status=status, count=more)
