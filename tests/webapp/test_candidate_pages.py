"""Pages of candidates: every order, both ways, ties by the hundred; each from an index, however deep."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.webapp.api.conftest import ExactClient
from tests.webapp.made_up import client_of, made_up_run, member_of
from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.candidate_pages import Mark, candidate_page, count_of, mark_at, mark_of
from webapp.runs.selectors.candidates import ORDERS, candidates_of

CANDIDATES = 1_500
FILTERS: list[dict[str, Any]] = [{}, {"stage": 1}, {"status": "scored"}, {"stage": 0, "status": "scored"}]
FAILED: list[dict[str, Any]] = [{"status": "failed"}, {"stage": 1, "status": "failed"}]
CHOSEN = [
    *({"order": order, **chosen} for order in ORDERS for chosen in FILTERS),
    *({"order": order, **chosen} for order in ("number", "-number") for chosen in FAILED),
]


@pytest.fixture
def run(transactional_db: None) -> Run:  # noqa: ARG001 - the database comes first
    """Of whose candidates more than six hundred have the same figures."""
    made = made_up_run(CANDIDATES)
    scored = made.candidates.filter(score__isnull=False)
    scored.filter(number__range=(200, 850)).update(score=0.7, params=1_000_000, madds=2_000_000)
    return made


def expected(run: Run, chosen: dict[str, Any]) -> list[int]:
    """The numbers of the chosen rows in their order, found by sorting all of them."""
    rows = list(Candidate.objects.filter(run=run))
    for name in ("stage", "status"):
        rows = [row for row in rows if name not in chosen or getattr(row, name) == chosen[name]]
    figure = chosen["order"].removeprefix("-")
    rows = [row for row in rows if getattr(row, figure) is not None]
    best_first = {"score": lambda row: (-row.score, row.number)}  # of equal ones the first, whatever is best
    rows.sort(key=best_first.get(figure, lambda row: (getattr(row, figure), row.number)))
    falling = chosen["order"].startswith("-")
    return [row.number for row in (rows if falling == (figure == "score") else reversed(rows))]


def test_every_order_shows_each_candidate_once_forwards_and_backwards(run: Run) -> None:
    size = 170
    for chosen in CHOSEN:
        wanted = expected(run, chosen)
        assert count_of(run, chosen) == len(wanted), chosen
        forwards: list[int] = []
        page = candidate_page(run, chosen, size)
        assert not page.before
        while True:
            forwards += [row.number for row in page.rows]
            if not page.after:
                break
            page = candidate_page(run, chosen, size, mark_of(page.rows[-1], chosen))
        assert forwards == wanted, chosen
        backwards = [row.number for row in page.rows]
        while page.before and page.rows:
            page = candidate_page(run, chosen, size, mark_of(page.rows[0], chosen, back=True))
            assert page.after
            backwards = [row.number for row in page.rows] + backwards
        assert backwards == wanted, chosen


def test_a_jump_arrives_where_walking_would(run: Run) -> None:
    for chosen in CHOSEN:
        wanted = expected(run, chosen)
        for place in (0, 1, len(wanted) // 2, len(wanted) // 2 + 1, len(wanted) - 1):
            page = candidate_page(run, chosen, 5, mark_at(run, chosen, place, len(wanted)))
            assert [row.number for row in page.rows] == wanted[place : place + 5], (chosen, place)


def test_a_mark_is_read_as_it_was_written_and_nothing_else_is() -> None:
    for mark in (Mark(0.1 + 0.2, 7), Mark(1e-7, 8), Mark(123_456_789_012, 9)):
        assert Mark.read(str(mark)) == mark
    for nonsense in ("", "1", "x,1", "nan,1", "inf,1", "1e400,1", "1,2,3", f"{2**63},1", f"1,{-(2**63)}"):
        with pytest.raises(ValueError):
            Mark.read(nonsense)


def test_the_table_is_turned_from_the_first_page_to_the_last_and_back(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.pages.table.PAGE", 400)
    client = client_of(run)

    def page_of(address: str) -> tuple[list[str], int, dict[str, str]]:
        text = client.get(address).content.decode()
        numbers = re.findall(r'<tr id="candidate-(\d+)"', text)
        turns = {word: unescape(to) for to, word in re.findall(r'hx-get="([^"]+)"[^>]*>(\w+)</button>', text)}
        return numbers, int(re.findall(r'type="number"[^>]* value="(\d+)"', text)[0]), turns

    for order in ORDERS:
        wanted = [str(number) for number in expected(run, {"order": order})]
        pages = [wanted[start : start + 400] for start in range(0, len(wanted), 400)]
        numbers, page, turns = page_of(f"/runs/{run.pk}/candidates/?order={order}")
        for place, rows in enumerate(pages):
            assert (numbers, page) == (rows, place + 1)
            if place + 1 < len(pages):
                numbers, page, turns = page_of(turns["Next"])
        assert "Next" not in turns
        assert "Last" not in turns
        assert page_of(turns["Previous"])[:2] == (pages[-2], len(pages) - 1)
        numbers, page, turns = page_of(turns["First"])
        assert (numbers, page) == (pages[0], 1)
        assert "Previous" not in turns
        assert page_of(turns["Last"])[:2] == (pages[-1], len(pages))
        assert page_of(f"/runs/{run.pk}/candidates/?order={order}&page=99999")[:2] == (pages[-1], len(pages))


def test_rest_gives_each_candidate_once_forwards_and_backwards(run: Run) -> None:
    asks = ExactClient(member_of(run))
    for order in ("number", "-score", "madds"):
        wanted = expected(run, {"order": order})
        path, seen = f"/runs/{run.pk}/candidates/?order={order}&limit=500", []
        while path:
            page = asks("GET", path).json()
            seen += [row["number"] for row in page["results"]]
            path, last = page["next"], page
        assert seen == wanted
        path, back = last["previous"], [row["number"] for row in last["results"]]
        while path:
            page = asks("GET", path).json()
            back = [row["number"] for row in page["results"]] + back
            path = page["previous"]
        assert back == wanted
    for nonsense in ("x", "after:", "after:nan,1", "beside:1,1"):
        assert asks("GET", f"/runs/{run.pk}/candidates/?cursor={nonsense}").status_code == 404


def test_answers_that_come_meanwhile_neither_repeat_nor_hide_a_row(run: Run) -> None:
    chosen = {"order": "-score"}
    wanted = expected(run, chosen)
    page = candidate_page(run, chosen, 20)
    seen = [row.number for row in page.rows]
    fresh = Candidate.objects.get(run=run, number=seen[0])
    fresh.pk, fresh.number = None, run.last_seq + 1
    fresh.score = 1.0
    fresh.save()
    page = candidate_page(run, chosen, 20, mark_of(page.rows[-1], chosen))
    assert seen + [row.number for row in page.rows] == wanted[:40]


def test_every_page_is_read_from_an_index_in_its_order(run: Run) -> None:
    if connection.vendor != "sqlite":
        return  # another planner takes the rows that are there into account
    for chosen in CHOSEN:
        count = count_of(run, chosen)
        for back in (False, True):
            with CaptureQueriesContext(connection) as asked:
                mark = mark_at(run, chosen, count // 2, count)
                assert mark is not None
                candidate_page(run, chosen, 15, Mark(mark.value, mark.number, back))
                candidate_page(run, chosen, 15)
            for query in asked.captured_queries:
                with connection.cursor() as cursor:
                    cursor.execute("explain query plan " + query["sql"])
                    plan = [str(row[3]) for row in cursor.fetchall()]
                whole = " / ".join(plan)
                assert "SCAN" not in whole, (plan, query["sql"])
                assert "TEMP B-TREE" not in whole, (plan, query["sql"])
                for name in ("stage", "status"):  # an index that knows the filter too, so that no row is read in vain
                    implied = name == "status" and chosen["order"].removeprefix("-") != "number"
                    assert name not in chosen or implied or f"{name}=?" in whole, (plan, query["sql"])


def test_a_network_is_found_without_walking_the_run(run: Run) -> None:
    row = run.candidates.select_related("architecture").first()
    assert row is not None
    with CaptureQueriesContext(connection) as asked:
        assert list(candidates_of(run, {"architecture": row.architecture.key})) == [row]
    if connection.vendor != "sqlite":
        return
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("explain query plan " + query["sql"])
            [plan] = [str(step[3]) for step in cursor.fetchall()]
        assert "architecture_by_key" in plan or "candidate_by_architecture" in plan
