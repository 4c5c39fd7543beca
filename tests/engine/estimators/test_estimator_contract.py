"""The exam fails what it should: each estimator here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from inspect import unwrap
from typing import ClassVar

import pytest
import torch

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost
from nas_engine.candidate import Answer, Candidate, Evaluation, Failure
from nas_engine.chance import seed_from
from nas_engine.errors import Incompatible
from nas_engine.estimators import Estimator
from nas_engine.estimators.base import refusal
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace, SearchSpace
from nas_engine.tasks import OpenTask
from nas_engine.testing import EstimatorContract
from nas_engine.work import Context

Failed = Callable[..., set[str]]


class Exam(EstimatorContract):
    alternatives = {"salt": 1}


@dataclass
class Whole(Estimator):
    """Not broken yet: a made-up score."""

    kind: ClassVar[str] = "made up"
    needs: ClassVar[frozenset[str]] = frozenset({"space", "supernet"})

    salt: int = 0

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        space = products.space
        if space is None:
            raise Incompatible("needs a space")
        if products.supernet is None:
            raise Incompatible("needs a supernet")
        return [self.answer(candidate, space, task) for candidate in candidates]

    def answer(self, candidate: Candidate, space: SearchSpace, task: OpenTask) -> Answer:
        refused = refusal(candidate, space, task.shape)
        if refused is not None:
            return refused
        return Evaluation(candidate, self.score(candidate), self.cost(candidate, space, task))

    def score(self, candidate: Candidate) -> float:
        return seed_from(candidate.key, self.salt) / 2**63

    def cost(self, candidate: Candidate, space: SearchSpace, task: OpenTask) -> Cost:
        return space.cost(candidate.architecture, task.shape)


@dataclass
class AnswersBackwards(Whole):
    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        return super().estimate(candidates, products, task, context)[::-1]


@dataclass
class AnswersOneMore(Whole):
    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        answers = super().estimate(candidates, products, task, context)
        return [*answers, *answers[-1:]]


@dataclass
class InventsAnAnswer(Whole):
    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        return super().estimate(candidates, products, task, context) or [Failure(Candidate(NOBODY), "ours")]


@dataclass
class RanksItsCandidates(Whole):
    """The score is the place among those asked together."""

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        answers = super().estimate(candidates, products, task, context)
        scores = sorted(answer.score for answer in answers if isinstance(answer, Evaluation))
        return [
            replace(answer, score=scores.index(answer.score) / len(scores))
            if isinstance(answer, Evaluation)
            else answer
            for answer in answers
        ]


@dataclass
class GrowsTired(Whole):
    """A score depends on the place in the order, begun anew for each Work."""

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        self._asked = 0
        return super().estimate(candidates, products, task, context)

    def score(self, candidate: Candidate) -> float:
        self._asked += 1
        return super().score(candidate) / self._asked


@dataclass
class LearnsFromQuestions(Whole):
    """It keeps count, from Work to Work."""

    def __post_init__(self) -> None:
        self._asked = 0

    def score(self, candidate: Candidate) -> float:
        self._asked += 1
        return super().score(candidate) / self._asked


@dataclass
class DrawsFromTorchAsItFindsIt(Whole):
    def score(self, candidate: Candidate) -> float:
        return (super().score(candidate) + float(torch.rand(()))) / 2


@dataclass
class ScoresInPercent(Whole):
    def score(self, candidate: Candidate) -> float:
        return 100 * super().score(candidate)


@dataclass
class ScoresNotANumber(Whole):
    """NaN, of a kind that equals itself, so that nothing but the number is wrong."""

    def score(self, candidate: Candidate) -> float:
        return ONE_NAN


@dataclass
class ScoresAllAlike(Whole):
    def score(self, candidate: Candidate) -> float:
        return 0.5 + self.salt / 10


@dataclass
class CountsItsOwnCost(Whole):
    def cost(self, candidate: Candidate, space: SearchSpace, task: OpenTask) -> Cost:
        return Cost(1, 1)


@dataclass
class RaisesForABadCandidate(Whole):
    def answer(self, candidate: Candidate, space: SearchSpace, task: OpenTask) -> Answer:
        space.block(candidate.architecture, task.shape)
        return super().answer(candidate, space, task)


@dataclass
class ScoresABadCandidate(Whole):
    def answer(self, candidate: Candidate, space: SearchSpace, task: OpenTask) -> Answer:
        found = super().answer(candidate, space, task)
        return Evaluation(candidate, 0.0, Cost()) if isinstance(found, Failure) else found


@dataclass
class FailsWithoutAWord(Whole):
    def answer(self, candidate: Candidate, space: SearchSpace, task: OpenTask) -> Answer:
        found = super().answer(candidate, space, task)
        return replace(found, message="") if isinstance(found, Failure) else found


@dataclass
class SpoilsTheSupernet(Whole):
    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        for tensor in (products.supernet or {}).values():
            tensor.add_(1)
        return super().estimate(candidates, products, task, context)


@dataclass
class NeedsWhatItDoesNotUse(Whole):
    needs: ClassVar[frozenset[str]] = frozenset({"space", "model"})


@dataclass
class IgnoresItsField(Whole):
    def score(self, candidate: Candidate) -> float:
        return seed_from(candidate.key) / 2**63


@dataclass
class HasAFieldThatTheExamDoesNotKnow(Whole):
    pepper: int = 0


class SameNan(float):
    """Equal to itself."""

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = float.__hash__


ONE_NAN = SameNan("nan")
NOBODY = Architecture("chain", "none", ())
ORDER = "it_answers_each_candidate_once_and_in_order"
NOTHING = "nothing_is_answered_where_nothing_is_asked"
SHARES = "scores_are_shares_and_differ"
COST = "the_cost_is_what_the_space_says"
BACKWARDS = "an_answer_does_not_depend_on_the_order_of_the_questions"
ALONE = "an_answer_does_not_depend_on_what_is_asked_with_it"
BEFORE = "an_answer_does_not_depend_on_what_was_asked_before"
TORCH = "an_answer_does_not_depend_on_who_else_draws_from_torch"
BAD = "a_bad_candidate_fails_alone"
FIELDS = "every_field_changes_something"

BREAKS: dict[type[Whole], set[str]] = {
    Whole: set(),
    AnswersBackwards: {ORDER, ALONE, BAD},
    AnswersOneMore: {ORDER, BACKWARDS, ALONE},
    InventsAnAnswer: {NOTHING},
    RanksItsCandidates: {ALONE},
    GrowsTired: {BACKWARDS, ALONE},
    LearnsFromQuestions: {BACKWARDS, ALONE, BEFORE, TORCH, BAD},
    DrawsFromTorchAsItFindsIt: {BACKWARDS, ALONE, TORCH},
    ScoresInPercent: {SHARES},
    ScoresNotANumber: {SHARES, FIELDS},
    ScoresAllAlike: {SHARES},
    CountsItsOwnCost: {COST},
    RaisesForABadCandidate: {BAD},
    ScoresABadCandidate: {BAD},
    FailsWithoutAWord: {BAD},
    SpoilsTheSupernet: {"it_leaves_what_it_is_given_as_it_was"},
    NeedsWhatItDoesNotUse: {"it_refuses_to_begin_without_a_product_that_it_needs"},
    IgnoresItsField: {FIELDS},
    HasAFieldThatTheExamDoesNotKnow: {FIELDS},
}


@pytest.fixture
def products(operators: ChainSpace) -> Products:
    return Products(space=operators, supernet={"weight": torch.zeros(3)})


@pytest.mark.parametrize(
    ("kind", "wrong"), [pytest.param(kind, wrong, id=kind.__name__) for kind, wrong in BREAKS.items()]
)
def test_an_estimator_broken_in_one_way_fails_exactly_the_questions_about_it(
    kind: type[Whole],
    wrong: set[str],
    failed: Failed,
    products: Products,
    digits: OpenTask,
    candidates: list[Candidate],
) -> None:
    found = failed(Exam(), estimator=kind(), products=products, task=digits, candidates=candidates)
    assert found == wrong


def test_every_question_of_the_exam_is_failed_by_some_broken_estimator() -> None:
    asked = {name.removeprefix("test_") for name in dir(Exam) if name.startswith("test_")}
    assert asked == set().union(*BREAKS.values())


@pytest.mark.parametrize("fixture", ["estimator", "products", "task", "candidates"])
def test_an_exam_without_a_fixture_says_what_to_give(fixture: str) -> None:
    with pytest.raises(NotImplementedError, match=f"Exam has to give the fixture `{fixture}`"):
        unwrap(getattr(EstimatorContract, fixture))(Exam())
