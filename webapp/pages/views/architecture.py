"""The Architecture page."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from nas_engine.errors import NasError
from webapp.accounts.selectors import may_edit
from webapp.datasets.selectors import versions_with
from webapp.library.selectors import pin_of_network
from webapp.pages.network import found_network, network_facts
from webapp.pages.notes import note_of_network_shown
from webapp.pages.requests import Asked
from webapp.pages.winner import Sample, Winner
from webapp.runs.models import Run
from webapp.runs.selectors.runs import runs_of, shown
from webapp.studies.services.retrain import Longer, retrain_network


@login_required
def architecture(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """One network that a run asked about, or exported."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    found, winner = found_network(run, key)
    base = {"page": "studies", "run": run, "study": run.study, "shown": shown(run), "key": key, "winner": winner}
    if found is None:
        return render(request, "studies/architecture_unknown.html", base, status=404)
    mine = winner is not None and winner.key == key
    extra = {
        "samples": _samples(run, winner) if mine and winner else [],
        "training": _training(run),
        "may_ask": may_edit(request.user, run.study.team_id),
        "note": note_of_network_shown(request.user, run, key),
        "pin": pin_of_network(run, key),
    }
    facts = network_facts(run, found, winner, request.GET.get("children"))
    return render(request, "studies/architecture.html", base | facts | extra)


@login_required
def architecture_document(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """The network's JSON document, to take away: `python -m nas_engine count` reads it."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    found, _ = found_network(run, key)
    if found is None:
        raise Http404
    answer = JsonResponse(found[0].document, json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="{found[0].key}.json"'
    return answer


@login_required
@require_POST
def retrain(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """Train the network longer or with more seeds: to the page of the new study. Refused for viewers."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    try:
        asked = Longer(int(request.POST.get("epochs", "")), int(request.POST.get("seeds", "")))
        study = retrain_network(request.user, run, key, asked)
    except (NasError, ValueError) as error:
        said = str(error) if isinstance(error, NasError) else "epochs and seeds are whole numbers"
        return render(request, "refused.html", {"said": said}, status=422)
    return redirect("study", study.pk)


def _samples(run: Run, winner: Winner) -> list[tuple[Sample, uuid.UUID | None]]:
    """Each with the version of the team's data that its picture is in, where it is still there."""
    shown = winner.samples
    held = {one.sha256: one.pk for one in versions_with(run.study.team_id, {one.sha256 for one in shown})}
    return [(one, held.get(one.sha256)) for one in shown]


def _training(run: Run) -> dict[str, Any]:
    """How the run's recipe trains its winner; else as the stage's defaults would."""
    stages: list[dict[str, Any]] = run.recipe["pipeline"]
    stage = next((one for one in stages if one["kind"] == "retrain"), {})
    return {"epochs": stage.get("trainer", {}).get("epochs", 20), "seeds": stage.get("seeds", 5)}
