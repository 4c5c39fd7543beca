"""Declaration: a declared operator as people write it, under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import ConfigDict, Field

from nas_engine.errors import InvalidRecipe, NasError
from nas_engine.operators.declared import Declared, Steps
from nas_engine.operators.named import operator
from nas_engine.operators.primitives.base import spelt

OperatorName = Annotated[
    str,
    spelt(r"[a-z][a-z0-9_]{0,31}", "a lower-case letter, then letters, digits and _; up to 32 in all"),
    Field(description="what lists of operators call it by"),
]


@dataclass(frozen=True)
class Declaration:
    """A name for an operator that is declared by its steps. The name is for people: equal steps are one operator."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: OperatorName
    nodes: Steps

    def __post_init__(self) -> None:
        try:
            operator(self.name)
        except NasError:
            _ = self.operator
        else:
            raise InvalidRecipe("name", self.name, "another name: a built-in operator has this one")

    @cached_property
    def operator(self) -> Declared:
        """What it declares, in its one form."""
        return Declared(self.nodes).canonical


def labels_by_name(declared: Sequence[Declaration]) -> dict[str, str]:
    """Name -> label, of a field `declared`. Raises InvalidRecipe for a name that comes twice, and for two names of one operator."""
    found: dict[str, str] = {}
    for number, one in enumerate(declared):
        if one.name in found:
            raise InvalidRecipe(f"declared.{number}.name", one.name, "each name once")
        for name, label in found.items():
            if label == one.operator.label:
                raise InvalidRecipe(f"declared.{number}.nodes", label, f"each operator once: it is {name} already")
        found[one.name] = one.operator.label
    return found
