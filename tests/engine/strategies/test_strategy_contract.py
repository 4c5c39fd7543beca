"""The exam fails what it should: each strategy here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from inspect import unwrap
from itertools import count
from typing import Any

import pytest

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent
from nas_engine.events import Fact
from nas_engine.products import Ranked, Ranking
from nas_engine.spaces import SearchSpace, Subspace, chain, skeleton_named
from nas_engine.strategies import AgeingEvolution, Lissnas, Strategy
from nas_engine.strategies.ageing_evolution import AgeingState, Individual
from nas_engine.testing import StrategyContract
from nas_engine.wire import Plain

Failed = Callable[..., set[str]]

WHOLE = chain(skeleton_named("tiny"), ("conv1", "conv3", "conv5", "sep3", "skip"))
SPACE = Subspace.of(WHOLE, set(list(WHOLE.members())[::2]))


def score(architecture: Architecture) -> float:
    return sum(map(len, architecture.genes)) / 20 + architecture.genes.count("conv3") / 9


class Exam(StrategyContract):
    """The exam, ready to be held by hand; the field `population` is the one that has to change something."""

    most_questions = 60
    alternatives = {"population": 4}


class SpaceExam(Exam):
    alternatives = {"sample": 5}


@dataclass
class Sound(AgeingEvolution):
    """Not broken yet."""

    population: int = 8
    sample: int = 3
    cycles: int = 22


@dataclass
class SoundShrinking(Lissnas):
    """Not broken yet, and gives a space."""

    sample: int = 6


# ----------------------------------------------------------------------------------------------------------- memory


class HidesItsMemory(Sound):
    latest = ""

    def tell(self, answers: Sequence[Answer]) -> None:
        super().tell(answers)
        self.latest = answers[-1].candidate.key

    def ask(self, n: int) -> list[Candidate]:
        return [replace(candidate, parents=(self.latest,)) for candidate in super().ask(n)]


class HidesItsMemoryInAField(Sound):
    def tell(self, answers: Sequence[Answer]) -> None:
        super().tell(answers)
        self.cycles -= 1


class LeavesItsChanceOutOfWhatItSaves(Sound):
    def save(self) -> Plain:
        return {**super().save(), "chance": Chance(0).save()}


class LosesWhatIsOut(Sound):
    def load(self, space: SearchSpace, saved: Plain) -> None:
        super().load(space, {**saved, "out": 0})


class SavesWhenItWasSaved(Sound):
    times = count()

    def save(self) -> Plain:
        return {**super().save(), "out": next(self.times)}


@dataclass
class Hoard(AgeingState):
    past: list[str] = field(default_factory=list)


class KeepsEveryAnswerForEver(Sound):
    memory = Hoard
    state: Hoard

    def start(self, space: SearchSpace, seed: int) -> None:
        super().start(space, seed)
        self.state = Hoard(self.state.chance, [])

    def tell(self, answers: Sequence[Answer]) -> None:
        super().tell(answers)
        self.state.past += [f"{answer}" * 50 for answer in answers]


class ForgetsItsFacts(SoundShrinking):
    told: tuple[Fact, ...] = ()

    def tell(self, answers: Sequence[Answer]) -> None:
        super().tell(answers)
        self.told = tuple(super().facts(0))

    def facts(self, stage: int) -> Sequence[Fact]:
        return self.told


class TakesFactsBack(SoundShrinking):
    def facts(self, stage: int) -> Sequence[Fact]:
        return super().facts(stage)[-1:]


# ----------------------------------------------------------------------------------------------------------- asking


class AsksTooMany(Sound):
    def ask(self, n: int) -> list[Candidate]:
        return super().ask(n + 1)


class AsksAboutStrangers(Sound):
    def ask(self, n: int) -> list[Candidate]:
        return [Candidate(candidate.architecture.with_gene(0, "conv7")) for candidate in super().ask(n)]


class NeverFinishes(Sound):
    def ask(self, n: int) -> list[Candidate]:
        self.state.asked = min(self.state.asked, self.cycles - n)
        return super().ask(n)

    @property
    def evaluations(self) -> int | None:
        return None


class FinishesTwice(Sound):
    def ask(self, n: int) -> list[Candidate]:
        asked = super().ask(n)
        if not asked and not self.state.out:
            self.state.asked = 0
        return asked


class NeverStarts(Sound):
    def ask(self, n: int) -> list[Candidate]:
        return []


class AsksMoreThanItSays(Sound):
    @property
    def evaluations(self) -> int | None:
        return self.cycles - 1


# ----------------------------------------------------------------------------------------------------------- chance


class DrawsWithoutItsChance(Sound):
    times = count()

    def start(self, space: SearchSpace, seed: int) -> None:
        super().start(space, next(self.times))


class DoesNotHeedItsSeed(Sound):
    def start(self, space: SearchSpace, seed: int) -> None:
        super().start(space, 0)


# ------------------------------------------------------------------------------------------------------- conclusion


class GivesSomethingElse(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Any:
        super().conclude(history)
        return self.space


class CannotConcludeBeforeTheEnd(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        if self.state.asked < self.cycles:
            raise BudgetSpent("not finished")
        return super().conclude(history)


class CrashesWithoutScores(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        found = super().conclude(history)
        assert found.entries[0]
        return found


class ChangesItsMemoryInConcluding(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        self.state.population = []
        return super().conclude(history)


class ScoresFailuresWorst(Sound):
    def tell(self, answers: Sequence[Answer]) -> None:
        super().tell(answers)
        failures = [answer for answer in answers if isinstance(answer, Failure)]
        self.state.population += [Individual(failure.candidate.architecture, float("-inf")) for failure in failures]


class RanksFailuresLast(Sound):
    def tell(self, answers: Sequence[Answer]) -> None:
        super().tell(answers)
        failures = [answer for answer in answers if isinstance(answer, Failure)]
        self.state.population += [Individual(failure.candidate.architecture, -1.0) for failure in failures]

    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        worst = {
            one.architecture: Ranked(one.architecture, -1.0, Cost()) for one in self.state.population if one.score < 0
        }
        return Ranking((*super().conclude(history).entries, *worst.values()))


class RanksTheWorstFirst(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return Ranking(super().conclude(history).entries[::-1])


class RanksOneTwice(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        entries = super().conclude(history).entries
        return Ranking((*entries[:1], *entries))


class LeavesOutTheBest(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return Ranking(super().conclude(history).entries[1:])


class RanksByAnotherScore(Sound):
    def conclude(self, history: Iterable[Evaluation]) -> Ranking:
        return Ranking(tuple(replace(entry, score=entry.score + 1) for entry in super().conclude(history).entries))


class GivesStrangers(SoundShrinking):
    def conclude(self, history: Iterable[Evaluation]) -> SearchSpace:
        super().conclude(history)
        return self.space.root


# ------------------------------------------------------------------------------------------------------------ fields


class HasAFieldThatDoesNothing(Sound):
    def start(self, space: SearchSpace, seed: int) -> None:
        super().start(space, seed)
        self.population = 8

    def load(self, space: SearchSpace, saved: Plain) -> None:
        super().load(space, saved)
        self.population = 8


RESTORED = "restored_at_every_step_it_behaves_as_if_never_disturbed"
SAVES = "what_it_saves_loads_as_what_it_saves"
SMALL = "its_memory_stays_small"
AT_MOST = "it_asks_at_most_what_it_is_asked_for"
MEMBERS = "it_asks_about_members_only"
FINISHES = "it_finishes"
STARTS = "it_asks_something_before_it_finishes"
SAME_RUN = "a_seed_gives_the_same_run_every_time"
OTHER_SEED = "another_seed_asks_other_questions"
GIVES = "it_concludes_what_it_says_it_gives"
ANY_TIME = "it_can_be_made_to_conclude_at_any_time"
RANKING = "a_ranking_holds_what_was_scored_best_first_each_once"
SUBSPACE = "a_space_holds_members_of_the_space_before"
FACTS = "facts_are_added_and_never_taken_back"
FIELDS = "every_field_changes_something"

BREAKS: dict[type[Strategy[Any]], set[str]] = {
    Sound: set(),
    SoundShrinking: set(),
    HidesItsMemory: {RESTORED},
    HidesItsMemoryInAField: {RESTORED, FINISHES},
    LeavesItsChanceOutOfWhatItSaves: {RESTORED},
    LosesWhatIsOut: {RESTORED, SAVES},
    SavesWhenItWasSaved: {SAVES, ANY_TIME},
    ForgetsItsFacts: {RESTORED},
    TakesFactsBack: {FACTS},
    AsksTooMany: {AT_MOST},
    AsksAboutStrangers: {MEMBERS},
    NeverFinishes: {FINISHES},
    FinishesTwice: {FINISHES},
    NeverStarts: {STARTS, OTHER_SEED, FIELDS},
    AsksMoreThanItSays: {FINISHES},
    DrawsWithoutItsChance: {SAME_RUN, RESTORED},
    DoesNotHeedItsSeed: {OTHER_SEED},
    GivesSomethingElse: {GIVES},
    CannotConcludeBeforeTheEnd: {ANY_TIME},
    CrashesWithoutScores: {ANY_TIME, RANKING},
    ChangesItsMemoryInConcluding: {ANY_TIME},
    ScoresFailuresWorst: {RESTORED, ANY_TIME},
    RanksFailuresLast: {RANKING},
    RanksTheWorstFirst: {RANKING},
    RanksOneTwice: {RANKING},
    LeavesOutTheBest: {RANKING},
    RanksByAnotherScore: {RANKING},
    GivesStrangers: {SUBSPACE},
    HasAFieldThatDoesNothing: {FIELDS},
}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_a_strategy_broken_in_one_way_fails_exactly_the_questions_about_it(
    broken: type[Strategy[Any]], failed: Failed
) -> None:
    exam = SpaceExam() if issubclass(broken, Lissnas) else Exam()
    assert failed(exam, strategy=broken(), space=SPACE, score=score) == BREAKS[broken]


def test_every_question_of_the_exam_is_failed_by_some_broken_strategy() -> None:
    asked = {name.removeprefix("test_") for name in dir(StrategyContract) if name.startswith("test_")}
    tested_below = {SMALL}
    assert asked == set().union(*BREAKS.values()) | tested_below


def test_a_strategy_that_keeps_every_answer_for_ever_fails() -> None:
    with pytest.raises(AssertionError, match=r"its state took \d+,\d+ bytes"):
        Exam().test_its_memory_stays_small(KeepsEveryAnswerForEver(), SPACE, score)


def test_an_alternative_that_is_the_value_itself_is_none() -> None:
    class SameExam(Exam):
        alternatives = {"population": 8}

    with pytest.raises(AssertionError, match="population: 8 is no alternative"):
        SameExam().test_every_field_changes_something(Sound(), SPACE, score)


def test_the_usual_space_and_score_have_neighbours_that_score_alike() -> None:
    space, usual = unwrap(StrategyContract.space)(Exam()), unwrap(StrategyContract.score)(Exam())
    assert space.size == 343
    assert len(fields(space)) == 3
    chance = Chance(0)
    near, far = [], []
    for _ in range(200):
        start = space.sample(chance)
        near.append(abs(usual(start) - usual(space.mutate(start, chance))))
        far.append(abs(usual(start) - usual(space.sample(chance))))
    assert sum(near) < 0.8 * sum(far)


def test_an_exam_without_its_fixture_says_what_to_give() -> None:
    fixture: Callable[[StrategyContract], Strategy[Any]] = unwrap(StrategyContract.strategy)
    with pytest.raises(NotImplementedError, match="Exam has to give the fixture `strategy`"):
        fixture(Exam())
