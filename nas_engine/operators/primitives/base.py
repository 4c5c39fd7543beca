"""Primitive: one step of a declared operator."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from nas_engine.errors import InvalidRecipe
from nas_engine.graph.block import Sketch
from nas_engine.operators.base import Site


def spelt(pattern: str, wanted: str) -> AfterValidator:
    """A text that is spelt so; what is wrong with another one is said in words."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise InvalidRecipe("", text, wanted)
        return text

    return AfterValidator(check)


WIDTH = r"(in|out)(\*([2-9]|1[0-2])|/([2-9]|1[0-6]))?"
StepName = Annotated[
    str,
    spelt(r"([a-z][a-z0-9_]{0,23})?", "a lower-case letter, then letters, digits and _; up to 24 in all"),
    Field(description="what later steps call it by"),
]
Sources = Annotated[
    tuple[str, ...],
    Field(
        max_length=8,
        description="names of the steps that it follows, x is the operator's input; empty: the one before",
    ),
]
Width = Annotated[
    str,
    spelt(WIDTH, "in or out, the channels of the place; times 2 to 12, such as in*6; or over 2 to 16, such as out/4"),
    Field(description="channels: those of the place (in, out), times 2 to 12 (in*6), or over 2 to 16 (out/4)"),
]
Kernel = Annotated[Literal[1, 3, 5, 7, 9, 11], Field(description="pixels along one side")]
WideKernel = Annotated[Literal[3, 5, 7, 9, 11], Field(description="pixels along one side")]
Dilation = Annotated[Literal[1, 2, 3, 4], Field(description="pixels from one weight to the next")]
Stride = Annotated[bool, Field(description="whether it carries the stride of the place")]

Widths = tuple[str, ...]  # what stands side by side, each as a `Width`
INPUT_WIDTH: Widths = ("in",)


def channels(widths: Widths, before: int, after: int) -> int:
    """How many channels a width is, for a place that takes and gives so many; never less than one."""
    total = 0
    for width in widths:
        own = before if width.startswith("in") else after
        sign, number = width.lstrip("inout")[:1], width.lstrip("inout")[1:]
        total += own * int(number) if sign == "*" else max(1, own // int(number or 1))
    return total


@dataclass(frozen=True, slots=True)
class Fit:
    """Where a step is drawn: the operator's place, and the channels that come into the step and go out of it."""

    site: Site
    before: int
    after: int


@dataclass(frozen=True, kw_only=True)
class Primitive(ABC):
    """A step: what it does to the steps that it follows. `word` is its one text form, of which an operator's label is made."""

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str]
    pattern: ClassVar[str]  # regular expression of its words, one named group a field
    least: ClassVar[int] = 1  # steps that it follows
    most: ClassVar[int] = 1

    name: StepName = ""
    inputs: Sources = ()

    @property
    @abstractmethod
    def word(self) -> str: ...

    @classmethod
    def read(cls, word: str) -> Primitive | None:
        """The step of this kind whose word this is, or None."""
        match = re.fullmatch(cls.pattern, word)
        return None if match is None else cls.from_fields(match.groupdict())

    @classmethod
    def from_fields(cls, fields: dict[str, str | None]) -> Primitive:
        """A step from a word's groups: numbers, a width, and `stride`, which is there or not."""
        held: dict[str, object] = {name: int(text) if text.isdigit() else text for name, text in fields.items() if text}
        if "stride" in held:
            held["stride"] = True
        return cls(**held)  # type: ignore[arg-type]

    @property
    def strides(self) -> bool:
        """Whether it carries the stride of the place."""
        return False

    @property
    def starts(self) -> bool:
        """Whether it begins at the operator's input, whatever stands before it."""
        return False

    def widths(self, inputs: Sequence[Widths]) -> Widths:
        """What it gives, where it is given these."""
        return inputs[0]

    @abstractmethod
    def draw(self, sketch: Sketch, name: str, inputs: Sequence[str], fit: Fit) -> str | None:
        """Add its layers; the name of the last one. None: it is left out there."""
