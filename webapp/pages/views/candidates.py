"""The candidates of a run, as a table that is sorted, filtered and turned in place."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from webapp.pages.requests import Asked
from webapp.pages.table import table
from webapp.runs.selectors.runs import runs_of


@login_required
def candidates(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """A page of candidates. HTMX puts it into the Study page."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    return render(request, "studies/candidates.html", {"table": table(run, request.GET)})
