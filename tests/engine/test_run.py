"""Run: results in, work out. The evaluations here are made up, so that decisions are tested without training."""

import json

import pytest

from nas_engine.candidate import Candidate
from nas_engine.errors import Incompatible, StateMismatch
from nas_engine.events import CandidateEvaluated, RunEnded, StageFinished, Warned
from nas_engine.recipe import recipe
from nas_engine.run import Run, space_files
from nas_engine.spaces import ChainSpace, Subspace, read_space_document
from nas_engine.wire import canonical, plain, read
from nas_engine.work import Mishap, Result, Work
from tests.engine.driven import SEARCH_ONLY, MemoryHistory, answered, changed, driven, made_up_score


def test_a_run_restored_before_every_decision_equals_one_never_restored() -> None:
    kept, restored = driven(changed()), driven(changed(), restore=True)
    assert [event.plain() for event in kept[1]] == [event.plain() for event in restored[1]]
    assert plain(kept[0]) == plain(restored[0])
    assert kept[0].status == "finished"


def test_three_slots_keep_three_pieces_of_work_out() -> None:
    state, _, done = driven(changed(), slots=3)
    assert state.status == "finished"
    assert state.evaluations == len(done)


def test_a_network_asked_for_again_is_answered_from_history_and_costs_nothing() -> None:
    state, events, done = driven(changed())
    asked = [event.fact.key for event in events if isinstance(event.fact, CandidateEvaluated)]
    assert len(asked) == 40
    assert len(set(asked)) < 40  # evolution in 64 networks meets some twice
    assert state.evaluations == len(set(asked)) == len(done)


def test_the_ranking_holds_each_network_once_best_first() -> None:
    state, _, _ = driven(changed())
    assert state.holdings.ranking is not None
    scores = [entry.score for entry in state.holdings.ranking.entries]
    keys = [entry.architecture.key for entry in state.holdings.ranking.entries]
    assert scores == sorted(scores, reverse=True)
    assert len(keys) == len(set(keys))


def test_a_search_stops_at_its_evaluations_and_concludes_with_what_it_has() -> None:
    state, events, done = driven(changed(budget={"search": {"evaluations": 9}}), slots=2)
    assert state.status == "finished"
    assert state.evaluations == len(done) == 9
    assert [event.fact.why for event in events if isinstance(event.fact, StageFinished)] == ["budget spent"]


def test_a_search_stops_when_its_device_seconds_are_spent() -> None:
    state, _, done = driven(changed(budget={"search": {"device_seconds": 10, "reserve": 0.2}}))
    assert state.status == "finished"
    assert len(done) == 8  # a second each, of the 8 that are not kept in reserve


def test_a_search_that_is_asked_to_conclude_ranks_what_it_has_and_awaits_nothing_more() -> None:
    plan, history = changed(), MemoryHistory()
    run = Run(plan)
    step = run.advance((), 3, history)
    first, *others = step.work
    step = run.advance([answered(first)], 3, history)
    history.learn(step.events)
    out = [work.key for work in (*others, *step.work)]
    step = run.advance((), 3, history, conclude=True)
    assert step.status == "finished"
    assert [e.fact.why for e in step.events if isinstance(e.fact, StageFinished)] == ["asked to conclude"]
    assert run.state.holdings.ranking is not None
    assert len(run.state.holdings.ranking.entries) == 1
    assert out  # what they would have told is not awaited: the run is over


def test_a_search_that_is_asked_to_conclude_before_its_first_answer_waits_for_one() -> None:
    run = Run(changed())
    step = run.advance((), 1, conclude=True)
    (work,) = step.work
    step = run.advance([answered(work)], 1)
    assert step.status == "finished"
    assert run.state.evaluations == 1


def test_a_run_that_concludes_drops_the_work_that_is_out_and_goes_on_to_its_last_stages() -> None:
    plan = changed(pipeline=[*SEARCH_ONLY["pipeline"], {"kind": "retrain", "seeds": 1}])
    run = Run(plan)
    step = run.advance((), 2)
    first, second = step.work
    step = run.advance([answered(first)], 2, conclude=True)
    assert step.dropped == (second.key,)
    assert [work.kind for work in step.work] == ["retrain", "retrain"]
    restored = Run.restored(plan, json.loads(canonical(step.state)))
    assert restored.state.concluding
    assert not restored.frame(plan.pipeline[1]).concluding  # retraining is not cut short


def test_nothing_over_the_limits_is_ever_asked_for() -> None:
    plan = changed(budget={"network": {"madds": 30_000}})
    whole = plan.space.space()
    reference = whole.cost(whole.reference, plan.task.shape)
    assert not plan.budget.network.allow(reference)
    state, events, _ = driven(plan)
    costs = [event.fact.cost.madds for event in events if isinstance(event.fact, CandidateEvaluated)]
    assert costs
    assert max(costs) <= 30_000
    assert state.status == "finished"


def test_an_impossible_budget_ends_infeasible_before_any_work_and_names_the_nearest() -> None:
    plan = changed(budget={"network": {"madds": 100}})
    step = Run(plan).advance()
    assert (step.status, step.work) == ("infeasible", ())
    least = plan.space.space().cost_bounds(plan.task.shape)[0]
    ended = step.events[-1].fact
    assert isinstance(ended, RunEnded)
    assert "budget.network.madds is 100" in ended.reason
    assert f"{least.madds:,}" in ended.reason


def test_a_budget_that_hardly_any_network_meets_warns_and_is_met_all_the_same() -> None:
    cells = {"kind": "autospace", "skeleton": "tiny", "expansion": 2}
    least = changed(space=cells).space.space().cost_bounds(changed().task.shape)[0]
    draws = [{"kind": "search", "strategy": {"kind": "random", "draws": 5}, "estimator": {"kind": "from_scratch"}}]
    plan = changed(space=cells, pipeline=draws, budget={"network": {"madds": least.madds}})
    state, events, _ = driven(plan)
    warning = next(event.fact.text for event in events if isinstance(event.fact, Warned))
    assert warning.startswith("none of 2,000 samples")
    assert state.status == "finished"
    assert {event.fact.cost.madds for event in events if isinstance(event.fact, CandidateEvaluated)} == {least.madds}


def test_a_result_told_twice_or_never_asked_for_changes_nothing() -> None:
    run = Run(changed())
    work = run.advance().work[0]
    result = answered(work)
    first = run.advance([result])
    again = run.advance([result, Result("never asked", {}, None, 5.0)])
    assert again.state == first.state
    assert again.events == ()


def test_a_failed_evaluation_is_a_failure_with_its_reason_and_has_no_score() -> None:
    def sometimes_failing(work: Work) -> Result:
        number = int(work.key.rpartition("-")[2])
        return Result(work.key, {}, Mishap("out of memory", "too big"), 1.0) if number % 3 == 0 else answered(work)

    state, events, done = driven(changed(), answer=sometimes_failing)
    failed = [event.plain()["payload"] for event in events if event.fact.kind == "candidate failed"]
    assert state.status == "finished"
    assert len(failed) >= len(done) // 3
    assert {entry["reason"] for entry in failed} == {"out of memory"}  # type: ignore[index]
    assert state.holdings.ranking is not None
    ranked = {entry.architecture.key for entry in state.holdings.ranking.entries}
    scored = {event.fact.key for event in events if isinstance(event.fact, CandidateEvaluated)}
    assert ranked == scored


def test_a_network_that_ran_out_of_memory_fails_again_without_being_asked_again() -> None:
    def on_a_small_device(work: Work) -> Result:
        (asked,) = work.payload["candidates"]  # type: ignore[misc]
        too_large = made_up_score(read(Candidate, asked)) > 0.5
        return Result(work.key, {}, Mishap("out of memory", "too big"), 1.0) if too_large else answered(work)

    state, events, done = driven(changed(), answer=on_a_small_device, restore=True)
    asked = [canonical(work.payload["candidates"][0]["architecture"]) for work in done]  # type: ignore[index]
    failed = [event.plain()["payload"] for event in events if event.fact.kind == "candidate failed"]
    assert len(asked) == len(set(asked)) == state.evaluations
    assert len(failed) > len({entry["key"] for entry in failed}), "none was drawn again: the test shows nothing"  # type: ignore[index]
    assert {entry["message"] for entry in failed} == {"too big"}  # type: ignore[index]
    assert state.status == "finished"


def test_a_search_whose_every_network_fails_fails_the_run_and_says_so() -> None:
    def failing(work: Work) -> Result:
        return Result(work.key, {}, Mishap("not finite", "nan"), 1.0)

    state, _, _ = driven(changed(), answer=failing)
    assert state.status == "failed"
    assert "no network could be ranked" in state.reason


def test_a_failed_training_fails_the_run_with_its_reason() -> None:
    plan = recipe(
        {
            **SEARCH_ONLY,
            "pipeline": [{"kind": "train", "name": "supernet", "trainer": {"kind": "uniform_paths", "batches": 10}}],
        }
    )
    state, _, _ = driven(plan, answer=lambda work: Result(work.key, {}, Mishap("out of memory", "too big"), 1.0))
    assert (state.status, state.reason) == ("failed", "stage 'supernet': too big")


def test_a_run_that_a_work_failed_waits_for_it_once_more_and_counts_its_seconds_once() -> None:
    stages = [{"kind": "train", "name": name, "trainer": {"kind": "uniform_paths", "batches": 10}} for name in "ab"]
    plan = changed(pipeline=stages)
    outcome = {"why": "finished", "space": None, "supernet": None, "summary": {}}
    run = Run(plan)
    first = run.advance().work[0]
    second = run.advance([Result(first.key, outcome, None, 10.0)]).work[0]
    step = run.advance([Result(second.key, {}, Mishap("lost worker", "gone"), 3.0)])
    assert (step.status, run.state.seconds, run.state.out) == ("failed", {0: 10.0, 1: 3.0}, [])
    again = Run.restored(plan, step.state)
    again.retry()
    assert (again.state.status, again.state.reason, again.state.out) == ("running", "", [second.key])
    ended = again.advance([Result(second.key, outcome, None, 8.0)])
    assert (ended.status, again.state.seconds) == ("finished", {0: 10.0, 1: 8.0})


def test_every_space_that_a_stage_concluded_is_kept_and_laid_out_as_a_document() -> None:
    stages = [{"kind": "train", "name": name, "trainer": {"kind": "uniform_paths", "batches": 10}} for name in "abc"]
    plan = changed(pipeline=stages)
    whole = plan.space.space()
    assert isinstance(whole, ChainSpace)
    evolved = whole.narrowed(dict.fromkeys(whole.skeleton.groups, ("mb3_e2", "skip")))
    shrunk = Subspace.of(evolved, {evolved.architecture(["skip", "mb3_e2", "skip"])})
    run, results = Run(plan), ()
    for given in (evolved, None, shrunk):
        work = run.advance(results).work[0]
        outcome = {"why": "finished", "space": given and given.plain(), "supernet": None, "summary": {}}
        results = (Result(work.key, outcome, None, 1.0),)
    run.advance(results)
    state = Run.restored(plan, run.plain()).state
    assert state.spaces == {0: evolved.plain(), 2: shrunk.plain()}
    files = {name: read_space_document(json.loads(data)) for name, data in space_files(state).items()}
    assert files == {"space-0.json": evolved, "space.json": shrunk}
    assert space_files(Run(plan).state) == {}  # the recipe's own is no conclusion


def test_a_run_that_no_work_failed_is_not_retried() -> None:
    run = Run(changed(budget={"network": {"madds": 100}}))
    run.advance()
    with pytest.raises(Incompatible, match=r"would end as it did before .*cheapest network"):
        run.retry()


def test_a_network_that_is_given_is_trained_beside_the_reference() -> None:
    genes = ["mb5_e2", "skip", "sep3"]
    plan = changed(pipeline=[{"kind": "given", "genes": genes}, {"kind": "retrain", "seeds": 2}])
    run = Run(plan)
    works = run.advance(slots=4).work
    trained = [work.payload["architecture"]["genes"] for work in works]  # type: ignore[call-overload, index]
    assert trained == [genes, ["mb3_e2"] * 3] * 2
    assert run.state.holdings.ranking is not None
    assert run.state.holdings.ranking.entries[0].architecture.genes == tuple(genes)


def test_a_stage_that_begins_looks_back_at_what_was_told_in_the_same_decision() -> None:
    draws = {"kind": "search", "strategy": {"kind": "random", "draws": 4}, "estimator": {"kind": "from_scratch"}}
    state, events, done = driven(changed(pipeline=[draws, {**draws, "strategy": {"kind": "local_search"}}, draws]))
    told = [event.fact for event in events if isinstance(event.fact, CandidateEvaluated)]
    assert state.evaluations == len(done) == len({fact.key for fact in told})
    assert state.status == "finished"


def test_a_run_that_is_over_asks_for_nothing_more() -> None:
    run = Run(changed(budget={"network": {"madds": 100}}))
    run.advance()
    step = run.advance()
    assert (step.work, step.events, step.status) == ((), (), "infeasible")


def test_the_state_of_another_recipe_is_refused() -> None:
    state = Run(changed()).advance().state
    with pytest.raises(StateMismatch, match="the state belongs to recipe"):
        Run.restored(changed(seed=4), state)


def test_an_error_of_ours_leaves_the_run_as_it_was() -> None:
    run = Run(changed())
    work = run.advance().work[0]
    before = plain(run.state)
    with pytest.raises(StateMismatch):
        run.advance([Result(work.key, {"evaluations": "nonsense", "failures": []}, None, 1.0)])
    assert plain(run.state) == before


def test_every_stage_has_its_share_of_the_device_seconds_and_passes_on_what_it_leaves() -> None:
    stages = [
        {"kind": "train", "name": "a", "share": 3, "trainer": {"kind": "uniform_paths", "batches": 10}},
        {"kind": "train", "name": "b", "share": 1, "trainer": {"kind": "uniform_paths", "batches": 10}},
    ]
    plan = changed(pipeline=stages, budget={"search": {"device_seconds": 100, "reserve": 0.2}})
    run = Run(plan)
    first = run.advance().work[0]
    assert first.seconds == pytest.approx(60)
    outcome = {"why": "finished", "space": None, "supernet": None, "summary": {}}
    second = run.advance([Result(first.key, outcome, None, 10.0)]).work[0]
    assert second.seconds == pytest.approx(70)
