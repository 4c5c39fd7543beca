"""The fold: one fact applied to what a page shows. `snapshot before + events == snapshot fetched afresh`, for every fact.

Gauges are no facts: they are replaced as they come (`gauged`), and only the shown status is drawn from both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp.live.entries import CURVE, LATEST, SERIES, TOP, Entry, Message

State = dict[str, Any]  # as `webapp.runs.selectors.snapshot.snapshot` gives it; JSON


class Unfoldable(ValueError):
    """This event cannot be applied to this snapshot; fetch the missing events, or the snapshot anew."""


def fold(state: State, event: Message) -> State:
    """The snapshot after an event. One that is known already changes nothing; `state` itself is left as it was.

    Raises Unfoldable for an event that comes after a gap, or of a kind that this version does not know.
    """
    if event["seq"] <= state["seq"]:
        return state
    if event["seq"] != state["seq"] + 1:
        raise Unfoldable(f"event {event['seq']} came after {state['seq']}; ask for those between")
    kind = event["kind"]
    if kind not in KINDS:
        raise Unfoldable(f"event kind {kind!r} is not known; it was written by a newer version: load the page again")
    return {**state, **_changes(state, event), "seq": event["seq"]}


def gauged(state: State, works: list[Entry]) -> State:
    """The snapshot with the progress of the Work that is being done now."""
    return {**state, "gauges": works, "shown": shown(state["status"], state["wanted"], busy=bool(works))}


def shown(status: str, wanted: str, *, busy: bool) -> str:
    """What a person reads. `busy`: Work is being done, so that a pause is not there yet."""
    if status != "running":
        return status
    if wanted == "pause":
        return "pausing" if busy else "paused"
    return {"run": "running", "finish": "finishing", "cancel": "cancelling"}[wanted]


def counts(searches: list[Entry]) -> Entry:
    """The answers of all stages together."""
    failed: dict[str, int] = {}
    for search in searches:
        for reason, count in search["failed"].items():
            failed[reason] = failed.get(reason, 0) + count
    return {"scored": sum(search["scored"] for search in searches), "failed": failed}


def best(searches: list[Entry]) -> Entry | None:
    """The best find of the newest stage that has one: scores of different estimators are not comparable."""
    return next((search["top"][0] for search in reversed(searches) if search["curve"]), None)


# ---------------------------------------------------------------------------------------------------------- the cases


def _changes(state: State, event: Message) -> State:
    kind = event["kind"]
    if kind in SERIES:
        series = SERIES[kind]
        return {series.field: [*state[series.field], series.entry(event)][-series.limit :]}
    if kind in LATEST:
        latest = LATEST[kind]
        return {latest.field: latest.entry(event)}
    return CASES[kind](state, event)


def _started(_: State, event: Message) -> State:
    return {name: event["payload"][name] for name in ("name", "recipe", "seed")} | {"started": event["at"]}


def _stage_started(state: State, event: Message) -> State:
    return _with_stage(state, event, {"state": "running", "started": event["at"]})


def _stage_finished(state: State, event: Message) -> State:
    payload = event["payload"]
    ended = {"state": "finished", "why": payload["why"], "summary": payload["summary"], "ended": event["at"]}
    return _with_stage(state, event, ended)


def _with_stage(state: State, event: Message, changed: Entry) -> State:
    number = event["payload"]["stage"]
    stages = [{**stage, **changed} if stage["number"] == number else stage for stage in state["stages"]]
    return {"stages": stages}


def _evaluated(state: State, event: Message) -> State:
    payload, number = event["payload"], event["seq"]
    search = _search(state, payload["stage"])
    answer = {
        "number": number,
        "key": payload["key"],
        "stage": payload["stage"],
        "score": payload["score"],
        "params": payload["cost"]["params"],
        "madds": payload["cost"]["madds"],
    }
    top = sorted([*search["top"], answer], key=lambda one: (-one["score"], one["number"]))
    curve = search["curve"]
    if not payload.get("measured") and (not curve or answer["score"] > curve[-1][1]):
        curve = [*curve, [number, answer["score"]]][-CURVE:]
    return _with_search(state, {**search, "scored": search["scored"] + 1, "top": top[:TOP], "curve": curve})


def _failed(state: State, event: Message) -> State:
    search, reason = _search(state, event["payload"]["stage"]), event["payload"]["reason"]
    failed = {**search["failed"], reason: search["failed"].get(reason, 0) + 1}
    return _with_search(state, {**search, "failed": failed})


def _search(state: State, stage: int) -> Entry:
    empty = {"stage": stage, "scored": 0, "failed": {}, "top": [], "curve": []}
    return next((search for search in state["searches"] if search["stage"] == stage), empty)


def _with_search(state: State, changed: Entry) -> State:
    others = [search for search in state["searches"] if search["stage"] != changed["stage"]]
    searches = sorted([*others, changed], key=lambda search: int(search["stage"]))
    return {"searches": searches, "counts": counts(searches), "best": best(searches)}


def _asked(state: State, event: Message) -> State:
    wanted = event["payload"]["wanted"]
    return {"wanted": wanted, "shown": shown(state["status"], wanted, busy=bool(state["gauges"]))}


def _retried(state: State, event: Message) -> State:
    """It goes on where it was: the stage that it stopped in, too."""
    stages = [{**stage, "state": "running"} if stage["state"] == "stopped" else stage for stage in state["stages"]]
    again = {"status": "running", "wanted": "run", "shown": "running", "reason": "", "ended": None}
    return {**again, "retried": event["at"], "stages": stages}


def _ended(state: State, event: Message) -> State:
    """Nothing is done for a run that is over; the stage that it was in stays behind."""
    status = event["payload"]["status"]
    stages = [{**stage, "state": "stopped"} if stage["state"] == "running" else stage for stage in state["stages"]]
    reason = event["payload"]["reason"]
    return {"status": status, "shown": status, "reason": reason, "ended": event["at"], "stages": stages, "gauges": []}


CASES: dict[str, Callable[[State, Message], State]] = {
    "run started": _started,
    "stage started": _stage_started,
    "stage finished": _stage_finished,
    "candidate evaluated": _evaluated,
    "candidate failed": _failed,
    "run asked": _asked,
    "run retried": _retried,
    "run ended": _ended,
}
KINDS = frozenset({*CASES, *SERIES, *LATEST})  # a test holds this against the engine's list
