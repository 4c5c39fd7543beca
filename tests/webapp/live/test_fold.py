"""State before + events == state fetched afresh, for every fact and at every moment of whole runs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Fidelity
from nas_engine.events import (
    FACTS,
    CandidateEvaluated,
    CandidateFailed,
    CellRecord,
    CurvePoint,
    Drawn,
    Estimated,
    Event,
    Exported,
    Fact,
    GenerationEvolved,
    MeasuredSpace,
    ModelTrained,
    RunAsked,
    RunEnded,
    RunRetried,
    RunStarted,
    SearchControlled,
    SearchPriced,
    SpaceMeasured,
    SpaceShrunk,
    StageFinished,
    StageStarted,
    TestOpened,
    Warned,
)
from nas_engine.evidence import Interval
from tests.webapp.conftest import Messages
from webapp.live.entries import CURVE, LATEST, SERIES, TOP
from webapp.live.fold import CASES, KINDS, Unfoldable, fold, gauged, shown
from webapp.runs.models import Run, Work
from webapp.runs.selectors.best import best_so_far
from webapp.runs.selectors.events import events_since
from webapp.runs.selectors.snapshot import gauges, snapshot, snapshot_at
from webapp.runs.services.claim import claim
from webapp.runs.services.control import cancel, finish, pause, resume, start_run
from webapp.runs.services.events import append_events
from webapp.studies.models import Study

COST = Cost(10, 20)


def network(number: int) -> Architecture:
    return Architecture("chain", "0" * 16, (str(number),))


def scored(number: int, score: float, stage: int = 2, scope: str = "a") -> CandidateEvaluated:
    found = network(number)
    return CandidateEvaluated(stage, found.key, found, score, COST, Fidelity(), 0, scope)


def failed(number: int, stage: int = 2) -> CandidateFailed:
    found = network(number)
    return CandidateFailed(stage, found.key, found, "out of memory", "too large")


MEMBERS = {"0": (CellRecord("a", 0.5, 3, ""), CellRecord("b", 0.4, 2, "a"))}
EXAMPLES: dict[type[Fact], Fact] = {
    fact.__class__: fact
    for fact in (
        RunStarted("tiny", "digest", 1),
        StageStarted(0, "evolve"),
        StageFinished(0, "evolve", "finished", {"best": 0.5}),
        CurvePoint(7, {"loss": 0.3}),
        GenerationEvolved(1, 0.7, 1e6, MEMBERS, {"0": ("a", "b")}),
        scored(1, 0.5),
        failed(2),
        SpaceShrunk(2, 0, 1000, 0.4, ("k", "l"), True),
        SpaceMeasured(
            4, 10, None, {"now": MeasuredSpace("this space", (0.5,), (20,), *3 * (Interval(0.5, 0.5, 0.5),))}, ()
        ),
        SearchControlled(4, (Estimated("k", 0.4, 0.5),), None, 3, Drawn("l", 0.5, COST), None, None, None),
        SearchPriced(4, 80.0, 60.0, 3),
        ModelTrained(4, "winner", 3, 0.9, "f" * 64),
        TestOpened(4, {"winner": (0.9, 0.8)}, 0.1, -0.1, 0.3, "no difference"),
        Exported(5, {"model.onnx": "f" * 64}, COST),
        Warned(0, "careful"),
        RunAsked("pause"),
        RunRetried(),
        RunEnded("finished", "because"),
    )
}


def append(run: Run, *facts: Fact) -> None:
    """As services do, each with a key of its own."""
    first = Run.objects.values_list("last_seq", flat=True).get(pk=run.pk) + 1
    append_events(run.pk, [Event(f"0-train/{first + number}/x", fact) for number, fact in enumerate(facts)])


def as_json(value: Any) -> Any:
    """What is left of it after it has travelled."""
    return json.loads(json.dumps(value))


def holds_at_every_prefix(run: Run, every: int = 1) -> int:
    """Fold the empty run, fact by fact, and compare with what is fetched afresh; returns the number of facts."""
    run.refresh_from_db()
    folded = as_json(snapshot_at(run, 0))
    events = events_since(run, 0, 100_000)
    for event in events:
        folded = fold(folded, as_json(event))
        if event["seq"] % every == 0 or event is events[-1]:
            assert folded == as_json(snapshot_at(run, event["seq"])), event
    return len(events)


def test_every_fact_has_a_case_and_an_example() -> None:
    assert {fact.kind for fact in FACTS} == KINDS
    assert set(EXAMPLES) == set(FACTS)
    assert len(KINDS) == len(CASES) + len(SERIES) + len(LATEST)


@pytest.mark.usefixtures("messages")
@pytest.mark.parametrize("fact", EXAMPLES.values(), ids=lambda fact: fact.kind)
def test_a_snapshot_and_a_fact_are_the_snapshot_fetched_afresh(tiny: Study, fact: Fact) -> None:
    run = start_run(tiny)
    empty = as_json(snapshot(run))
    append(run, fact)
    [event] = events_since(run, 0)
    folded = fold(empty, as_json(event))
    assert folded == as_json(snapshot(run))
    assert {name for name in folded if folded[name] != empty[name]} > {"seq"}, "it shows nothing of this fact"


@pytest.mark.usefixtures("messages")
def test_facts_of_all_kinds_fold_whatever_came_before(tiny: Study) -> None:
    run = start_run(tiny)
    lists = [fact for fact in EXAMPLES.values() if fact.kind in {*SERIES, *LATEST}]
    append(run, *lists, *EXAMPLES.values())
    assert holds_at_every_prefix(run) == len(lists) + len(FACTS)


def test_a_whole_run_folds_to_what_is_fetched_at_every_moment(tiny: Study, messages: Messages) -> None:
    run = start_run(tiny)
    messages.drain()
    assert holds_at_every_prefix(run) > 50
    state = snapshot(run)
    run.refresh_from_db()
    assert (state["status"], state["shown"], state["reason"]) == (run.status, "finished", run.reason)
    assert [stage["state"] for stage in state["stages"]] == ["finished"] * 6
    assert [search["stage"] for search in state["searches"]] == [2, 3]
    assert state["best"] == state["searches"][1]["top"][0]
    assert state["best"]["score"] == max(
        run.candidates.filter(stage=3, score__isnull=False).values_list("score", flat=True)
    )
    assert state["counts"]["scored"] == run.candidates.filter(status="scored").count()
    assert state["generation"]["generation"] == 3
    assert state["rounds"]
    assert state["models"]
    assert state["comparison"]
    assert state["exports"]
    assert state["points"]


def test_what_a_user_asks_and_what_workers_do_is_shown_as_it_is(run: Run, messages: Messages) -> None:
    state = snapshot(run)

    def caught_up() -> str:
        nonlocal state
        for event in events_since(run, state["seq"]):
            state = fold(state, event)
        state = gauged(state, gauges(run))
        assert state == snapshot(run)
        row = Run.objects.get(pk=run.pk)
        assert (state["status"], state["wanted"]) == (row.status, row.wanted)
        return str(state["shown"])

    messages.take()
    assert caught_up() == "running"
    work = claim(run.works.get().pk, "busy")
    assert work is not None
    Work.objects.filter(pk=work.pk).update(progress={"done": 1, "total": 2, "metrics": {}})
    pause(run.pk)
    assert caught_up() == "pausing"
    assert state["gauges"] == [{"work": work.key, "done": 1, "total": 2, "metrics": {}}]
    Work.objects.filter(pk=work.pk).update(status=Work.Status.QUEUED)
    assert caught_up() == "paused"
    resume(run.pk)
    finish(run.pk)
    assert caught_up() == "finishing"
    cancel(run.pk)
    assert caught_up() == "cancelled"
    assert state["stages"][0]["state"] == "stopped"


def test_lists_keep_the_newest_and_the_best_only(run: Run) -> None:
    series = {"curve point": CurvePoint, "warned": Warned}
    append(run, *(Warned(0, f"{number}") for number in range(SERIES["warned"].limit + 3)))
    append(run, *(CurvePoint(number, {"loss": 1.0}) for number in range(SERIES["curve point"].limit + 3)))
    append(run, *(scored(number, number / 1000, stage=0) for number in range(CURVE + 3)))
    append(run, *(scored(CURVE + 3 + number, 0.001, stage=0) for number in range(TOP)))
    state = snapshot(run)
    assert holds_at_every_prefix(run, every=40) == state["seq"]
    for kind in series:
        assert len(state[SERIES[kind].field]) == SERIES[kind].limit
    [search] = state["searches"]
    assert (len(search["top"]), len(search["curve"]), search["scored"]) == (TOP, CURVE, CURVE + 3 + TOP)
    assert search["curve"][-1][1] == search["top"][0]["score"] == (CURVE + 2) / 1000


def test_of_equal_scores_the_earlier_is_better_and_only_it_improves(run: Run) -> None:
    append(run, scored(1, 0.5), failed(2), scored(3, 0.5))
    append(run, scored(4, 0.5), scored(5, 0.4), scored(6, 0.6), scored(7, 0.2, stage=3))
    holds_at_every_prefix(run)
    first, second = snapshot(run)["searches"]
    assert [answer["number"] for answer in first["top"]] == [6, 1, 3, 4, 5]
    assert first["curve"] == [[1, 0.5], [6, 0.6]]
    assert second["curve"] == [[7, 0.2]]
    assert snapshot(run)["best"]["number"] == 7  # of another stage, so not to be compared
    assert snapshot(run)["counts"] == {"scored": 6, "failed": {"out of memory": 1}}


def test_what_was_only_measured_is_no_find(run: Run) -> None:
    append(run, scored(1, 0.5), *(replace(scored(number, 0.9, stage=3), measured=True) for number in (2, 3)))
    holds_at_every_prefix(run)
    state = snapshot(run)
    assert (state["best"]["number"], state["counts"]["scored"]) == (1, 3)
    assert [search["curve"] for search in state["searches"]] == [[[1, 0.5]], []]
    found = best_so_far(run)
    assert found is not None
    assert found.candidate.number == 1


def test_a_fact_that_is_known_changes_nothing_and_one_after_a_gap_is_refused(run: Run) -> None:
    empty = snapshot(run)
    append(run, Warned(0, "one"), Warned(0, "two"), Warned(0, "three"))
    one, two, three = events_since(run, 0)
    state = fold(fold(empty, one), two)
    assert fold(state, one) is state
    assert empty["warnings"] == []
    with pytest.raises(Unfoldable, match="event 3 came after 1"):
        fold(fold(empty, one), three)
    with pytest.raises(Unfoldable, match="written by a newer version"):
        fold(state, {**three, "kind": "of tomorrow"})


@pytest.mark.parametrize(
    ("status", "wanted", "busy", "says"),
    [
        ("running", "run", True, "running"),
        ("running", "pause", True, "pausing"),
        ("running", "pause", False, "paused"),
        ("running", "finish", False, "finishing"),
        ("running", "cancel", False, "cancelling"),
        ("failed", "pause", True, "failed"),
    ],
)
def test_the_shown_status(status: str, wanted: str, busy: bool, says: str) -> None:
    assert shown(status, wanted, busy=busy) == says


def test_a_snapshot_is_drawn_by_look_ups_and_sorts_nothing(run: Run) -> None:
    """However many candidates there are: every question is answered from an index, and only the counts walk one."""
    append(run, *(scored(number, number % 97, stage=0) for number in range(100)))
    with CaptureQueriesContext(connection) as asked:
        snapshot(run)
    assert len(asked) <= 24
    if connection.vendor != "sqlite":
        return  # its plan is of the rows that are there, and these are few
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("explain query plan " + query["sql"])
            plan = [str(row[3]) for row in cursor.fetchall()]
        assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE" in step], (plan, query["sql"])
