"""What the charts of a run are drawn from: compact columns, up to a number. From there a page follows the facts."""

from __future__ import annotations

from typing import Any

from webapp.runs.models import Candidate, Run
from webapp.runs.selectors.events import newest_events

MOST_CANDIDATES = 5_000
MOST_GENERATIONS = 300
MOST_POINTS = 5_000
MEMBERS = 30  # of a population, best first


def history(run: Run, upto: int) -> dict[str, Any]:
    """The newest answers, generations and curve points that are not newer than fact `upto`, oldest first."""
    return {
        "seq": upto,
        "candidates": _candidates(run, upto),
        **_generations(run, upto),
        "points": _points(run, upto),
    }


def _candidates(run: Run, upto: int) -> dict[str, list[Any]]:
    """One list a figure."""
    names = ("stage", "madds", "params", "score")
    scored = Candidate.objects.filter(run=run, number__lte=upto, score__isnull=False).order_by("-number")
    rows = list(scored.values_list(*names)[:MOST_CANDIDATES])[::-1]
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def _generations(run: Run, upto: int) -> dict[str, Any]:
    """Each population as [number of the label, score, visits]: labels repeat, and are long."""
    labels: dict[str, int] = {}
    found = []
    for event in newest_events(run, upto, "generation evolved", MOST_GENERATIONS):
        payload = event["payload"]
        groups = {
            group: [[labels.setdefault(m["label"], len(labels)), m["score"], m["visits"]] for m in members[:MEMBERS]]
            for group, members in payload["groups"].items()
        }
        found.append({"generation": payload["generation"], "stage": _stage(event["key"]), "groups": groups})
    return {"labels": list(labels), "generations": found}


def _points(run: Run, upto: int) -> dict[str, list[list[float]]]:
    """The loss of each training, by Work, as [step, loss]."""
    found: dict[str, list[list[float]]] = {}
    for event in newest_events(run, upto, "curve point", MOST_POINTS):
        payload = event["payload"]
        if "loss" in payload["metrics"]:
            point = [payload["step"], payload["metrics"]["loss"]]
            found.setdefault(event["key"].partition("/")[0], []).append(point)
    return found


def _stage(key: str) -> int:
    """The stage of a fact that a Work told: its key begins with it."""
    return int(key.partition("-")[0])
