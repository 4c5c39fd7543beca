"""What the charts of a run are drawn from: compact columns, up to a number. From there a page follows the facts."""

from __future__ import annotations

from typing import Any

from webapp.runs.models import Run
from webapp.runs.selectors.cloud import cloud
from webapp.runs.selectors.events import newest_events

MOST_GENERATIONS = 300
MOST_POINTS = 5_000
MEMBERS = 30  # of a population, best first


def history(run: Run, upto: int) -> dict[str, Any]:
    """The cloud of answers, and how many it stands for; the newest generations and curve points. Not newer than `upto`."""
    candidates, answers = cloud(run, upto)
    return {
        "seq": upto,
        "candidates": candidates,
        "answers": answers,
        **_generations(run, upto),
        "points": _points(run, upto),
    }


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
