"""The exam of every trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from math import isfinite
from typing import ClassVar

import pytest
import torch

from nas_engine import trainers
from nas_engine.chance import Chance
from nas_engine.errors import Incompatible
from nas_engine.events import Fact
from nas_engine.products import Model, Products, Ranking
from nas_engine.spaces import SearchSpace
from nas_engine.tasks import OpenTask
from nas_engine.trainers import Trainer
from nas_engine.wire import Plain, Tensors, pack, plain, unpack

Made = Callable[..., Trainer]  # a trainer of the examined configuration; named arguments change fields of it

PRODUCTS = ("space", "supernet", "ranking", "model")
MOST_STEPS = 100
# of the loss in fp16: the first batch overflows and its step is left out, two go well, and so on
JUMPING = {"init_scale": 2.0**24, "growth_factor": 2.0**12, "backoff_factor": 2.0**-12, "growth_interval": 2}


class TrainerContract:
    """What every trainer promises, as tests. Inherit it, give three fixtures, and pytest runs the exam::

        class TestSandwich(TrainerContract):
            alternatives = {"narrowest": 0.25, "batch": 9}

            @pytest.fixture
            def trainer(self) -> Made:
                return partial(Sandwich, batches=35, batch=7)

            @pytest.fixture
            def products(self) -> Products:
                return Products(space=chain(skeleton_named("tiny"), ("mb3_e2", "sep3")))

            @pytest.fixture
            def task(self) -> OpenTask:
                return ImageClassification().open()

    Configure it small (a few steps of a few images) and awkward: a batch that does not divide the images, a length that
    does not fill the last step. `alternatives` holds another value for every field, with which something has to come
    out otherwise; `tested_beside` names the fields that need a longer training to show what they do, and have a test of
    their own. What it learns is tested beside the exam too, in the same file.
    """

    alternatives: ClassVar[Mapping[str, object]] = {}
    tested_beside: ClassVar[frozenset[str]] = frozenset()

    @pytest.fixture
    def trainer(self) -> Made:
        """Makes trainers of the configuration under examination; with `params`, several configurations."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `trainer`")

    @pytest.fixture
    def products(self) -> Products:
        """What it is given."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `products`")

    @pytest.fixture
    def task(self) -> OpenTask:
        """What it learns."""
        raise NotImplementedError(f"{type(self).__name__} has to give the fixture `task`")

    # --------------------------------------------------------------------------------------------------------- memory

    def test_restored_at_every_step_it_learns_as_if_never_disturbed(
        self, trainer: Made, products: Products, task: OpenTask
    ) -> None:
        kept = Training(trainer, products, task).finished()
        restored = Training(trainer, products, task, restoring=True).finished()
        assert restored.metrics == kept.metrics, "restored, its steps give other figures"
        assert restored.facts == kept.facts, "restored, it tells other facts"
        assert restored.conclusion == kept.conclusion, "restored, it concludes something else"

    @pytest.mark.parametrize("precision", ["bf16", "fp16"])
    def test_in_any_precision_it_is_restored_as_it_was(
        self, precision: str, trainer: Made, products: Products, task: OpenTask
    ) -> None:
        """Asked of those that have a field `precision`, on the task's device. The scale of fp16 jumps every few batches."""
        if "precision" not in {each.name for each in fields(trainer())}:  # type: ignore[arg-type]
            return
        made = partial(trainer, precision=precision)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(trainers.precision, "SCALING", JUMPING)
            kept = Training(made, products, task).finished()
            restored = Training(made, products, task, restoring=True).finished()
        assert restored.trace == kept.trace, f"in {precision}, restored, it comes to something else"

    def test_saving_it_changes_nothing(self, trainer: Made, products: Products, task: OpenTask) -> None:
        kept = Training(trainer, products, task).finished()
        saved = Training(trainer, products, task)
        for _ in saved.steps():
            saved.file()
        assert saved.trace == kept.trace, "a trainer that was saved, and went on, came to something else"

    def test_what_it_saves_loads_as_what_it_saves(self, trainer: Made, products: Products, task: OpenTask) -> None:
        training = Training(trainer, products, task)
        for _ in training.steps():
            saved = training.file()
            assert training.file() == saved, "saving it twice gives two states"
            training.restore()
            assert training.file() == saved, "a state that was loaded is saved as another"

    # --------------------------------------------------------------------------------------------------------- chance

    def test_it_does_not_depend_on_who_else_draws_from_torch(
        self, trainer: Made, products: Products, task: OpenTask
    ) -> None:
        with Chance(1).owning_torch():
            quiet = Training(trainer, products, task).finished()
        with Chance(2).owning_torch():
            crowded = Training(trainer, products, task)
            for number in crowded.steps():
                torch.manual_seed(number)
        assert crowded.trace == quiet.trace, "its steps depend on torch's generator: does each seed it first?"

    def test_a_seed_gives_the_same_every_time_and_another_seed_something_else(
        self, trainer: Made, products: Products, task: OpenTask
    ) -> None:
        first, again, other = (Training(trainer, products, task, seed=seed).finished().trace for seed in (1, 1, 2))
        assert again == first, "the same seed gave something else: what is not from its Chance?"
        assert other != first, "what it comes to does not depend on the seed"

    # ---------------------------------------------------------------------------------------------------------- steps

    def test_it_ends_after_as_many_steps_as_it_is_long(self, trainer: Made, products: Products, task: OpenTask) -> None:
        training = Training(trainer, products, task)
        length = training.player.length
        assert length >= 2, f"configured to take {length} steps; the exam needs at least 2"
        for number in training.steps():
            assert training.player.position == number, (
                f"after {number} steps its position is {training.player.position}"
            )
            assert training.player.length == length, "its length changed on the way"
        assert len(training.metrics) == length

    def test_its_figures_are_finite(self, trainer: Made, products: Products, task: OpenTask) -> None:
        for number, metrics in enumerate(Training(trainer, products, task).finished().metrics, start=1):
            assert metrics, f"step {number} gave no figure"
            for name, value in metrics.items():
                assert isfinite(value), f"step {number}: {name} is {value}"

    def test_it_concludes_exactly_what_it_gives(self, trainer: Made, products: Products, task: OpenTask) -> None:
        given = set(Training(trainer, products, task).finished().conclusion)
        wanted = trainer().gives
        assert given == wanted, f"says it gives {sorted(wanted)}, gave {sorted(given)}"

    def test_it_can_be_made_to_conclude_after_one_step(self, trainer: Made, products: Products, task: OpenTask) -> None:
        training = Training(trainer, products, task)
        next(training.steps())
        given = set(training.conclusion)
        assert given == trainer().gives, f"after one step it concludes {sorted(given)}"

    # ------------------------------------------------------------------------------------------------ what it is given

    def test_it_leaves_what_it_is_given_as_it_was(self, trainer: Made, products: Products, task: OpenTask) -> None:
        images = [task.train.inputs, task.train.labels, task.validation.inputs, task.validation.labels]
        before = _shown(products), [tensor.clone() for tensor in images]
        Training(trainer, products, task).finished()
        assert _shown(products) == before[0], "it changed the products that it was given"
        for tensor, copy in zip(images, before[1], strict=True):
            assert torch.equal(tensor, copy), "it changed the task's data"

    def test_it_refuses_to_begin_without_a_product_that_it_needs(
        self, trainer: Made, products: Products, task: OpenTask
    ) -> None:
        needs = trainer().needs
        assert needs <= set(PRODUCTS), f"needs {sorted(needs)}, the products are {', '.join(PRODUCTS)}"
        for name in sorted(needs):
            lacking = replace(products, **{name: None})  # type: ignore[arg-type]
            with pytest.raises(Incompatible, match=name):
                trainer().setup(lacking, task, Chance(0))

    # --------------------------------------------------------------------------------------------------------- fields

    def test_every_field_changes_something(self, trainer: Made, products: Products, task: OpenTask) -> None:
        usual = Training(trainer, products, task).finished().trace
        configured = {each.name for each in fields(trainer())}  # type: ignore[arg-type]
        untested = sorted(configured - set(self.alternatives) - self.tested_beside)
        assert not untested, f"no alternative is given for {', '.join(untested)}"
        for name, value in self.alternatives.items():
            assert getattr(trainer(), name) != value, f"{name}: {value!r} is no alternative"
            trace = Training(partial(trainer, **{name: value}), products, task).finished().trace
            assert trace != usual, f"with {name}={value!r} it does as with {getattr(trainer(), name)!r}"


@dataclass
class Training:
    """A trainer at work, and what it did. Everything follows from `seed`.

    `restoring`: at every boundary, the first and the last included, the trainer is saved to the bytes of a file, thrown
    away, and loaded into a fresh one that was set up with the same arguments.
    """

    made: Made
    products: Products
    task: OpenTask
    seed: int = 0
    restoring: bool = False

    metrics: list[dict[str, float]] = field(default_factory=list)
    facts: list[list[Fact]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.player = self._fresh()

    def _fresh(self) -> Trainer:
        player = self.made()
        player.setup(self.products, self.task, Chance(self.seed))
        return player

    def steps(self) -> Iterator[int]:
        """Take steps, one an iteration, to the end; gives how many were taken."""
        while self.player.position < self.player.length:
            if self.restoring:
                self.restore()
            self.player.facts = []
            self.metrics.append(dict(self.player.step()))
            self.facts.append(list(self.player.facts))
            assert len(self.metrics) <= MOST_STEPS, f"not finished after {MOST_STEPS} steps; is it configured small?"
            yield len(self.metrics)
        if self.restoring:
            self.restore()

    def finished(self) -> Training:
        """Take all steps."""
        for _ in self.steps():
            pass
        return self

    def file(self) -> bytes:
        """The trainer's memory as a checkpoint file."""
        return pack(*self.player.save())

    def restore(self) -> None:
        """Throw the trainer away and load its memory into a fresh one."""
        saved: tuple[Plain, Tensors] = unpack(self.file())
        self.player = self._fresh()
        self.player.load(*saved)

    @property
    def conclusion(self) -> dict[str, object]:
        """The products concluded, in a form that compares bit by bit."""
        return _shown(self.player.conclude())

    @property
    def trace(self) -> tuple[object, ...]:
        return self.metrics, self.facts, self.conclusion


def _shown(products: Products) -> dict[str, object]:
    """Those products that are there, tensors as bytes."""
    given = {name: getattr(products, name) for name in PRODUCTS}
    return {name: _comparable(value) for name, value in given.items() if value is not None}


def _comparable(value: object) -> object:
    if isinstance(value, SearchSpace):
        return value.plain()
    if isinstance(value, Ranking):
        return plain(value)
    if isinstance(value, Model):
        return value.architecture, value.validation, pack({}, value.tensors)
    assert isinstance(value, dict), f"a product is a {type(value).__name__}"
    return pack({}, value)
