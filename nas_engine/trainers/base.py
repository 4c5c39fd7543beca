"""Trainer: takes gradient steps on one worker and concludes products. And `fit`, the engine's one training loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from math import ceil, isfinite
from typing import TYPE_CHECKING, ClassVar

from nas_engine.chance import Chance
from nas_engine.errors import BudgetSpent, EvaluationFailed, StateMismatch
from nas_engine.events import CurvePoint, Fact, Warned
from nas_engine.products import Products
from nas_engine.spaces import SearchSpace
from nas_engine.tasks import OpenTask
from nas_engine.work import CONCLUDED, Context, out_of_time, tell

if TYPE_CHECKING:
    from nas_engine.wire import Plain, Tensors

MOST_CURVE_POINTS = 500


class Trainer(ABC):
    """A brain that learns.

        setup(products, task, chance)
        while position < length:  step()          # saved and loaded at any of these boundaries
        conclude()

    Fields are configuration. All that the next step needs is in `save()`; `facts` are those of the step just taken,
    and those of `conclude` where a training was cut short.
    """

    kind: ClassVar[str]
    needs: ClassVar[frozenset[str]]
    gives: ClassVar[frozenset[str]]

    position: int  # steps taken
    facts: list[Fact]

    @property
    @abstractmethod
    def length(self) -> int:
        """Steps in all. Known after `setup`."""

    def check(self, space: SearchSpace) -> None:  # noqa: B027 - most work on any space
        """Raise Incompatible where it cannot work on such a space. Asked when a recipe is read, and by `setup`."""

    @abstractmethod
    def setup(self, products: Products, task: OpenTask, chance: Chance) -> None: ...

    @abstractmethod
    def step(self) -> Mapping[str, float]:
        """A fixed number of batches, about a second at most; never a time."""

    @abstractmethod
    def save(self) -> tuple[Plain, Tensors]: ...

    @abstractmethod
    def load(self, saved: Plain, tensors: Tensors) -> None:
        """After `setup` with the same arguments. Raises StateMismatch, with nothing changed, for what another version saved."""

    @abstractmethod
    def conclude(self) -> Products: ...


def fit(trainer: Trainer, context: Context, whole: bool = True) -> str:
    """Take all steps, from the last checkpoint on; returns what ended them: 'finished', 'device seconds spent' or 'asked to conclude'.

    `whole`: whether only a whole training is of use, so that a user who asks to conclude waits for it.
    Raises EvaluationFailed for a figure that is not finite, BudgetSpent where not one step could be taken.
    """
    _go_on(trainer, context)
    every = ceil(trainer.length / MOST_CURVE_POINTS)
    while trainer.position < trainer.length:
        if out_of_time(context):
            if trainer.position == 0:
                raise BudgetSpent(
                    f"{trainer.kind}: no device seconds left for its first step; raise budget.search.device_seconds"
                )
            return "device seconds spent"
        if not whole and trainer.position and context.concluding():
            return CONCLUDED
        context.check()
        trainer.facts = []
        metrics = trainer.step()
        at = trainer.position
        for name, value in metrics.items():
            if not isfinite(value):
                raise EvaluationFailed(
                    "not finite", f"{trainer.kind}: {name} is {value} at step {at}; lower the learning rate"
                )
        for number, fact in enumerate(trainer.facts):
            tell(context, f"{at}/{number}", fact)
        if at % every == 0 or at == trainer.length:
            tell(context, f"{at}/curve", CurvePoint(at, dict(metrics)))
        context.gauge(at, trainer.length, metrics)
        if context.checkpoint_due():
            context.checkpoint(*trainer.save())
    return "finished"


def _go_on(trainer: Trainer, context: Context) -> None:
    """From the last checkpoint, if there is one; from the start, and it is said, where another version wrote that."""
    saved = context.restored()
    if saved is None:
        return
    try:
        trainer.load(*saved)
    except StateMismatch as error:
        text = f"checkpoint of {context.work.key} cannot be read, the work begins anew: {error}"
        tell(context, "checkpoint of another version", Warned(context.work.stage, text))
