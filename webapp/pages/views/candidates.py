"""The candidates of a run, as a table that is sorted, filtered and turned in place."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from webapp.pages.requests import Asked
from webapp.runs.models import Candidate
from webapp.runs.selectors.candidates import ORDERS, candidates_of
from webapp.runs.selectors.runs import runs_of

PAGE = 15
COLUMNS = {"score": "Score", "params": "Params", "madds": "MAdds"}


@login_required
def candidates(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """A page of candidates, best first unless asked otherwise. HTMX puts it into the Study page."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    chosen = _chosen(request.GET)
    page = Paginator(candidates_of(run, chosen), PAGE).get_page(request.GET.get("page"))
    stages = [stage["name"] for stage in run.recipe["pipeline"]]
    rows = [(stages[row.stage] if row.stage < len(stages) else row.stage, row) for row in page]
    shown = {
        "run": run,
        "rows": rows,
        "pages": page,
        "chosen": chosen,
        "columns": [_column(name, title, chosen["order"]) for name, title in COLUMNS.items()],
        "stages": [(number, stage["name"]) for number, stage in enumerate(run.recipe["pipeline"]) if _asks(stage)],
    }
    return render(request, "studies/candidates.html", shown)


def _chosen(given: QueryDict) -> dict[str, Any]:
    """What the address asks for; what makes no sense is left out."""
    order, stage, status = given.get("order", ""), given.get("stage", ""), given.get("status", "")
    chosen: dict[str, Any] = {"order": order if order in ORDERS else "-score"}
    if stage.isdecimal() and len(stage) < 5:
        chosen["stage"] = int(stage)
    if status in Candidate.Status.values:
        chosen["status"] = status
        if status == Candidate.Status.FAILED:  # they have no figures to be ordered by
            chosen["order"] = "-number"
    return chosen


def _column(name: str, title: str, order: str) -> dict[str, str]:
    """A heading that sorts: the other way round where it is sorted so already."""
    falling = "-" + name
    first, second = (falling, name) if name == "score" else (name, falling)
    sorts = {name: "ascending", falling: "descending"}.get(order, "none")
    return {"title": title, "sort": sorts, "order": second if order == first else first}


def _asks(stage: dict[str, Any]) -> bool:
    """Whether a stage of a recipe asks about candidates."""
    return "strategy" in stage
