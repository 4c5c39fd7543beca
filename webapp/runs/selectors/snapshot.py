"""The snapshot: everything that a run's page shows, and the number of the last fact in it.

Drawn from facts not newer than that number, which never change: no lock or long transaction is needed for it to be whole.
A fixed number of indexed look-ups, whatever the number of candidates; only the counts walk an index.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Count, F

from webapp.live.entries import CURVE, LATEST, SERIES, TOP
from webapp.live.fold import best, counts, gauged
from webapp.runs.models import Candidate, Run, Work
from webapp.runs.selectors.events import newest_events

MOST_STAGES = 100
MOST_GAUGES = 64


def snapshot(run: Run) -> dict[str, Any]:
    """What the run's page shows now. `seq` is the cursor: the events after it are what the page lacks."""
    seq = Run.objects.values_list("last_seq", flat=True).get(pk=run.pk)
    state = snapshot_at(run, seq)
    return gauged(state, gauges(run) if state["status"] == "running" else [])


def snapshot_at(run: Run, seq: int) -> dict[str, Any]:
    """What the page showed when fact `seq` was the newest, with nothing being done."""
    searches = _searches(run, seq)
    state = {
        "run": str(run.pk),
        "study": {"id": str(run.study_id), "name": run.study.name},
        "created": run.created.isoformat(),
        **_head(run, seq),
        "searches": searches,
        "counts": counts(searches),
        "best": best(searches),
        "seq": seq,
    }
    for kind, series in SERIES.items():
        state[series.field] = [series.entry(event) for event in newest_events(run, seq, kind, series.limit)]
    for kind, latest in LATEST.items():
        state[latest.field] = next((latest.entry(event) for event in newest_events(run, seq, kind, 1)), None)
    return gauged(state, [])


def gauges(run: Run) -> list[dict[str, Any]]:
    """The progress of the Work that is being done, as the workers last wrote it."""
    rows = Work.objects.filter(run=run, told=False, status=Work.Status.RUNNING).order_by("ordinal")
    found = rows.values_list("key", "progress")[:MOST_GAUGES]
    return [{"work": key, **progress} for key, progress in found]


def _head(run: Run, seq: int) -> dict[str, Any]:
    """What began and what ended."""
    kinds = ("run started", "run ended", "run asked", "run retried")
    started, ended, asked, retried = (next(iter(newest_events(run, seq, kind, 1)), None) for kind in kinds)
    if retried is not None:  # what was asked and how it ended before that no longer holds
        ended, asked = (event if event and event["seq"] > retried["seq"] else None for event in (ended, asked))
    said = started["payload"] if started else {"name": run.recipe["name"], "recipe": "", "seed": run.recipe["seed"]}
    return {
        "name": said["name"],
        "recipe": said["recipe"],
        "seed": said["seed"],
        "started": started["at"] if started else None,
        "ended": ended["at"] if ended else None,
        "retried": retried["at"] if retried else None,
        "status": ended["payload"]["status"] if ended else Run.Status.RUNNING.value,
        "reason": ended["payload"]["reason"] if ended else "",
        "wanted": asked["payload"]["wanted"] if asked else Run.Wanted.RUN.value,
        "stages": _stages(run, seq, over=ended is not None),
    }


def _stages(run: Run, seq: int, *, over: bool) -> list[dict[str, Any]]:
    begun = {e["payload"]["stage"]: e for e in newest_events(run, seq, "stage started", MOST_STAGES)}
    ended = {e["payload"]["stage"]: e for e in newest_events(run, seq, "stage finished", MOST_STAGES)}
    found = []
    for number, stage in enumerate(run.recipe["pipeline"]):
        at, end = begun.get(number), ended.get(number)
        unfinished = "waiting" if at is None else "stopped" if over else "running"
        found.append(
            {
                "number": number,
                "name": stage["name"],
                "kind": stage["kind"],
                "state": "finished" if end else unfinished,
                "why": end["payload"]["why"] if end else "",
                "summary": end["payload"]["summary"] if end else {},
                "started": at["at"] if at else None,
                "ended": end["at"] if end else None,
            }
        )
    return found


def _searches(run: Run, seq: int) -> list[dict[str, Any]]:
    """Each stage that has answers: how many, the best, and how the best grew."""
    answers = Candidate.objects.filter(run=run, number__lte=seq)
    counted = answers.order_by().values_list("stage", "status", "reason").annotate(count=Count("*"))
    found: dict[int, dict[str, Any]] = {}
    for stage, status, reason, count in counted:
        search = found.setdefault(stage, {"stage": stage, "scored": 0, "failed": {}, "top": [], "curve": []})
        if status == Candidate.Status.SCORED:
            search["scored"] = count
        else:
            search["failed"][reason] = count
    # A sum, so that no planner takes the index by number, and then sorts all: the one by score has the best in front.
    ranked = Candidate.objects.filter(run=run, score__isnull=False).alias(nth=F("number") + 0).filter(nth__lte=seq)
    for stage, search in found.items():
        scored = answers.filter(stage=stage, score__isnull=False)
        names = ("number", "architecture__key", "stage", "score", "params", "madds")
        top = ranked.filter(stage=stage).order_by("-score", "number").values(*names)[:TOP]
        search["top"] = [{name.rpartition("__")[2]: value for name, value in row.items()} for row in top]
        grown = scored.filter(improved=True).order_by("-number").values_list("number", "score")[:CURVE]
        search["curve"] = [list(point) for point in reversed(grown)]
    return [found[stage] for stage in sorted(found)]
