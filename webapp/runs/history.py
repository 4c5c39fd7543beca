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
        self._scored = Candidate.objects.filter(run=run, status=Candidate.Status.SCORED)

    def evaluations(self, stage: int) -> Iterator[Evaluation]:
        for fact in self._scored.filter(stage=stage).order_by("number").values_list("fact", flat=True).iterator():
            yield evaluation(read(CandidateEvaluated, fact))

    def find(self, scope: str, candidate: str) -> Evaluation | None:
        found = self._scored.filter(question=f"{scope}:{candidate}").values_list("fact", flat=True).first()
        return None if found is None else evaluation(read(CandidateEvaluated, found))
