"""The cloud of a large run: the front is exact, the points are real, and every part of the picture has one."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webapp.made_up import client_of, made_up_run
from webapp.runs.models import Run
from webapp.runs.selectors import cloud as clouds
from webapp.runs.selectors.cloud import NAMES, cloud, front, thinned

POINTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), min_size=1, max_size=60)


def beaten_by_none(points: list[tuple[int, float]]) -> set[tuple[int, float]]:
    """(cost, score) on the front, by comparing each with all."""
    return {
        (cost, score)
        for cost, score in points
        if not any((c <= cost and s > score) or (c < cost and s >= score) for c, s in points)
    }


@given(POINTS)
def test_the_front_is_what_nothing_beats(pairs: list[tuple[int, int]]) -> None:
    points = [(number, cost, float(score)) for number, (cost, score) in enumerate(pairs)]
    found = [points[number][1:] for number in front(points)]
    assert set(found) == beaten_by_none([point[1:] for point in points])
    assert found == sorted(set(found))


@given(POINTS, st.integers(2, 40))
def test_what_is_thinned_keeps_the_front_and_the_outline(pairs: list[tuple[int, int]], fields: int) -> None:
    points = [(number, cost, float(score)) for number, (cost, score) in enumerate(pairs)]
    kept = [points[number] for number in sorted(thinned(points, fields))]
    assert front(kept) == front(points)
    assert len(kept) <= fields + len(front(points))


def test_a_run_that_is_not_large_is_sent_whole(transactional_db: None) -> None:  # noqa: ARG001
    run = made_up_run(200)
    columns, counted = cloud(run, run.last_seq)
    rows = run.candidates.filter(score__isnull=False).order_by("number")
    assert list(zip(*(columns[name] for name in NAMES), strict=True)) == list(
        rows.values_list("stage", "madds", "params", "score", "architecture__key")
    )
    assert counted == Counter(columns["stage"])


@pytest.fixture
def large(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Run:  # noqa: ARG001 - the database comes first
    monkeypatch.setattr(clouds, "MOST", 400)
    return made_up_run(3_000)


def fronts(rows: list[tuple[Any, ...]]) -> dict[tuple[int, int], set[tuple[int, float]]]:
    """By stage and measure, of rows of stage, MAdds, params and score; each compared with all."""
    stages = {row[0] for row in rows}
    return {
        (stage, measure): beaten_by_none([(row[measure], row[3]) for row in rows if row[0] == stage])
        for stage in stages
        for measure in (1, 2)
    }


def test_a_large_run_is_thinned_to_real_points_with_exact_fronts(large: Run) -> None:
    columns, counted = cloud(large, large.last_seq)
    scored = large.candidates.filter(score__isnull=False).order_by("number")
    every = list(scored.values_list("stage", "madds", "params", "score", "architecture__key"))
    kept = list(zip(*(columns[name] for name in NAMES), strict=True))
    assert counted == Counter(row[0] for row in every)
    assert set(kept) <= set(every)
    exact = fronts(every)
    assert fronts(kept) == exact
    assert len(kept) <= 400 + sum(len(front) for front in exact.values())
    for stage in counted:  # the outline: no corner of the picture is empty that was not
        for place in (1, 2, 3):
            seen, all_of = ([row[place] for row in rows if row[0] == stage] for rows in (kept, every))
            assert max(all_of) - max(seen) <= (max(all_of) - min(all_of)) / 10
            assert min(seen) - min(all_of) <= (max(all_of) - min(all_of)) / 10


def test_what_is_newer_is_left_out(large: Run) -> None:
    columns, counted = cloud(large, 1_500)
    rows = large.candidates.filter(score__isnull=False, number__lte=1_500)
    assert sum(counted.values()) == rows.count()
    assert set(columns["key"]) <= set(rows.values_list("architecture__key", flat=True))


def test_the_history_is_sent_compressed(large: Run) -> None:
    client = client_of(large)
    address = f"/runs/{large.pk}/history/"
    small = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(client.get(address).content) / 1.5
    assert json.loads(client.get(address).content)["answers"]
