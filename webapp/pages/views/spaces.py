"""The Spaces page, and what the Study page says of the spaces that a run has made."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from nas_engine.errors import NasError
from webapp.accounts.selectors import may_edit, teams_in_view, teams_to_edit
from webapp.pages.draft.outlook import in_short
from webapp.pages.draft.own_space import options
from webapp.pages.requests import Asked
from webapp.refusals import Conflict
from webapp.runs.models import Run
from webapp.runs.selectors.runs import runs_of
from webapp.spaces.models import SavedSpace
from webapp.spaces.selectors import saved_from, spaces_made, spaces_of
from webapp.spaces.services.save import save_space_of_run

PAGE = 25


@login_required
def spaces(request: Asked) -> HttpResponse:
    """Every version of the spaces of the chosen team, or of all the user's, newest first."""
    found = spaces_of(request.user).filter(team__in=teams_in_view(request.user))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": "library",
        "rows": [space_row(one) for one in page],
        "pages": page,
        "may_submit": teams_to_edit(request.user).exists(),
    }
    return render(request, "spaces/spaces.html", shown)


def space_row(saved: SavedSpace) -> dict[str, Any]:
    """A space with its figures, as a row of a table."""
    least, most = options(saved)
    return {
        "space": saved,
        "size": in_short(int(saved.figures["size"])),
        "options": str(least) if least == most else f"{least} – {most}",
        "stage": None if saved.run is None else saved.stage,
    }


@login_required
def run_spaces(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """What a run's stages have made of its space; a space is saved by `stage` and `name`. Refused for viewers."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    said = ""
    if request.method == "POST":
        stage, name = request.POST.get("stage", ""), request.POST.get("name", "").replace("\0", "").strip()[:120]
        try:
            save_space_of_run(request.user, run, int(stage) if stage.isdecimal() and len(stage) < 4 else -1, name)
        except (NasError, Conflict) as error:
            said = str(error)
        if "HX-Request" not in request.headers and not said:
            return redirect(f"{reverse('study', args=(run.study_id,))}?run={run.pk}")
    try:
        made = _made(run)
    except NasError as error:  # its state is missing or torn
        made, said = [], str(error)
    shown = {"run": run, "made": made, "said": said, "may_save": may_edit(request.user, run.study.team_id)}
    return render(request, "spaces/of_run.html", shown)


def _made(run: Run) -> list[dict[str, Any]]:
    saved = saved_from(run)
    return [{"made": one, "size": in_short(one.size), "saved": saved.get(one.stage)} for one in spaces_made(run)]
