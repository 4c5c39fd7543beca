"""Quality stage: three spaces, one band, one look at each network. Scores are made up: here they are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from nas_engine.candidate import Candidate, Evaluation
from nas_engine.chance import Chance
from nas_engine.errors import InvalidRecipe
from nas_engine.events import CandidateEvaluated, Event, SpaceMeasured, StageFinished, Warned
from nas_engine.recipe import Recipe
from nas_engine.run import Run
from nas_engine.spaces import SearchSpace, Subspace, autospace, chain, reference_only, skeleton_named, space
from nas_engine.stages.quality import members
from nas_engine.wire import plain, read
from nas_engine.work import Mishap, Result, Work
from tests.engine.driven import SEARCH_ONLY, changed, driven

CELLS = {"kind": "autospace", "skeleton": "tiny", "expansion": 2}
SPACE = autospace(skeleton_named("tiny"), expansion=2)
EVOLVE = {"kind": "train", "name": "evolve", "trainer": {"kind": "autospace"}}
GOOD = SPACE.sample(Chance(4)).genes  # an evolution that found these cells
EVOLVED = SPACE.narrowed(
    {group: (gene, SPACE.reference_label) for group, gene in zip(SPACE.skeleton.groups, GOOD, strict=True)}
)


def measuring(*before: dict[str, Any], recipe_space: dict[str, Any] = CELLS, **fields: Any) -> Recipe:
    """A recipe that ends in a quality stage; `budget` is the recipe's, the other fields are the stage's."""
    budget = fields.pop("budget", {})
    return changed(space=recipe_space, budget=budget, pipeline=[*before, {"kind": "quality", **fields}])


def evolving(work: Work) -> Result:
    """A worker for whom evolution ends in EVOLVED, and a network is the better the more of its cells evolution kept."""
    if work.kind == "train":
        return Result(work.key, {"why": "finished", "space": EVOLVED.plain()}, None, 1.0)
    asked = [read(Candidate, value) for value in work.payload["candidates"]]  # type: ignore[attr-defined]
    held, shape = space(work.payload["space"]), measuring().task.shape  # type: ignore[arg-type]
    answers = []
    for one in asked:
        kept = sum(gene == good for gene, good in zip(one.architecture.genes, GOOD, strict=True))
        score = 0.3 + 0.2 * kept + one.seed(0) % 1000 / 1e5
        answers.append(plain(Evaluation(one, score, held.cost(one.architecture, shape))))
    return Result(work.key, {"evaluations": answers, "failures": []}, None, 1.0)


def measured(events: Sequence[Event]) -> SpaceMeasured:
    (found,) = [event.fact for event in events if isinstance(event.fact, SpaceMeasured)]
    return found


def warnings(events: Sequence[Event]) -> list[str]:
    return [event.fact.text for event in events if isinstance(event.fact, Warned)]


def test_an_evolved_space_is_measured_beside_the_starting_and_the_reference_only_space() -> None:
    state, events, done = driven(measuring(EVOLVE, networks=8), answer=evolving)
    found = measured(events)
    assert state.status == "finished"
    assert {name: len(one.scores) for name, one in found.spaces.items()} == {"now": 8, "start": 8, "reference": 8}
    now, start = found.spaces["now"].mean, found.spaces["start"].mean
    assert start.high < now.low <= now.value <= now.high
    verdicts = {(one.one, one.other): one.superiority.verdict for one in found.contests}
    assert verdicts["now", "start"] == verdicts["now", "reference"] == "dominates"
    assert len(verdicts) == 3
    asked = {
        canonical for work in done if work.kind == "evaluate" for canonical in map(str, work.payload["candidates"])
    }  # type: ignore[arg-type]
    assert state.evaluations == len(asked)


def test_every_network_is_of_its_space_and_the_scores_are_theirs() -> None:
    _, events, _ = driven(measuring(EVOLVE, networks=8), answer=evolving)
    found = measured(events)
    scores = {(fact.score, fact.cost.madds): fact.architecture for fact in _evaluated(events)}
    spaces: dict[str, SearchSpace] = {"now": EVOLVED, "start": SPACE, "reference": reference_only(SPACE)}
    for name, one in found.spaces.items():
        assert all(scores[known] in spaces[name] for known in zip(one.scores, one.madds, strict=True))


def _evaluated(events: Sequence[Event]) -> list[CandidateEvaluated]:
    return [event.fact for event in events if isinstance(event.fact, CandidateEvaluated)]


def test_all_are_in_the_band_and_inside_the_limits() -> None:
    costs = sorted(
        SPACE.cost(SPACE.sample(chance), measuring().task.shape).madds for chance in [Chance(0)] for _ in range(99)
    )
    least, most, limit = costs[20], costs[80], costs[60]
    plan = measuring(EVOLVE, networks=6, least_madds=least, most_madds=most, budget={"network": {"madds": limit}})
    found = measured(driven(plan, answer=evolving)[1])
    assert (found.least_madds, found.most_madds) == (least, limit)
    assert all(least <= madds <= limit for one in found.spaces.values() for madds in one.madds)


def test_without_ends_of_its_own_the_band_is_the_upper_half_of_the_limit() -> None:
    plan = measuring(budget={"network": {"madds": 50_001}}, networks=5)
    found = measured(driven(plan, answer=evolving)[1])
    assert (found.least_madds, found.most_madds) == (25_000, 50_001)
    assert measured(driven(measuring(networks=5), answer=evolving)[1]).most_madds is None


def test_a_space_that_nobody_searched_is_measured_once() -> None:
    found = measured(driven(measuring(networks=5), answer=evolving)[1])
    assert list(found.spaces) == ["now", "reference"]


def test_restored_before_every_decision_it_finds_the_same() -> None:
    plan = measuring(EVOLVE, networks=7)
    kept, restored = driven(plan, answer=evolving), driven(plan, answer=evolving, restore=True)
    assert [event.plain() for event in kept[1]] == [event.plain() for event in restored[1]]
    assert plain(kept[0]) == plain(restored[0])
    slots = driven(plan, slots=3, answer=evolving, restore=True)
    assert measured(slots[1]) == measured(kept[1])


def test_an_empty_band_of_one_space_is_told_and_the_others_are_measured() -> None:
    shape = measuring().task.shape
    reference = max(reference_only(SPACE).cost(one, shape).madds for one in reference_only(SPACE).members())
    _, events, _ = driven(measuring(networks=5, least_madds=reference + 1), answer=evolving)
    assert list(measured(events).spaces) == ["now"]
    (said,) = warnings(events)
    assert said.startswith("stage 'quality': the reference-only space was not measured: no network of the 27 has")


def test_a_spent_budget_ends_it_with_what_it_has_of_each_space_alike() -> None:
    state, events, _ = driven(measuring(EVOLVE, networks=20, budget={"search": {"evaluations": 9}}), answer=evolving)
    assert state.status == "finished"
    assert {len(one.scores) for one in measured(events).spaces.values()} <= {3, 4}
    assert [event.fact.why for event in events if isinstance(event.fact, StageFinished)][-1] == "budget spent"
    assert measured(events).contests[0].superiority.verdict == "not distinguishable"


def test_asked_to_conclude_it_ends_at_once_with_what_it_has() -> None:
    run = Run(changed(space=CELLS, pipeline=[{"kind": "quality", "networks": 6}, *SEARCH_ONLY["pipeline"]]))
    work = run.advance(slots=2).work
    step = run.advance([evolving(work[0])], 2, conclude=True)
    assert step.dropped == (work[1].key,)
    assert [len(one.scores) for one in measured(step.events).spaces.values()] == [1]
    assert [event.fact.why for event in step.events if isinstance(event.fact, StageFinished)] == ["asked to conclude"]


def test_where_every_network_fails_it_says_that_nothing_was_measured() -> None:
    failing = lambda work: Result(work.key, {}, Mishap("not finite", "nan"), 1.0)  # noqa: E731
    state, events, _ = driven(measuring(networks=2), answer=failing)
    assert state.status == "finished"
    assert "nothing was measured" in warnings(events)[0]


def test_nothing_that_the_run_holds_is_changed() -> None:
    state, _, _ = driven(measuring(EVOLVE, networks=3), answer=evolving)
    assert state.holdings.space == EVOLVED.plain()
    assert state.holdings.names == {"space"}


def test_a_single_network_is_looked_at_again_with_other_training_seeds() -> None:
    single = Subspace.of(
        chain(skeleton_named("tiny"), ("conv3", "skip")), {chain(skeleton_named("tiny"), ("conv3", "skip")).reference}
    )
    found = list(members(single, 4, Chance(0)))
    assert [one.repeat for one in found] == [0, 1, 2, 3]
    assert len({one.seed(0) for one in found}) == 4


def test_members_are_distinct_while_there_are_enough() -> None:
    found = list(members(SPACE, 50, Chance(0)))
    assert len({one.key for one in found}) == 50
    assert {one.repeat for one in found} == {0}


def test_a_band_without_inside_is_refused_by_its_field() -> None:
    with pytest.raises(InvalidRecipe, match=r"pipeline.0.least_madds"):
        measuring(least_madds=10, most_madds=9)
