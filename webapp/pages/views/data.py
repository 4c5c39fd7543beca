"""The Data pages."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from webapp.accounts.selectors import teams_to_edit
from webapp.datasets.models import Dataset, DatasetVersion
from webapp.datasets.selectors import datasets_of, uploads_of
from webapp.datasets.services.delete import delete_dataset
from webapp.datasets.services.uploads import cancel_upload
from webapp.environment import environment
from webapp.pages.contents import contents
from webapp.pages.holdings import holding, holdings
from webapp.pages.requests import Asked
from webapp.quotas.models import Quota
from webapp.quotas.selectors import uses_of
from webapp.studies.selectors import studies_on


@login_required
def data(request: Asked) -> HttpResponse:
    """Built-in data and that of the user's teams, and where files are dropped. HTMX asks for the rows alone."""
    rows = holdings(request.user)
    shown = {"page": "data", "rows": rows, "own": any(row.dataset.team_id for row in rows)}
    if request.headers.get("HX-Request"):
        return render(request, "data/rows.html", shown)
    teams = list(teams_to_edit(request.user))
    uses = [use for team in teams for use in uses_of(team) if use.what == Quota.What.BYTES]
    facts = {
        "uploads": reverse("api:uploads"),
        "dataset": reverse("dataset", args=(uuid.UUID(int=0),)).replace(str(uuid.UUID(int=0)), "ID"),
    }
    return render(
        request,
        "data/data.html",
        {**shown, "teams": teams, "facts": facts, "most": environment.upload_bytes, "uses": uses},
    )


@login_required
def dataset(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """One data set: its newest version, or that of `?version=`; what is on its way. HTMX asks for the latter alone."""
    found = get_object_or_404(datasets_of(request.user), pk=pk)
    mine = any(team.pk == found.team_id for team in teams_to_edit(request.user))
    held = holding(found, mine)
    shown: dict[str, Any] = {"page": "data", "held": held, "dataset": found}
    if request.headers.get("HX-Request"):
        answer = render(request, "data/arrival.html", shown)
        if held.arrival is None or not held.arrival.under_way:
            answer["HX-Refresh"] = "true"  # it has become something else: the whole page is another one
        return answer
    version = _version(found, request.GET.get("version", "")) or held.version
    if version is not None:
        shown |= {
            "version": version,
            "contents": contents(version, request.GET.get("split", "")),
            "studies": studies_on(version) if found.team_id else (),
        }
    return render(request, "data/dataset.html", shown)


@login_required
@require_POST
def remove(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Delete data. Refused for viewers, and while a study uses it."""
    delete_dataset(request.user, get_object_or_404(datasets_of(request.user), pk=pk))
    return redirect("data")


@login_required
@require_POST
def cancel(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Give an upload up. Refused for viewers."""
    cancel_upload(request.user, get_object_or_404(uploads_of(request.user), pk=pk))
    return redirect("data")


def _version(found: Dataset, asked: str) -> DatasetVersion | None:
    return next((one for one in found.versions.all() if str(one.pk) == asked), None)
