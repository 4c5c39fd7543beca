"""The Architecture page."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from nas_engine.errors import NasError
from nas_engine.preview import Network, network
from nas_engine.preview import recipe as read_recipe
from webapp.accounts.selectors import may_edit
from webapp.datasets.selectors import versions_with
from webapp.pages.answers import grouped
from webapp.pages.drawn import drawn, genes_of
from webapp.pages.lineage import children_of, parents_of
from webapp.pages.requests import Asked
from webapp.pages.winner import CARD, SOURCE, Sample, Winner, winner_of
from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.best import BestSoFar, best_so_far
from webapp.runs.selectors.candidates import network_of
from webapp.runs.selectors.runs import runs_of, shown
from webapp.studies.services.retrain import Longer, retrain_network


@login_required
def architecture(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """One network that a run asked about, or exported."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    found, winner = _found(run, key)
    base = {"page": "studies", "run": run, "study": run.study, "shown": shown(run), "key": key, "winner": winner}
    if found is None:
        return render(request, "studies/architecture_unknown.html", base, status=404)
    asked, answers = found
    children, pages = children_of(run, asked.key, genes_of(asked), request.GET.get("children"))
    mine = winner is not None and winner.key == key
    extra = {
        "network": asked,
        "drawn": drawn(run, asked),
        "answers": grouped(run, answers),
        "best": max((row.score for row in answers if row.score is not None), default=None),
        "parents": parents_of(run, genes_of(asked), answers),
        "children": children,
        "child_pages": pages,
        "limits": _limits(run, asked),
        "won": mine,
        "document": json.dumps(asked.document, indent=2),
        "source": winner.text(SOURCE) if mine and winner else "",
        "samples": _samples(run, winner) if mine and winner else [],
        "card": winner.text(CARD) if mine and winner else "",
        "training": _training(run),
        "may_ask": may_edit(request.user, run.study.team_id),
        "best_so_far": None if winner else _best(run, key),
    }
    return render(request, "studies/architecture.html", base | extra)


@login_required
def architecture_document(request: Asked, pk: uuid.UUID, key: str) -> HttpResponse:
    """The network's JSON document, to take away: `python -m nas_engine count` reads it."""
    run = get_object_or_404(runs_of(request.user), pk=pk)
    found, _ = _found(run, key)
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


def _found(run: Run, key: str) -> tuple[tuple[Network, list[Candidate]] | None, Winner | None]:
    """The network with its answers, and the run's winner. A winner that no search asked about has a page too."""
    winner = winner_of(run)
    found = network_of(run, key)
    if found is None and winner is not None and winner.key == key and winner.genes:
        found = network(read_recipe(run.recipe), winner.genes), []
    return found, winner


def _training(run: Run) -> dict[str, Any]:
    """How the run's recipe trains its winner; else as the stage's defaults would."""
    stages: list[dict[str, Any]] = run.recipe["pipeline"]
    stage = next((one for one in stages if one["kind"] == "retrain"), {})
    return {"epochs": stage.get("trainer", {}).get("epochs", 20), "seeds": stage.get("seeds", 5)}


def _best(run: Run, key: str) -> BestSoFar | None:
    """The best of a run that is over without an export, if that is this network."""
    found = None if run.status == Run.Status.RUNNING else best_so_far(run)
    return found if found is not None and found.candidate.architecture.key == key else None


def _limits(run: Run, asked: Network) -> list[tuple[str, int, int | None, float]]:
    """Params and MAdds: what the network costs, what it may, and the share of that in percent."""
    allowed = run.recipe.get("budget", {}).get("network", {})
    found = []
    for measure, name in (("params", "Parameters"), ("madds", "MAdds")):
        cost, limit = getattr(asked.cost, measure), allowed.get(measure)
        found.append((name, cost, limit, 100 * cost / limit if limit else 0.0))
    return found
