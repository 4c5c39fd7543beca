"""Candidates of a run: filtered, ordered, and the files and networks that came of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, QuerySet

from nas_engine.preview import Network, network
from nas_engine.preview import recipe as read_recipe
from webapp.runs.models import Architecture, Artifact, Candidate, Event, Run

ORDERS = {  # each ends in a column without ties; one is the other turned round, so that both walk one index
    "number": ("number",),
    "-number": ("-number",),
    "score": ("score", "-number"),
    "-score": ("-score", "number"),
    "params": ("params", "number"),
    "-params": ("-params", "-number"),
    "madds": ("madds", "number"),
    "-madds": ("-madds", "-number"),
}
FILTERS = {
    "status": "status",
    "stage": "stage",
    "reason": "reason",
    "architecture": "architecture__in",
    "min_score": "score__gte",
    "max_params": "params__lte",
    "max_madds": "madds__lte",
}


def candidates_of(run: Run, chosen: dict[str, Any]) -> QuerySet[Candidate]:
    """Those that the chosen filters let through. Ordered by a figure, only those that have it."""
    order = str(chosen.get("order", "number"))
    figure = order.removeprefix("-")
    chosen = dict(chosen)
    found = Candidate.objects.filter(run=run)
    if figure != "number":
        found = found.filter(**{f"{figure}__isnull": False})
        if chosen.pop("status", Candidate.Status.SCORED) != Candidate.Status.SCORED:
            found = found.none()  # what failed has no figure
    if "architecture" in chosen:  # looked up first, or a planner may walk the run to find it
        chosen["architecture"] = list(
            Architecture.objects.filter(key=chosen["architecture"]).values_list("pk", flat=True)
        )
    found = found.filter(**{FILTERS[name]: value for name, value in chosen.items() if name in FILTERS})
    return found.order_by(*ORDERS[order])


def architectures_of(run: Run) -> QuerySet[Architecture]:
    """Every network that got a score, once, best first: its best score, its cost, how many answers."""
    answers = {"candidates__run": run, "candidates__status": Candidate.Status.SCORED}
    figures = {
        "best": Max("candidates__score"),
        "params": Max("candidates__params"),
        "madds": Max("candidates__madds"),
        "answers": Count("candidates"),
    }
    return Architecture.objects.filter(**answers).annotate(**figures).order_by("-best", "key")  # type: ignore[misc]  # of `figures`


def network_of(run: Run, key: str) -> tuple[Network, list[Candidate]] | None:
    """A network that the run asked about, with its answers; None for one that it did not."""
    answers = list(candidates_of(run, {"architecture": key}).select_related("architecture"))
    if not answers:
        return None
    return network(read_recipe(run.recipe), answers[0].architecture.genes), answers


def genes_of(run: Run, key: str) -> list[str] | None:
    """The labels of a network that the run asked about or exported; None for any other."""
    asked = Architecture.objects.filter(candidates__run=run, key=key).first()
    if asked is not None:
        return list(asked.genes)
    found = _exported(run)
    return list(found["genes"]) if found is not None and found["key"] == key else None


def winner_key(run: Run) -> str:
    """The network that the run exported; empty before that, and where its recipe did not ask for the document."""
    found = _exported(run)
    return "" if found is None else str(found["key"])


def _exported(run: Run) -> dict[str, Any] | None:
    """The document of the exported network."""
    path = next((file.path for file in exports_of(run) if file.name == "architecture.json"), None)
    if path is None or not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@dataclass(frozen=True)
class Download:
    """An exported file."""

    name: str
    size: int
    sha256: str
    path: Path


def exports_of(run: Run) -> list[Download]:
    """The files of the run's export, by name; none before it."""
    told = Event.objects.filter(run=run, kind="exported").order_by("-seq").first()
    if told is None:
        return []
    names = {sha: name for name, sha in told.payload["files"].items()}
    rows = Artifact.objects.filter(run=run, sha256__in=names)
    found = {names[row.sha256]: row for row in rows}
    return [
        Download(name, row.size, row.sha256, Path(settings.FILES) / row.file) for name, row in sorted(found.items())
    ]
