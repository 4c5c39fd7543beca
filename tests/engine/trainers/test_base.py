"""`fit`, the one training loop: what it tells, what ends it, and that a death changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import torch

from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent, Cancelled, EvaluationFailed, StateMismatch
from nas_engine.events import CurvePoint, Warned
from nas_engine.products import Products
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import OpenTask
from nas_engine.testing import MemoryContext
from nas_engine.trainers import Trainer, UniformPaths, fit
from nas_engine.wire import Plain, Tensors, pack
from nas_engine.work import Work


@dataclass
class Counts(Trainer):
    """Its figure is the number of the step; its memory, the sum of them."""

    kind: ClassVar[str] = "counts"
    needs: ClassVar[frozenset[str]] = frozenset()
    gives: ClassVar[frozenset[str]] = frozenset()

    steps: int
    bad_at: int = 0

    def __post_init__(self) -> None:
        self.position, self.facts, self.total = 0, [], torch.zeros(())

    @property
    def length(self) -> int:
        return self.steps

    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None:
        raise AssertionError("fit sets nothing up")

    def step(self) -> Mapping[str, float]:
        self.position += 1
        self.total = self.total + self.position
        self.facts = [Warned(0, f"step {self.position}"), Warned(0, f"sum {int(self.total)}")]
        return {"number": float("nan") if self.position == self.bad_at else float(self.position)}

    def save(self) -> tuple[Plain, Tensors]:
        return {"position": self.position}, {"total": self.total}

    def load(self, saved: Plain, tensors: Tensors) -> None:
        self.position, self.total = int(str(saved["position"])), tensors["total"]

    def conclude(self) -> Products:
        return Products()


def work(seconds: float | None = None) -> Work:
    return Work("2-train", 2, "train", {}, seed=0, seconds=seconds)


# ------------------------------------------------------------------------------------------------------ what it tells


def test_each_step_tells_its_facts_and_a_point_of_the_curve_under_keys_of_its_own() -> None:
    context = MemoryContext(work())
    assert fit(Counts(2), context) == "finished"
    assert [(event.key, event.fact) for event in context.events] == [
        ("2-train/1/0", Warned(0, "step 1")),
        ("2-train/1/1", Warned(0, "sum 1")),
        ("2-train/1/curve", CurvePoint(1, {"number": 1.0})),
        ("2-train/2/0", Warned(0, "step 2")),
        ("2-train/2/1", Warned(0, "sum 3")),
        ("2-train/2/curve", CurvePoint(2, {"number": 2.0})),
    ]


def test_each_step_moves_the_gauge() -> None:
    context = MemoryContext(work())
    fit(Counts(3), context)
    assert context.gauges == [(number, 3, {"number": float(number)}) for number in (1, 2, 3)]


@pytest.mark.parametrize(("steps", "points"), [(500, 500), (501, 251), (1_250, 417)])
def test_a_long_training_tells_at_most_500_points_and_always_the_last(steps: int, points: int) -> None:
    context = MemoryContext(work())
    fit(Counts(steps), context)
    curve = [fact.step for fact in context.facts if isinstance(fact, CurvePoint)]
    assert len(curve) == points
    assert curve[-1] == steps


# ------------------------------------------------------------------------------------------------------- what ends it


def test_a_figure_that_is_not_finite_ends_it_before_anything_of_that_step_is_told() -> None:
    context = MemoryContext(work())
    with pytest.raises(EvaluationFailed, match="counts: number is nan at step 3; lower the learning rate") as caught:
        fit(Counts(5, bad_at=3), context)
    assert caught.value.reason == "not finite"
    assert [fact.step for fact in context.facts if isinstance(fact, CurvePoint)] == [1, 2]
    assert len(context.gauges) == 2


def test_it_ends_with_the_step_in_which_its_seconds_are_used_up() -> None:
    context = MemoryContext(work(seconds=2.5), tick=1.0)
    trainer = Counts(9)
    assert fit(trainer, context) == "device seconds spent"
    assert trainer.position == 3


def test_without_seconds_for_one_step_it_says_what_to_raise() -> None:
    with pytest.raises(BudgetSpent, match=r"counts: no device seconds left .* raise budget\.search\.device_seconds"):
        fit(Counts(9), MemoryContext(work(seconds=0.0)))


def test_a_restored_training_without_seconds_left_ends_as_one_that_was_cut_short() -> None:
    context = MemoryContext(work(seconds=1.5), tick=1.0, due=True)
    fit(Counts(9), context)
    trainer = Counts(9)
    assert fit(trainer, context.again()) == "device seconds spent"
    assert trainer.position == 2


# ------------------------------------------------------------------------------------------------------------- deaths


@pytest.mark.parametrize("dies_after", range(5))
def test_after_a_death_it_goes_on_from_the_last_checkpoint_and_tells_the_same(dies_after: int) -> None:
    quiet = MemoryContext(work())
    fit(Counts(4), quiet)
    context = MemoryContext(work(), due=True, checks=dies_after)
    if dies_after < 4:
        with pytest.raises(Cancelled):
            fit(Counts(4), context)
        context = context.again()
    trainer = Counts(4)
    fit(trainer, context)
    assert context.events == quiet.events
    assert trainer.total == 10


def test_after_a_death_before_any_checkpoint_it_begins_anew() -> None:
    context = MemoryContext(work(), checks=2)
    with pytest.raises(Cancelled):
        fit(Counts(4), context)
    again = context.again()
    assert again.events == []
    trainer = Counts(4)
    fit(trainer, again)
    assert trainer.total == 10


def test_checkpoints_are_written_only_where_they_are_due() -> None:
    context = MemoryContext(work())
    fit(Counts(4), context)
    assert context.saved is None
    due = MemoryContext(work(), due=True)
    fit(Counts(4), due)
    assert due.restored() is not None


def test_a_real_training_that_dies_at_every_step_concludes_the_same(operators: ChainSpace, digits: OpenTask) -> None:
    def trainer() -> UniformPaths:
        made = UniformPaths(batches=33, batch=7)
        made.setup(Products(space=operators), digits, Chance(4))
        return made

    undisturbed, quiet = trainer(), MemoryContext(work())
    fit(undisturbed, quiet)
    context, deaths = MemoryContext(work(), due=True, checks=1), 0
    while True:
        attempt = trainer()
        try:
            fit(attempt, context)
            break
        except Cancelled:
            deaths += 1
            context = replace(context.again(), checks=1)
    assert deaths == undisturbed.length - 1
    assert context.events == quiet.events
    wanted, got = undisturbed.conclude().supernet, attempt.conclude().supernet
    assert wanted is not None
    assert got is not None
    assert pack({}, got) == pack({}, wanted)


def test_a_checkpoint_of_another_version_is_told_of_and_the_training_begins_anew() -> None:
    class Changed(Counts):
        def load(self, saved: Plain, tensors: Tensors) -> None:
            raise StateMismatch("stored Position: sum: Field required; it was written by another version")

    context = MemoryContext()
    context.checkpoint({"position": 2}, {"total": torch.tensor(3.0)})
    trainer = Changed(3)
    assert fit(trainer, context) == "finished"
    assert (trainer.position, int(trainer.total)) == (3, 6)
    (told,) = [fact for fact in context.facts if isinstance(fact, Warned) and "begins anew" in fact.text]
    assert told.text.startswith("checkpoint of 0-test cannot be read, the work begins anew: stored Position: sum")
