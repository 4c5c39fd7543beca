"""A skeleton as a drawing: what an image becomes on its way, stage by stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2
from typing import Any

from nas_engine.errors import NasError
from webapp.pages.draft.places import placed

TALL, LOW = 44, 8  # of a bar, for the whole image and for one pixel
BAR, STEP = 9, 12  # width of a bar; from one to the next


@dataclass(frozen=True)
class Part:
    """A part of the network: `bars` are the left edges of its blocks, all of one height."""

    name: str
    channels: int
    size: str
    bars: tuple[int, ...]
    height: int
    fixed: bool  # not searched

    @property
    def width(self) -> int:
        return self.bars[-1] + BAR

    @property
    def top(self) -> int:
        return TALL - self.height


@dataclass(frozen=True)
class Drawing:
    """`places`: how many blocks are searched. `text`: all of it in a sentence."""

    parts: tuple[Part, ...]
    places: int

    @property
    def text(self) -> str:
        said = ", ".join(f"{part.name} {part.channels} channels at {part.size}" for part in self.parts)
        return f"{self.places} searchable place{'s' if self.places > 1 else ''}: {said}"


def drawing(recipe: dict[str, Any]) -> Drawing | None:
    """The drawing of a draft's skeleton; None for one that cannot be, and for a repeated cell."""
    try:
        plan = placed(recipe)
    except NasError:
        return None
    skeleton = plan.space.space().root.skeleton
    if isinstance(skeleton.stages, int):
        return None
    return Drawing(tuple(_parts(skeleton, plan.task.shape)), len(skeleton.groups))


def _parts(skeleton: Any, shape: Any) -> Iterator[Part]:
    whole = max(shape.height, shape.width)
    sites = list(skeleton.sites(shape))

    def part(name: str, features: Any, blocks: int = 1, fixed: bool = True) -> Part:
        share = log2(max(features.height, features.width)) / log2(whole) if whole > 1 else 1
        bars = tuple(STEP * number for number in range(blocks))
        size = f"{features.height}\u202f×\u202f{features.width}"
        return Part(name, features.channels, size, bars, round(LOW + (TALL - LOW) * share), fixed)

    yield part("image", shape.input)
    yield part("stem", sites[0].input)
    for number, stage in enumerate(skeleton.stages, start=1):
        yield part(f"stage {number}", sites[stage.blocks - 1].output, stage.blocks, fixed=False)
        del sites[: stage.blocks - 1]
        last = sites.pop(0).output
    if skeleton.head:
        yield part("head", last.strided(1, skeleton.head))
