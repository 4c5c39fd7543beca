"""Takeover: operators without parameters crowd the others out of a space or a network.

The known failure of searches by gradient: identity and skip learn fastest, so an early look prefers them (Zela 2020,
https://arxiv.org/abs/1909.09656; Chu 2020, https://arxiv.org/abs/1911.12126).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nas_engine.architecture import Architecture
from nas_engine.operators import (
    AutoSpaceCell,
    AveragePool,
    Declared,
    Identity,
    MaximumPool,
    Operator,
    Shortcut,
    Site,
    Zero,
    operator,
)
from nas_engine.operators.autospace_cell import EDGES, IDENTITY, NONE
from nas_engine.shapes import FeatureShape
from nas_engine.spaces.alphabet import Alphabet, Cells
from nas_engine.spaces.base import SearchSpace
from nas_engine.spaces.subspace import Subspace

MOST = 0.5  # share of a place, or of a network's places, up to which nothing is said (OUR CHOICE)
PARAMETER_FREE: tuple[type[Operator], ...] = (Identity, Shortcut, Zero, MaximumPool, AveragePool)
KEPT = Site(FeatureShape(8, 8, 8), 8)
CURE = "train longer, take a held-out split for the scores, or weigh the budget less"


@dataclass(frozen=True)
class Takeover:
    """At a layer group, or of a winner's places: which share is free of parameters now, and which was at the start."""

    where: str
    share: float
    before: float

    def __str__(self) -> str:
        return f"{self.where}: {self.share:.0%} (at the start {self.before:.0%})"


@lru_cache(maxsize=16384)
def parameter_free(label: str) -> bool:
    """Whether an operator has nothing to learn where the shape is kept: skip, none, pools.

    Of an AutoSpace cell: whether no edge is a depthwise convolution. Its 1x1 convolutions are left then, which see one pixel.
    """
    found = operator(label)
    if isinstance(found, AutoSpaceCell):
        return all(getattr(found.genotype, edge) in (NONE, IDENTITY) for edge in EDGES)
    if isinstance(found, Declared):
        return found.cost(KEPT).params == 0
    return isinstance(found, PARAMETER_FREE)


def takeovers(space: SearchSpace, start: SearchSpace) -> tuple[Takeover, ...]:
    """The layer groups of which more than half is free of parameters: of the options, in a subspace of the members.

    Only where that is more than it was in the space that the run started from: there it may be what somebody wants.
    """
    groups = space.root.skeleton.groups
    now, before = _shares(space), _shares(start)
    found: dict[str, Takeover] = {}
    for group, share, was in zip(groups, now, before, strict=True):
        if share > MOST and share > was and (group not in found or share > found[group].share):
            found[group] = Takeover(group, share, was)
    return tuple(found.values())


def winner_takeover(winner: Architecture, start: SearchSpace) -> Takeover | None:
    """Whether more than half of a network's places, and more than a random network has, are free of parameters."""
    share, before = _share(winner.genes), _shares(start)
    was = sum(before) / len(before)
    return Takeover("the winner's places", share, was) if share > MOST and share > was else None


def warnings(stage: str, found: Iterable[Takeover]) -> Iterator[str]:
    """What a person is told, for each."""
    for one in found:
        yield f"stage '{stage}': operators without parameters take over {one}; {CURE}"


def _shares(space: SearchSpace) -> list[float]:
    """Of each place."""
    if isinstance(space, Subspace):
        return [_share(genes) for genes in zip(*(member.genes for member in space.chosen), strict=True)]
    return [_of(alphabet) for alphabet in space.root.alphabets]


def _share(labels: Sequence[str]) -> float:
    return sum(parameter_free(label) for label in labels) / len(labels)


def _of(alphabet: Alphabet) -> float:
    return _of_cells(alphabet) if isinstance(alphabet, Cells) else _share(alphabet.labels)


@lru_cache(maxsize=16)
def _of_cells(alphabet: Cells) -> float:
    """Of thousands of cells: those whose every edge is absent or the identity."""
    cells = alphabet.cells.canonical()
    return sum(all(getattr(cell, edge) in (NONE, IDENTITY) for edge in EDGES) for cell in cells) / alphabet.size
