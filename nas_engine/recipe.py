"""Recipe: the frozen, versioned plan of a run, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from nas_engine.budget import Budget
from nas_engine.components import OneOf, checked
from nas_engine.errors import Incompatible, InvalidRecipe
from nas_engine.spaces import Within
from nas_engine.spaces.choices import SPACE_CHOICES, SpaceChoice
from nas_engine.stages import STAGES, Given, Search, Stage, Train
from nas_engine.stages.train import SPACE_TRAINERS
from nas_engine.strategies import STRATEGIES
from nas_engine.tasks import TASKS, Task
from nas_engine.wire import Plain, digest, plain

Name = Annotated[
    str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f\"\\]+$", description="what the run is called")
]


@dataclass(frozen=True)
class Recipe:
    """Task, space, budget and pipeline. Made by `recipe`, which checks that every stage finds the products that it needs."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    version: Annotated[Literal[1], Field(description="of this format")]
    name: Name
    task: Annotated[Task, OneOf(TASKS)]
    space: Annotated[SpaceChoice, OneOf(SPACE_CHOICES)]
    pipeline: Annotated[tuple[Annotated[Stage[Any], OneOf(STAGES)], ...], Field(min_length=1, max_length=32)]
    budget: Budget = field(default_factory=Budget)
    seed: Annotated[int, Field(ge=0, lt=2**62, description="every random draw of the run follows from it")] = 0

    @cached_property
    def plain(self) -> Plain:
        """As JSON data, every default written out."""
        return plain(self)

    @cached_property
    def digest(self) -> str:
        return digest(self.plain)


def recipe(value: object) -> Recipe:
    """The recipe that plain JSON data describes.

    Raises InvalidRecipe, naming the field, what it got and what it wants; Incompatible where a stage lacks a product.
    """
    if not isinstance(value, Mapping):
        raise InvalidRecipe("", value, "a JSON object; examples/quickstart.json is one")
    made = checked(Recipe, dict(value))
    held, evolved = {"space"}, False
    for number, stage in enumerate(made.pipeline):
        missing = sorted(stage.needs - held)
        if missing:
            raise Incompatible(
                f"recipe field 'pipeline.{number}': stage '{stage.name}' needs a {missing[0]}, and no stage before it gives one; "
                f"put a stage of kind {_givers(missing[0])} before it"
            )
        if not evolved:
            _check_part(made, number, stage)
        if isinstance(stage, Given):
            try:
                stage.check(made.space.space(), made.task.shape, made.budget.network)
            except InvalidRecipe as error:
                raise InvalidRecipe(f"pipeline.{number}.{error.field}", error.got, error.wanted) from error
        evolved |= "space" in stage.gives
        held |= stage.gives
    return made


def _check_part(made: Recipe, number: int, stage: Stage[Any]) -> None:
    """Raise Incompatible where a stage's trainer or strategy cannot work on the recipe's space."""
    space = made.space.space()
    try:
        if isinstance(stage, Train):
            stage.trainer.check(space)
        elif isinstance(stage, Search):
            stage.strategy.check(Within(space, made.budget.network, made.task.shape))
    except Incompatible as error:
        part = "trainer" if isinstance(stage, Train) else "strategy"
        raise Incompatible(f"recipe field 'pipeline.{number}.{part}': {error}") from error


def _givers(product: str) -> str:
    """The kinds of stage that give a product, in words."""
    trainers = [f"train ({kind})" for kind, trainer in SPACE_TRAINERS.items() if product in trainer.gives]
    strategies = [f"search ({kind})" for kind, strategy in STRATEGIES.items() if product == strategy.gives]
    fixed: dict[str, object] = {kind: stage.gives for kind, stage in STAGES.items()}  # some depend on their parts
    others = [kind for kind, gives in fixed.items() if isinstance(gives, frozenset) and product in gives]
    return " or ".join([*trainers, *strategies, *others])
