"""A run's answers, from rows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from nas_engine.events import CandidateEvaluated, evaluation
from nas_engine.run import Evaluation
from nas_engine.wire import read
from webapp.runs.models import Candidate


class RowHistory:
    """The engine's History: one indexed look-up a question; only conclusions walk the rows."""

    def __init__(self, run: uuid.UUID) -> None:
        self._scored = Candidate.objects.filter(run=run, status=Candidate.Status.SCORED).select_related("architecture")

    def evaluations(self, stage: int) -> Iterator[Evaluation]:
        yield from map(_evaluation, self._scored.filter(stage=stage).order_by("number").iterator())

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        # Unordered: an order by number makes SQLite walk the whole run. The same question has the same answer anyway.
        found = self._scored.filter(question=f"{scope}:{candidate}").order_by()[:1]
        return next(map(_evaluation, found), None)


def _evaluation(row: Candidate) -> Evaluation:
    """The answer that a row holds."""
    network = row.architecture
    fact = {
        "stage": row.stage,
        "key": network.key,
        "architecture": {"kind": network.kind, "skeleton": network.skeleton, "genes": network.genes},
        "score": row.score,
        "cost": {"params": row.params, "madds": row.madds},
        "fidelity": row.fidelity,
        "repeat": row.repeat,
        "scope": row.scope,
        "parents": row.parents,
    }
    return evaluation(read(CandidateEvaluated, fact))
