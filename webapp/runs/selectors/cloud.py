"""The scored answers of a run as a cloud of points: all of them, or so many that no part of the picture is lost.

Of a large run each stage is laid on a grid of score against each measure of cost, and of each field the first answer is kept:
a real one, which its page can show. What is on a stage's Pareto front is always kept, so the front of what is left is exact.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import inf, isqrt
from typing import Any

from django.db.models import QuerySet

from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.candidate_pages import count_of

MOST = 8_000  # answers beside those on the fronts
NAMES = ("stage", "madds", "params", "score", "key")
MEASURES = 2

Point = tuple[int, int, float]  # number, cost, score


def cloud(run: Run, upto: int) -> tuple[dict[str, list[Any]], dict[int, int]]:
    """One list a figure, in the order of answering, not newer than fact `upto`; and how many answers each stage has."""
    if count_of(run, {"status": Candidate.Status.SCORED}) > MOST:
        rows, counted = _large(run.pk, min(upto, run.last_seq))
    else:
        rows = _rows(_scored(run.pk, upto))
        counted = dict(Counter(row[0] for row in rows))
    return {name: [row[place] for row in rows] for place, name in enumerate(NAMES)}, counted


@lru_cache(maxsize=16)  # what was so up to a fact stays so
def _large(run: uuid.UUID, upto: int) -> tuple[list[tuple[Any, ...]], dict[int, int]]:
    """Some hundred thousand rows are walked, and few are left."""
    kept, counted = _kept(_scored(run, upto))
    return _rows(_scored(run, upto).filter(number__in=kept)), counted


def _scored(run: uuid.UUID, upto: int) -> QuerySet[Candidate]:
    return Candidate.objects.filter(run=run, number__lte=upto, score__isnull=False).order_by("number")


def _rows(answers: QuerySet[Candidate]) -> list[tuple[Any, ...]]:
    return list(answers.values_list("stage", "madds", "params", "score", "architecture__key"))


def _kept(scored: QuerySet[Candidate]) -> tuple[set[int], dict[int, int]]:
    """The numbers of the answers that stand for all, and how many each stage has."""
    stages: dict[int, list[list[Any]]] = {}
    for stage, *row in scored.values_list("stage", "number", "madds", "params", "score"):
        stages.setdefault(stage, []).append(row)
    share = MOST // len(stages) if stages else MOST
    kept: set[int] = set()
    for rows in stages.values():
        if len(rows) <= share:
            kept.update(number for number, *_ in rows)
            continue
        for cost in range(1, 1 + MEASURES):
            kept.update(thinned([(row[0], row[cost], row[3]) for row in rows], share // MEASURES))
    return kept, {stage: len(rows) for stage, rows in stages.items()}


def thinned(points: Sequence[Point], fields: int) -> set[int]:
    """The numbers of the first point in each of so many fields of a grid, and of all on the front of cost and score."""
    high = isqrt(fields // 2)
    wide = 2 * high  # as a chart is
    _, costs, scores = zip(*points, strict=True)
    low, least = min(costs), min(scores)
    across = (wide - 1) / ((max(costs) - low) or 1)
    up = (high - 1) / ((max(scores) - least) or 1)
    first: dict[int, int] = {}
    best = [-inf] * wide  # of each column
    for number, cost, score in points:
        column = int((cost - low) * across)
        first.setdefault(column * high + int((score - least) * up), number)
        if score > best[column]:
            best[column] = score
    so_far, beaten = -inf, []  # for each column, the best score of those before it
    for top in best:
        beaten.append(so_far)
        so_far = max(so_far, top)
    hopeful = [point for point in points if point[2] > beaten[int((point[1] - low) * across)]]
    return {*first.values(), *front(hopeful)}


def front(points: Sequence[Point]) -> list[int]:
    """The numbers of those that nothing cheaper or equal in cost reaches in score, cheapest first; of equal ones the first."""
    found: list[int] = []
    best = -inf
    for number, _, score in sorted(points, key=lambda point: (point[1], -point[2], point[0])):
        if score > best:
            best = score
            found.append(number)
    return found
