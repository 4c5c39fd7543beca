"""Saved: spaces that outlive the run that made them. What a page or a program wants to know of one, without torch."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from nas_engine.chance import Chance
from nas_engine.errors import InvalidArchitecture, StateMismatch
from nas_engine.recipe import recipe
from nas_engine.run import RunState
from nas_engine.spaces import (
    ChainSpace,
    Listed,
    ReleasedSpace,
    Subspace,
    read_space_document,
    space,
    space_document,
)
from nas_engine.spaces.shrinkage import DRAWS, diversity
from nas_engine.wire import Plain

__all__ = ["SpaceFigures", "SpaceMade", "begun_with", "made_by", "read_saved", "released_form"]


@dataclass(frozen=True)
class SpaceFigures:
    """`options`: of each layer group, how many operators its members use. `diversity`: mean distance of two members.

    Of members whose cells are open, `diversity` is that of 2,000 drawn pairs.
    """

    size: int
    shrunk: bool
    places: int
    options: dict[str, int]
    diversity: float
    released: bool  # whether the form of AutoSpace's authors can hold it


@dataclass(frozen=True)
class SpaceMade:
    """A space that a stage of a run concluded."""

    stage: int
    name: str  # of the stage
    size: int
    shrunk: bool
    document: Plain


def read_saved(document: object) -> tuple[Plain, SpaceFigures]:
    """A document as it is written canonically, and its figures. Raises InvalidArchitecture, naming the field."""
    held = read_space_document(document)
    options: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for place, (group, alphabet) in enumerate(zip(held.root.skeleton.groups, held.root.alphabets, strict=True)):
        if isinstance(held, Subspace):
            options.setdefault(group, set()).update(member.genes[place] for member in held.chosen)
            counts[group] = len(options[group])
        else:
            counts[group] = max(counts.get(group, 0), alphabet.size)
    found = SpaceFigures(
        held.size,
        isinstance(held, Subspace),
        len(held.root.alphabets),
        counts,
        _diversity(held),
        _released(held) is not None,
    )
    return space_document(held), found


def _diversity(held: ChainSpace | Subspace) -> float:
    """Exact where options are listed: pairs of cells may be millions, and a page waits for them."""
    if not isinstance(held, Subspace) or all(isinstance(alphabet, Listed) for alphabet in held.root.alphabets):
        return diversity(held)
    if held.size < 2:
        return 0.0
    chance, total = Chance(0), 0
    for _ in range(DRAWS):
        one, further = chance.below(held.size), 1 + chance.below(held.size - 1)
        total += held.distance(held.chosen[one], held.chosen[(one + further) % held.size])
    return total / DRAWS


def released_form(document: object) -> Plain | None:
    """The space in the form of AutoSpace's authors; None where that cannot hold it. Raises InvalidArchitecture."""
    return _released(read_space_document(document))


def _released(held: ChainSpace | Subspace) -> Plain | None:
    if isinstance(held, Subspace):
        return None
    try:
        return ReleasedSpace.of(held).plain()
    except InvalidArchitecture:
        return None


def made_by(plan: Plain, state: Plain | None) -> list[SpaceMade]:
    """The spaces that a run's stages concluded so far, in order."""
    if state is None:
        return []
    stages: Any = plan["pipeline"]
    found = []
    for number, plain in sorted(RunState.read(state).spaces.items()):
        if not 0 <= number < len(stages):
            raise StateMismatch(f"the state holds a space of stage {number}, and the recipe has {len(stages)} stages")
        held = space(plain)
        shrunk, name = isinstance(held, Subspace), str(stages[number]["name"])
        found.append(SpaceMade(number, name, held.size, shrunk, space_document(held)))
    return found


def begun_with(plan: Mapping[str, Any], document: Plain, stage: int | None = None) -> Plain:
    """A recipe that begins with a saved space, in place of the stages that would make one.

    `stage`: of this recipe, which made it; later stages may make a smaller one of it. None: of a space that was shrunk none
    does, of another one only strategies do.
    """
    made: Any = deepcopy(dict(plan))
    shrunk = bool(document.get("members"))
    kept = []
    for number, (known, written) in enumerate(zip(recipe(plan).pipeline, made["pipeline"], strict=True)):
        before = number <= stage if stage is not None else shrunk or known.kind == "train"
        if not ("space" in known.gives and before):
            kept.append(written)
    return {**made, "space": {"kind": "saved", "document": document}, "pipeline": kept}
