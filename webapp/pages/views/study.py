"""The Study page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST

from nas_engine.errors import NasError
from nas_engine.extension import room
from nas_engine.preview import recipe as read_recipe
from webapp.accounts.models import Role
from webapp.accounts.selectors import may_edit, require
from webapp.bundles.selectors import came_out
from webapp.notes.selectors import tags_of
from webapp.pages.forms import MoreForm
from webapp.pages.notes import note_shown
from webapp.pages.plan import limits, planned
from webapp.pages.requests import Asked
from webapp.pages.table import table
from webapp.runs.models import Run
from webapp.runs.selectors.history import history
from webapp.runs.selectors.runs import runs_of
from webapp.runs.selectors.snapshot import snapshot
from webapp.runs.services import control
from webapp.runs.services.extend import extend as extend_run
from webapp.runs.services.retry import retry
from webapp.studies.models import Study
from webapp.studies.selectors import studies_of
from webapp.studies.services.change import delete_study

ASKS = {
    "pause": control.pause,
    "resume": control.resume,
    "finish": control.finish,
    "cancel": control.cancel,
    "retry": retry,
}
RUNS = 12  # the newest, to choose from


@login_required
def study(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """One study: its newest run, or the one that `?run=` names, as it is now; the page follows it from there."""
    found = get_object_or_404(studies_of(request.user), pk=pk)
    runs = runs_of(request.user).filter(study=found)
    run = chosen_run(runs, request.GET["run"]) if "run" in request.GET else runs.first()
    shown = {
        "page": "studies",
        "study": found,
        "run": run,
        "runs": numbered(runs),
        "run_count": runs.count(),
        "may_ask": may_edit(request.user, found.team_id),
        "tags": tags_of(found),
        "note": note_shown(request.user, found),
        "origin": came_out(found),
    }
    if run is not None:
        first = table(run, QueryDict())  # with the page, so that its rows need no second journey
        shown |= {"state": snapshot(run), "facts": _facts(found, run), "table": first}
        shown |= {"extended": _number(runs, run.extends_id)}
        plan = read_recipe(Run.objects.only("recipe").get(pk=run.pk).recipe)
        shown |= {"room": room(plan), "makes_spaces": any("space" in stage.gives for stage in plan.pipeline)}
    return render(request, "studies/study.html", shown)


@gzip_page
@login_required
def run_history(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """What the charts begin with, as JSON: everything that is not newer than fact `?upto=`."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    upto = request.GET.get("upto", "")
    return JsonResponse(history(run, int(upto) if upto.isdecimal() and len(upto) < 18 else run.last_seq))


@login_required
@require_POST
def ask(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Pause, resume, finish, cancel or retry a run. Refused for viewers."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    require(request.user, run.study.team_id, Role.EDITOR)
    wanted = ASKS.get(request.POST.get("ask", ""))
    if wanted is not None:
        wanted(run.pk)
    return redirect(f"{reverse('study', args=(run.study_id,))}?run={run.pk}")


@login_required
@require_POST
def extend(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """A run that is over goes on with more to spend: to the new run. Refused for viewers."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    require(request.user, run.study.team_id, Role.EDITOR)
    form = MoreForm(request.POST)
    if not form.is_valid():
        return render(request, "refused.html", {"said": form.said()}, status=422)
    try:
        made = extend_run(run, form.more())
    except NasError as error:
        return render(request, "refused.html", {"said": str(error)}, status=422)
    return redirect(f"{reverse('study', args=(run.study_id,))}?run={made.pk}")


@login_required
@require_POST
def delete(request: Asked, pk: uuid.UUID) -> HttpResponse:
    """Delete a study with its runs and files. Refused for viewers."""
    delete_study(request.user, get_object_or_404(studies_of(request.user), pk=pk))
    return redirect("studies")


def chosen_run(runs: QuerySet[Run], asked: str) -> Run:
    """The run that the address names; not found where it is none of these."""
    try:
        return get_object_or_404(runs, pk=uuid.UUID(asked))
    except ValueError:
        return get_object_or_404(runs, pk=None)


def numbered(runs: QuerySet[Run]) -> list[tuple[int, Run]]:
    """The newest runs, oldest first, as people count them."""
    count = runs.count()
    return [(count - place, run) for place, run in enumerate(runs[:RUNS])][::-1]


def _number(runs: QuerySet[Run], pk: uuid.UUID | None) -> int | None:
    """The run as people count them; None for none."""
    keys = list(runs.values_list("pk", flat=True)) if pk is not None else []
    return len(keys) - keys.index(pk) if pk in keys else None


def _facts(found: Study, run: Run) -> dict[str, Any]:
    """What the page's scripts need beside the state: addresses, limits, the plan, and the server's clock."""
    whole = Run.objects.only("recipe").get(pk=run.pk)
    return {
        "run": str(run.pk),
        "now": timezone.now().isoformat(),
        "limits": limits(found.recipe),
        "plan": planned(whole),
        "socket": f"/live/runs/{run.pk}/",
        "api": f"/api/v1/runs/{run.pk}/",
        "history": reverse("run-history", args=(run.pk,)),
        "network": reverse("architecture", args=(run.pk, "KEY")),
    }
