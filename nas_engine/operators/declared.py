"""Declared: an operator that a team composed of primitives."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from nas_engine.components import OneOf
from nas_engine.errors import InvalidArchitecture, InvalidRecipe, shown
from nas_engine.graph.block import INPUT, Block, Sketch
from nas_engine.operators.align import align
from nas_engine.operators.base import Operator, Site
from nas_engine.operators.primitives import PRIMITIVES, Primitive, channels
from nas_engine.operators.primitives.base import Fit
from nas_engine.operators.primitives.order import ordered
from nas_engine.operators.primitives.wiring import INPUT_NAME, Wires, widths, wired
from nas_engine.shapes import FeatureShape

MOST_STEPS = 16
MOST_PARAMS = 2_000_000  # where 64 channels come in and 64 go out: four dense 11 x 11 convolutions
MEASURED = Site(FeatureShape(64, 8, 8), 64)
LONGEST = 600  # characters of a label, none of which could be read

Steps = Annotated[
    tuple[Annotated[Primitive, OneOf(PRIMITIVES)], ...],
    Field(
        min_length=1,
        max_length=MOST_STEPS,
        description="steps, each after those that it follows; the last one is what goes out",
    ),
]


@dataclass(frozen=True)
class Declared(Operator):
    """Steps of known kinds, in a chain or a small graph. Its label is the whole of it: what reads the label needs nothing else.

    Where the last step is not as wide as the place asks for, ReLU, a 1x1 convolution and batch-norm bring it there, as
    after a pool.

    **Shapes**: (B, C, H, W) -> (B, C', ceil(H/s), ceil(W/s)). Raises InvalidRecipe, naming the field, where the steps do
    not fit together.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: ClassVar[str] = "declared"
    pattern: ClassVar[str] = r"\[(?P<steps>[a-z0-9_*/:?@+ ]+)\]"

    nodes: Steps

    def __post_init__(self) -> None:
        if not 1 <= len(self.nodes) <= MOST_STEPS:
            raise InvalidRecipe("nodes", f"{len(self.nodes)} steps", f"1 to {MOST_STEPS}")
        _ = self._wires
        params = self.cost(MEASURED).params
        if params > MOST_PARAMS:
            wanted = (
                f"at most {MOST_PARAMS:,} where 64 channels come in and 64 go out; narrower or smaller convolutions"
            )
            raise InvalidRecipe("nodes", f"{params:,} params", wanted)

    @cached_property
    def _wires(self) -> Wires:
        return wired(self.nodes)

    @cached_property
    def canonical(self) -> Declared:
        """The same steps in their one order, with names only where a step needs one."""
        return Declared(tuple(_named(*ordered(self.nodes, self._wires))))

    @cached_property
    def label(self) -> str:
        """Its steps in their one order, such as '[conv1:in*6 norm relu6 dw3:s norm relu6 conv1:out norm skip? add@8+9]'.

        A number after @ is a step that it follows, 0 the input; without one it follows the step before.
        """
        return f"[{' '.join(_spelled(*ordered(self.nodes, self._wires)))}]"

    @classmethod
    def read(cls, label: str) -> Declared | None:
        """The operator whose label this is; None for another kind's. Raises InvalidArchitecture where it is spelt as one and is none."""
        match = re.fullmatch(cls.pattern, label)
        if match is None or len(label) > LONGEST:
            return None
        try:
            found = cls(tuple(_read(match["steps"].split(" ")))).canonical
        except InvalidRecipe as error:
            what = f"operator {shown(label)}: {error.field}: got {shown(error.got)}, wanted {error.wanted}"
            raise InvalidArchitecture(what) from error
        if found.label != label:
            raise InvalidArchitecture(f"got operator {shown(label)}, wanted its one spelling, {found.label!r}")
        return found

    def block(self, site: Site) -> Block:
        nodes, wires = ordered(self.nodes, self._wires)
        sketch = Sketch(f"declared {self.label}", site.input)
        wide = [channels(one, site.input.channels, site.channels) for one in widths(nodes, wires)]
        drawn: list[str | None] = [INPUT]
        for number, (node, sources) in enumerate(zip(nodes, wires, strict=True), start=1):
            inputs = [name for name in (drawn[source] for source in sources) if name is not None]
            if len(inputs) == 1 < len(sources):  # all others are left out here
                drawn.append(inputs[0])
            else:
                fit = Fit(site, wide[sources[0]], wide[number])
                drawn.append(node.draw(sketch, f"{node.kind}_{number}", inputs, fit))
        return sketch.block(drawn[-1] if wide[-1] == site.channels else align(sketch, site, wide[-1]))


def _spelled(nodes: Sequence[Primitive], wires: Wires) -> Iterator[str]:
    """The words of a label."""
    for number, (node, sources) in enumerate(zip(nodes, wires, strict=True), start=1):
        follows = sources == (number - 1,) or node.starts
        yield node.word if follows else f"{node.word}@{'+'.join(map(str, sources))}"


def _named(nodes: Sequence[Primitive], wires: Wires) -> Iterator[Primitive]:
    """The steps as their words read, with the names that their wires need."""
    called = {one for n, sources in enumerate(wires, start=1) if sources != (n - 1,) for one in sources}
    for number, (node, sources) in enumerate(zip(nodes, wires, strict=True), start=1):
        follows = sources == (number - 1,) or node.starts
        inputs = () if follows else tuple(f"s{one}" if one else INPUT_NAME for one in sources)
        yield replace(_step(node.word), name=f"s{number}" if number in called else "", inputs=inputs)


def _read(words: Sequence[str]) -> Iterator[Primitive]:
    """The steps of a label's words, each with a name."""
    for number, text in enumerate(words, start=1):
        word, _, sources = text.partition("@")
        inputs = tuple("x" if one == "0" else f"s{one}" for one in sources.split("+")) if sources else ()
        try:
            yield replace(_step(word), name=f"s{number}", inputs=inputs)
        except ValueError as error:
            raise InvalidRecipe(
                f"nodes.{number - 1}", text, "a step such as conv3:out, dw5:s, norm or add@1+2"
            ) from error


def _step(word: str) -> Primitive:
    for kind in PRIMITIVES.values():
        found = kind.read(word)
        if found is not None and found.word == word:
            return found
    raise ValueError(word)
