"""The list of studies: how each stands, drawn from a fixed number of queries for a whole page of them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from webapp.notes.selectors import tags_by_study
from webapp.runs.models import Candidate, Event, Run
from webapp.runs.selectors.disk import bytes_of
from webapp.runs.selectors.runs import shown
from webapp.studies.models import Study

POINTS = 60  # of the small curve


@dataclass
class Standing:
    """One study as the list shows it: its newest run, where that is, and the best that it found."""

    study: Study
    run: Run | None = None
    shown: str = ""
    stage: str = ""
    done: int = 0  # stages
    stages: int = 0
    best: Candidate | None = None
    curve: list[float] = field(default_factory=list)
    bytes: int = 0  # that its files take
    tags: list[str] = field(default_factory=list)

    @property
    def limits(self) -> dict[str, int]:
        """What a network may cost, where the recipe says."""
        found: dict[str, Any] = self.study.recipe.get("budget", {}).get("network", {})
        return {name: limit for name, limit in found.items() if limit is not None}


def standings(studies: Sequence[Study]) -> list[Standing]:
    """How these studies stand."""
    newest = _newest_runs([study.pk for study in studies])
    runs = [run.pk for run in newest.values()]
    begun, done, best, curves = _begun(runs), _done(runs), _best(runs), _curves(runs)
    room = bytes_of(study.pk for study in studies)
    tags = tags_by_study([study.pk for study in studies])
    found = []
    for study in studies:
        standing = Standing(study, run=newest.get(study.pk), stages=len(study.recipe["pipeline"]))
        standing.bytes, standing.tags = room.get(study.pk, 0), tags.get(study.pk, [])
        if standing.run is not None:
            key = standing.run.pk
            standing.shown = shown(standing.run)
            standing.stage, standing.done = begun.get(key, ""), done.get(key, 0)
            standing.best = best.get(key)
            standing.curve = curves.get(key, [])
        found.append(standing)
    return found


def _newest_runs(studies: Sequence[uuid.UUID]) -> dict[uuid.UUID, Run]:
    order = Window(RowNumber(), partition_by=F("study"), order_by=F("created").desc())
    rows = Run.objects.filter(study__in=studies).defer("state", "recipe").annotate(place=order).filter(place=1)
    return {run.study_id: run for run in rows}


def _begun(runs: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The name of the stage that began last."""
    rows = Event.objects.filter(run__in=runs, kind="stage started").order_by("seq")
    return {run: payload["name"] for run, payload in rows.values_list("run", "payload")}


def _done(runs: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    counts: dict[uuid.UUID, int] = defaultdict(int)
    for run in Event.objects.filter(run__in=runs, kind="stage finished").order_by().values_list("run", flat=True):
        counts[run] += 1
    return counts


def _best(runs: Sequence[uuid.UUID]) -> dict[uuid.UUID, Candidate]:
    """The best answer of the newest stage that has one: scores of different estimators are not comparable."""
    improved = Candidate.objects.filter(run__in=runs, improved=True).order_by("stage", "number")
    return {row.run_id: row for row in improved}


def _curves(runs: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[float]]:
    curves: dict[uuid.UUID, list[float]] = defaultdict(list)
    stages: dict[uuid.UUID, int] = {}
    rows = Candidate.objects.filter(run__in=runs, improved=True).order_by("stage", "number")
    for run, stage, score in rows.values_list("run", "stage", "score"):
        if stages.setdefault(run, stage) != stage:
            stages[run], curves[run] = stage, []
        curves[run] = [*curves[run], score or 0.0][-POINTS:]  # an improvement has a score
    return curves
