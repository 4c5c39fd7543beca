"""What a run has found, as it is compared: columns that are few enough to travel, however many answers there are."""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

from webapp.runs.models import Candidate, Event, Run, Work
from webapp.runs.selectors.cloud import front, thinned

MOST_POINTS = 1_200  # of one run's cloud, beside its front
MOST_STEPS = 200  # newest improvements


@dataclass(frozen=True)
class Points:
    """Answers as columns: cost, score, and which network."""

    madds: tuple[int, ...]
    score: tuple[float, ...]
    architecture: tuple[str, ...]


@dataclass(frozen=True)
class Curve:
    """How the best grew: after so many answers of the run, and so many device seconds of it (None where nobody knows)."""

    evaluations: tuple[int, ...]
    seconds: tuple[float | None, ...]
    score: tuple[float, ...]


@dataclass(frozen=True)
class Found:
    """Of the newest stage that has a find: scores of different estimators are not comparable. `stage` is its number."""

    stage: int | None
    evaluations: int
    seconds: float | None
    answers: int  # that `points` stand for
    curve: Curve
    points: Points
    front: Points


def found_by(run: Run) -> Found:
    """Up to the run's newest fact."""
    return _found(run.pk, run.last_seq)


@lru_cache(maxsize=64)  # what was so up to a fact stays so
def _found(run: uuid.UUID, upto: int) -> Found:
    answers = Candidate.objects.filter(run=run, number__lte=upto)
    ended = _ended(run)
    seconds = ended[1][-1] if ended[1] else None
    newest = answers.filter(improved=True).order_by("-stage", "-number").values_list("stage", flat=True).first()
    count = answers.count()
    if newest is None:
        return Found(None, count, seconds, 0, Curve((), (), ()), _points([]), _points([]))
    scored = answers.filter(stage=newest, score__isnull=False, madds__isnull=False).order_by("number")
    rows_of_all = scored.values_list("number", "madds", "score")
    cloud = [(number, madds or 0, score or 0.0) for number, madds, score in rows_of_all]  # neither is missing there
    best = set(front(cloud))
    kept = best | thinned(cloud, MOST_POINTS) if len(cloud) > MOST_POINTS else {number for number, *_ in cloud}
    names = dict(scored.filter(number__in=kept).values_list("number", "architecture__key"))
    rows = [(number, madds, score, names[number]) for number, madds, score in cloud if number in kept]
    return Found(
        newest,
        count,
        seconds,
        len(cloud),
        _curve(run, upto, newest, ended),
        _points(rows),
        _points(sorted((row for row in rows if row[0] in best), key=lambda row: row[1])),
    )


def _points(rows: Sequence[tuple[int, int, float, str]]) -> Points:
    _, madds, scores, keys = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Points(madds, scores, keys)


def _curve(run: uuid.UUID, upto: int, stage: int, ended: tuple[list[datetime], list[float]]) -> Curve:
    """The improvements of a stage, and where its line ends: at the newest answer."""
    answers = Candidate.objects.filter(run=run, number__lte=upto)
    steps = answers.filter(stage=stage, improved=True).order_by("-number").values_list("number", "score")[:MOST_STEPS]
    grown: list[tuple[int, Any]] = list(reversed(steps))
    numbers = list(answers.order_by("number").values_list("number", flat=True))
    if numbers[-1] > grown[-1][0]:
        grown.append((numbers[-1], grown[-1][1]))
    told = Event.objects.filter(run=run, seq__in=[number for number, _ in grown]).values_list("seq", "created")
    when = dict(told)
    return Curve(
        tuple(bisect_right(numbers, number) for number, _ in grown),
        tuple(_spent(ended, when.get(number)) for number, _ in grown),
        tuple(score for _, score in grown),
    )


def _ended(run: uuid.UUID) -> tuple[list[datetime], list[float]]:
    """When each Work of the run ended, and the device seconds of all up to it."""
    rows = Work.objects.filter(run=run, ended__isnull=False).order_by("ended").values_list("ended", "seconds")
    return [ended for ended, _ in rows if ended is not None], list(accumulate(seconds for _, seconds in rows))


def _spent(ended: tuple[list[datetime], list[float]], when: datetime | None) -> float | None:
    """The device seconds of all that had ended then."""
    if when is None or not ended[0]:
        return None
    before = bisect_right(ended[0], when)
    return ended[1][before - 1] if before else 0.0
