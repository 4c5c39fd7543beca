"""Control stage: a sample of the ranking and random networks, trained alike. Scores are made up: here they are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from nas_engine.budget import Cost
from nas_engine.candidate import Candidate, Evaluation
from nas_engine.events import (
    CandidateEvaluated,
    Event,
    ModelTrained,
    SearchControlled,
    SearchPriced,
    StageFinished,
    TestOpened,
    Warned,
)
from nas_engine.products import Comparison, Control, Rival, StoredModel
from nas_engine.recipe import Recipe
from nas_engine.run import Run, history_digest
from nas_engine.spaces import space
from nas_engine.stages.control import spread
from nas_engine.wire import plain, read
from nas_engine.work import Mishap, Result, Stored, Work
from tests.engine.driven import SEARCH_ONLY, changed, driven, made_up_score

SEARCH = SEARCH_ONLY["pipeline"][0]
CELLS = {"kind": "autospace", "skeleton": "tiny", "expansion": 2}


def controlled(*after: dict[str, Any], budget: dict[str, Any] | None = None, **fields: Any) -> Recipe:
    """Search, control, and what comes after."""
    return changed(pipeline=[SEARCH, {"kind": "control", **fields}, *after], budget=budget or {})


def worker(score: Callable[[Work, Candidate], float], seconds: float = 2.0) -> Callable[[Work], Result]:
    """Who scores so."""

    def answer(work: Work) -> Result:
        asked = [read(Candidate, value) for value in work.payload["candidates"]]  # type: ignore[attr-defined]
        held, shape = space(work.payload["space"]), controlled().task.shape  # type: ignore[arg-type]
        answers = [plain(Evaluation(one, score(work, one), held.cost(one.architecture, shape))) for one in asked]
        return Result(work.key, {"evaluations": answers, "failures": []}, None, seconds)

    return answer


def faithful(_: Work, candidate: Candidate) -> float:
    """The estimate is what training finds, too, whatever the seed."""
    return made_up_score(Candidate(candidate.architecture))


def reversed_by_training(work: Work, candidate: Candidate) -> float:
    return 1 - faithful(work, candidate) if work.stage else faithful(work, candidate)


def fact(events: Sequence[Event], kind: type[Any]) -> Any:
    (found,) = [event.fact for event in events if isinstance(event.fact, kind)]
    return found


@pytest.mark.parametrize(("score", "tau"), [(faithful, 1.0), (reversed_by_training, -1.0)])
def test_the_estimate_is_correlated_with_the_score_after_training(score: Any, tau: float) -> None:
    state, events, _ = driven(controlled(sample=6, random=0), answer=worker(score))
    found = fact(events, SearchControlled)
    assert found.correlation.value == pytest.approx(tau)
    assert found.correlation.pairs == len(found.sample) == 6
    assert state.holdings.control is not None
    assert state.holdings.control.correlation == found.correlation


def test_the_sample_spreads_over_the_whole_ranking_the_winner_first() -> None:
    state, events, _ = driven(controlled(sample=5, random=0), answer=worker(faithful))
    asked = [e.fact for e in events if isinstance(e.fact, CandidateEvaluated) and e.fact.stage == 0]
    ranking = sorted({one.key: one.score for one in asked}.values(), reverse=True)
    estimates = [one.estimate for one in fact(events, SearchControlled).sample]
    assert estimates == [ranking[position] for position in spread(len(ranking), 5)]
    assert state.holdings.ranking is not None
    assert fact(events, SearchControlled).sample[0].key == state.holdings.ranking.entries[0].architecture.key


def test_a_network_is_trained_anew_where_the_search_itself_trained() -> None:
    """Else the estimate would be held against itself."""
    _, events, done = driven(controlled(sample=4, random=0), answer=worker(lambda _, one: one.seed(0) % 1000 / 1000))
    assert sum(work.stage == 1 for work in done) == 4
    assert all(one.estimate != one.score for one in fact(events, SearchControlled).sample)


@pytest.mark.parametrize(
    ("count", "wanted", "found"),
    [(10, 4, [0, 3, 6, 9]), (3, 8, [0, 1, 2]), (5, 1, [0]), (5, 0, []), (101, 3, [0, 50, 100])],
)
def test_a_spread_is_even_and_holds_both_ends(count: int, wanted: int, found: list[int]) -> None:
    assert spread(count, wanted) == found


def test_random_networks_are_of_the_starting_space_inside_the_limits_and_the_best_is_held() -> None:
    evolve = {"kind": "train", "name": "evolve", "trainer": {"kind": "autospace"}}
    shape = controlled().task.shape
    cells = changed(space=CELLS).space.space()
    only = cells.narrowed(dict.fromkeys(cells.skeleton.groups, (cells.reference_label,)))
    limit = cells.cost(cells.reference, shape).madds
    plan = changed(
        space=CELLS, pipeline=[evolve, SEARCH, {"kind": "control", "random": 7}], budget={"network": {"madds": limit}}
    )

    def answer(work: Work) -> Result:
        if work.kind == "train":
            return Result(work.key, {"why": "finished", "space": only.plain()}, None, 30.0)
        return worker(faithful)(work)

    state, events, _ = driven(plan, answer=answer)
    drawn = [
        e.fact for e in events if isinstance(e.fact, CandidateEvaluated) and e.fact.stage == 2 and e.fact.repeat == 0
    ]
    assert len({one.key for one in drawn}) == 7
    assert all(one.architecture in cells and one.cost.madds <= limit for one in drawn)
    assert not any(one.architecture in only for one in drawn)
    control = state.holdings.control
    assert control is not None
    assert control.random is not None
    assert control.largest is not None
    assert control.random.score == max(one.score for one in drawn)
    assert control.largest.cost.params == max(one.cost.params for one in drawn)
    assert control.by_params is not None
    assert fact(events, SearchControlled).draws == control.draws == 7
    assert fact(events, SearchPriced).searching == 30.0 + 2.0  # the one network of the narrow space, once


def test_what_the_search_and_the_random_networks_cost_is_told_and_is_no_part_of_what_was_found() -> None:
    plan = controlled(sample=3, random=5)
    quick, slow = (driven(plan, answer=worker(faithful, seconds)) for seconds in (1.0, 3.0))
    searched, priced = quick[0].seconds[0], fact(quick[1], SearchPriced)
    answered = sum(isinstance(e.fact, CandidateEvaluated) and e.fact.stage == 1 and not e.fact.repeat for e in quick[1])
    assert (priced.searching, priced.draws, answered) == (searched, 5, 5)
    assert 0 <= priced.drawing <= 5  # those that the search had trained come from the history, for nothing
    assert fact(slow[1], SearchPriced).searching == 3 * priced.searching
    assert history_digest(quick[1], plain(quick[0])) == history_digest(slow[1], plain(slow[0]))


def test_restored_before_every_decision_it_finds_the_same() -> None:
    plan = controlled(sample=5, random=6)
    kept, restored = (driven(plan, answer=worker(faithful), restore=again) for again in (False, True))
    assert [event.plain() for event in kept[1]] == [event.plain() for event in restored[1]]
    slots = driven(plan, slots=3, answer=worker(faithful), restore=True)
    assert fact(slots[1], SearchControlled).best == fact(kept[1], SearchControlled).best  # evolution takes another way


def test_a_spent_budget_ends_it_with_what_it_has() -> None:
    state, events, _ = driven(
        controlled(budget={"search": {"evaluations": 33}}, sample=8, random=20), answer=worker(faithful)
    )
    assert state.status == "finished"
    assert [event.fact.why for event in events if isinstance(event.fact, StageFinished)][-1] == "budget spent"
    found = fact(events, SearchControlled)
    assert len(found.sample) == 8
    assert 0 < found.draws < 20


def test_where_no_random_network_is_scored_a_warning_says_why() -> None:
    def failing(work: Work) -> Result:
        return worker(faithful)(work) if work.stage == 0 else Result(work.key, {}, Mishap("not finite", "nan"), 1.0)

    plan = controlled(random=3, estimator={"kind": "from_scratch", "epochs": 1})
    state, events, _ = driven(plan, answer=failing)
    assert state.status == "finished"
    assert "no random search: no random network was scored" in fact(events, Warned).text
    assert fact(events, SearchControlled).correlation is None


# ---------------------------------------------------------------------------------------------------------- retraining


def retraining(work: Work) -> Result:
    """A worker that trains, and opens the test split, without doing either."""
    if work.kind == "evaluate":
        return worker(faithful)(work)
    if work.kind == "retrain":
        subject, seed = str(work.payload["subject"]), int(str(work.payload["seed"]))
        model = StoredModel(subject, read_architecture(work), seed, 0.5, Stored(work.key, "0" * 64))
        return Result(work.key, {"model": plain(model), "whole": (subject, seed) != ("random", 1)}, None, 1.0)
    listed = [read(StoredModel, value) for value in work.payload["models"]]  # type: ignore[attr-defined]
    seeds = {subject: tuple(one.seed for one in listed if one.subject == subject) for subject in ("winner", "random")}
    rival = Rival(seeds["random"], (0.5,) * len(seeds["random"]), Cost(), 0.1, 0.0, 0.2, "not distinguishable")
    scores = (0.6,) * len(seeds["winner"])
    return Result(
        work.key, plain(Comparison(seeds["winner"], scores, scores, Cost(), Cost(), 0, 0, 0, "", (), rival)), None, 1.0
    )


def read_architecture(work: Work) -> Any:
    from nas_engine.architecture import Architecture

    return read(Architecture, work.payload["architecture"])


def test_the_best_random_network_is_retrained_with_the_same_seeds_as_a_third() -> None:
    state, events, done = driven(controlled({"kind": "retrain", "seeds": 3}, random=6), answer=retraining)
    control = state.holdings.control
    assert isinstance(control, Control)
    assert control.random is not None
    trained = [(work.payload["subject"], work.payload["seed"]) for work in done if work.kind == "retrain"]
    assert trained == [(subject, seed) for seed in range(3) for subject in ("winner", "reference", "random")]
    networks = {read_architecture(work) for work in done if work.payload.get("subject") == "random"}
    assert networks == {control.random.architecture}
    assert {e.fact.subject for e in events if isinstance(e.fact, ModelTrained)} == {"winner", "reference", "random"}


def test_a_seed_that_cut_only_the_random_network_short_stays_in_the_first_comparison() -> None:
    _, events, _ = driven(controlled({"kind": "retrain", "seeds": 3}, random=6), answer=retraining)
    opened = fact(events, TestOpened)
    assert [len(opened.scores[subject]) for subject in ("winner", "reference", "random")] == [3, 3, 2]
    assert opened.random.seeds == (0, 2)
    assert opened.random.verdict == "not distinguishable"


def test_without_a_control_stage_there_is_no_third() -> None:
    run = Run(changed(pipeline=[{"kind": "given"}, {"kind": "retrain", "seeds": 1}]))
    assert [work.payload["subject"] for work in run.advance(slots=9).work] == ["winner", "reference"]
