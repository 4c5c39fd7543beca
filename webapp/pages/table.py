"""The table of a run's candidates: what an address asks for, its rows, and the addresses of its neighbours."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.candidate_pages import CandidatePage, Mark, candidate_page, count_of, mark_at, mark_of
from webapp.runs.selectors.candidates import ORDERS

PAGE = 15
COLUMNS = {"score": "Score", "params": "Params", "madds": "MAdds"}
FILTERS = ("stage", "status")


def table(run: Run, given: QueryDict, address: str = "") -> dict[str, Any]:
    """A page of candidates, best first unless asked otherwise. `address`: where it is turned, unless on the pages of a login."""
    chosen = _chosen(given)
    total = count_of(run, chosen)
    pages = max(1, -(-total // PAGE))
    page, number = _page(run, chosen, given, total)
    number = 1 if not page.before else pages if not page.after else min(max(number, 1), pages)
    address = address or reverse("run-candidates", args=(run.pk,))
    stages = [(place, stage["name"]) for place, stage in enumerate(run.recipe["pipeline"]) if "estimator" in stage]
    names = dict(stages)

    def to(**more: Any) -> str:
        return f"{address}?{urlencode({**chosen, **more})}"

    shown = {
        "run": run,
        "address": address,
        "here": to(**_where(given)),
        "rows": [(names.get(row.stage, row.stage), row) for row in page.rows],
        "chosen": chosen,
        "columns": [_column(name, title, chosen["order"], to) for name, title in COLUMNS.items()],
        "stages": stages,
        "total": total,
        "pages": pages,
        "number": number,
        "previous": "",
        "next": "",
        "first": to(),
        "last": to(page=pages),
    }
    if page.before:
        shown["previous"] = to(before=mark_of(page.rows[0], chosen), page=number - 1)
    if page.after:
        shown["next"] = to(after=mark_of(page.rows[-1], chosen), page=number + 1)
    return shown


def _page(run: Run, chosen: dict[str, Any], given: QueryDict, total: int) -> tuple[CandidatePage, int]:
    """The page that is asked for, by the row beside it or by number, and its number; the first where there is none."""
    number = _number(given)
    mark = _mark(given)
    if mark is None:
        number = min(number, max(1, -(-total // PAGE)))
        mark = mark_at(run, chosen, PAGE * (number - 1), total)
    page = candidate_page(run, chosen, PAGE, mark)
    enough = len(page.rows) == PAGE if mark is not None and mark.back else bool(page.rows)
    return (page, number) if enough else (candidate_page(run, chosen, PAGE), 1)


def _chosen(given: QueryDict) -> dict[str, Any]:
    """Order and filters; what makes no sense is left out."""
    order, stage, status = given.get("order", ""), given.get("stage", ""), given.get("status", "")
    chosen: dict[str, Any] = {"order": order if order in ORDERS else "-score"}
    if stage.isdecimal() and len(stage) < 5:
        chosen["stage"] = int(stage)
    if status in Candidate.Status.values:
        chosen["status"] = status
        if status == Candidate.Status.FAILED:  # they have no figures to be ordered by
            chosen["order"] = "-number"
    return chosen


def _where(given: QueryDict) -> dict[str, str]:
    """Which page, as the address said it."""
    return {name: str(given[name]) for name in ("after", "before", "page") if name in given}


def _number(given: QueryDict) -> int:
    page = given.get("page", "")
    return max(1, int(page)) if page.isdecimal() and len(page) < 12 else 1


def _mark(given: QueryDict) -> Mark | None:
    """The row that an address goes on from; None where it names none, or what cannot be one."""
    back = "before" in given
    with suppress(ValueError):
        return Mark.read(given.get("before" if back else "after", ""), back=back)
    return None


def _column(name: str, title: str, order: str, to: Any) -> dict[str, str]:
    """A heading that sorts: the other way round where it is sorted so already."""
    falling = "-" + name
    first, second = (falling, name) if name == "score" else (name, falling)
    sorts = {name: "ascending", falling: "descending"}.get(order, "none")
    return {"title": title, "sort": sorts, "address": to(order=second if order == first else first)}
