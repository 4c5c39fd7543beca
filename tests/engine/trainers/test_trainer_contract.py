"""The exam fails what it should: each trainer here is broken in one way, and fails exactly the questions it should."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from inspect import unwrap

import pytest
from torch import Tensor

from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent
from nas_engine.products import Products, Ranked, Ranking
from nas_engine.spaces import ChainSpace, Skeleton, Stage, chain
from nas_engine.tasks import OpenTask
from nas_engine.testing import TrainerContract
from nas_engine.trainers import Retrain, Trainer, UniformPaths, gradient_descent
from nas_engine.wire import Plain, Tensors

Failed = Callable[..., set[str]]


class ShortExam(TrainerContract):
    """One field is examined; the others are the trainers' own affair."""

    alternatives = {"learning_rate": 0.01}
    tested_beside = frozenset(field.name for kind in (Retrain, UniformPaths) for field in fields(kind)) - {
        "learning_rate"
    }


@dataclass
class Whole(Retrain):
    """Not broken yet."""


@dataclass
class ForgetsItsMomentum(Whole):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved, {name: tensor for name, tensor in tensors.items() if not name.startswith("sgd|")}


@dataclass
class ForgetsItsBatch(Whole):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved | {"batch": 0}, tensors


@dataclass
class ForgetsItsBatchNorms(Whole):
    def load(self, saved: Plain, tensors: Tensors) -> None:
        fresh = {name: tensor.clone() for name, tensor in self._network.state_dict().items() if "running" in name}
        super().load(saved, tensors | fresh)


@dataclass
class ForgetsItsChance(UniformPaths):
    def load(self, saved: Plain, tensors: Tensors) -> None:
        own = self._chance
        super().load(saved, tensors)
        self._chance = own


@dataclass
class ForgetsItsScale(Whole):
    def save(self) -> tuple[Plain, Tensors]:
        saved, tensors = super().save()
        return saved | {"scale": None}, tensors


@dataclass
class ForgetsItsLastFigure(Whole):
    """The figures are smoothed, and what they are smoothed with is not saved."""

    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        super().setup(products, task, chance)
        self._last = 0.0

    def step(self) -> Mapping[str, float]:
        self._last = (self._last + super().step()["loss"]) / 2
        return {"loss": self._last}


@dataclass
class DrawsWhenItIsSaved(Whole):
    def save(self) -> tuple[Plain, Tensors]:
        saved = super().save()
        self._stream.position += 1
        return saved


@dataclass
class DrawsFromTorchAsItFindsIt(Whole):
    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        super().setup(products, task, chance)
        self._chance = Unseeding(0)

    def load(self, saved: Plain, tensors: Tensors) -> None:
        super().load(saved, tensors)
        self._chance = Unseeding(0)

    def _scores(self, inputs: Tensor) -> Tensor:
        return super()._scores(inputs + 0.01 * inputs.new_empty(inputs.shape).normal_())


class Unseeding(Chance):
    def seed_torch(self) -> None:
        """Leaves torch's generator alone."""


@dataclass
class IgnoresItsSeed(Whole):
    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        super().setup(products, task, Chance(0))


@dataclass
class TakesTwoStepsAtOnce(Whole):
    def step(self) -> Mapping[str, float]:
        metrics = super().step()
        self.position += 1
        return metrics


@dataclass
class ChangesItsLength(Whole):
    @property
    def length(self) -> int:
        return super().length + (self.position == 0)


@dataclass
class SaysNotANumber(Whole):
    def step(self) -> Mapping[str, float]:
        return {**super().step(), "accuracy": float("inf")}


@dataclass
class GivesMoreThanItSays(Whole):
    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        super().setup(products, task, chance)
        self._space = products.space

    def conclude(self) -> Products:
        return replace(super().conclude(), space=self._space)


@dataclass
class ConcludesOnlyAtTheEnd(Whole):
    def conclude(self) -> Products:
        if self.position < self.length:
            raise BudgetSpent("the training did not end")
        return super().conclude()


@dataclass
class SpoilsWhatItIsGiven(Whole):
    def step(self) -> Mapping[str, float]:
        self._task.validation.inputs.add_(1)
        return super().step()


@dataclass
class NeedsWhatItDoesNotUse(Whole):
    needs = frozenset({"space", "ranking", "supernet"})


@dataclass
class IgnoresItsLearningRate(Whole):
    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        self.learning_rate = 0.1
        super().setup(products, task, chance)


@dataclass
class HasAFieldThatTheExamDoesNotKnow(Whole):
    colour: str = "red"


RESTORED = "restored_at_every_step_it_learns_as_if_never_disturbed"
PRECISION = "in_any_precision_it_is_restored_as_it_was"
SAVED = "saving_it_changes_nothing"
RELOADED = "what_it_saves_loads_as_what_it_saves"
CROWDED = "it_does_not_depend_on_who_else_draws_from_torch"
SEED = "a_seed_gives_the_same_every_time_and_another_seed_something_else"
LENGTH = "it_ends_after_as_many_steps_as_it_is_long"
GIVES = "it_concludes_exactly_what_it_gives"
EARLY = "it_can_be_made_to_conclude_after_one_step"
FIELDS = "every_field_changes_something"

BREAKS: dict[type[Trainer], set[str]] = {
    Whole: set(),
    UniformPaths: set(),
    ForgetsItsMomentum: {RESTORED, PRECISION},
    ForgetsItsBatch: {RESTORED, PRECISION},
    ForgetsItsBatchNorms: {RESTORED, PRECISION, RELOADED},
    ForgetsItsChance: {RESTORED, PRECISION, RELOADED},
    ForgetsItsScale: {PRECISION},
    ForgetsItsLastFigure: {RESTORED, PRECISION},
    DrawsWhenItIsSaved: {SAVED, RELOADED},
    DrawsFromTorchAsItFindsIt: {RESTORED, PRECISION, CROWDED},
    IgnoresItsSeed: {SEED},
    TakesTwoStepsAtOnce: {LENGTH},
    ChangesItsLength: {LENGTH},
    SaysNotANumber: {"its_figures_are_finite"},
    GivesMoreThanItSays: {GIVES, EARLY},
    ConcludesOnlyAtTheEnd: {EARLY},
    SpoilsWhatItIsGiven: {"it_leaves_what_it_is_given_as_it_was"},
    NeedsWhatItDoesNotUse: {"it_refuses_to_begin_without_a_product_that_it_needs"},
    IgnoresItsLearningRate: {FIELDS},
    HasAFieldThatTheExamDoesNotKnow: {FIELDS},
}


@pytest.fixture
def space() -> ChainSpace:
    """One place, three operators."""
    return chain(Skeleton((Stage(4, blocks=1, stride=2),), stem=2), ("conv1", "conv3", "sep3"))


@pytest.fixture
def products(space: ChainSpace, digits: OpenTask) -> Products:
    first = space.architecture(["conv1"])
    ranking = Ranking((Ranked(first, 0.0, space.cost(first, digits.shape)),))
    return Products(space=space, ranking=ranking, supernet={})


@pytest.mark.parametrize(
    ("kind", "wrong"), [pytest.param(kind, wrong, id=kind.__name__) for kind, wrong in BREAKS.items()]
)
def test_a_trainer_broken_in_one_way_fails_exactly_the_questions_about_it(
    kind: type[Trainer],
    wrong: set[str],
    failed: Failed,
    products: Products,
    digits: OpenTask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gradient_descent, "STEP_BATCHES", 2)  # two short steps: the questions are many
    length = {"batches": 3} if issubclass(kind, UniformPaths) else {"epochs": 1}
    trainer = partial(kind, batch=31, **length)  # type: ignore[call-arg]
    spoilable = replace(digits, validation=digits.validation.part(list(range(len(digits.validation)))))
    assert failed(ShortExam(), trainer=trainer, products=products, task=spoilable) == wrong


def test_every_question_of_the_exam_is_failed_by_some_broken_trainer() -> None:
    asked = {name.removeprefix("test_") for name in dir(ShortExam) if name.startswith("test_")}
    assert asked == set().union(*BREAKS.values())


@pytest.mark.parametrize("fixture", ["trainer", "products", "task"])
def test_an_exam_without_a_fixture_says_what_to_give(fixture: str) -> None:
    with pytest.raises(NotImplementedError, match=f"ShortExam has to give the fixture `{fixture}`"):
        unwrap(getattr(TrainerContract, fixture))(ShortExam())
