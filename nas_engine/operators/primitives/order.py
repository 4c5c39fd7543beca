"""Order: the one order of a declared operator's steps, whatever they are called and in which order they were written."""

from __future__ import annotations

from collections.abc import Sequence

from nas_engine.operators.primitives.base import Primitive
from nas_engine.operators.primitives.joins import Join
from nas_engine.operators.primitives.wiring import Wires
from nas_engine.wire import digest


def ordered(nodes: Sequence[Primitive], wires: Wires) -> tuple[list[Primitive], Wires]:
    """Steps and wires in that order: from the last step back to the input, longest way first. What a sum adds has no order."""
    ranks = _ranks(nodes, wires)
    places: dict[int, int] = {0: 0}
    steps: list[Primitive] = []
    found: list[tuple[int, ...]] = []

    def visit(number: int) -> None:
        if number in places:
            return
        node, sources = nodes[number - 1], wires[number - 1]
        for source in sorted(sources, key=lambda one: ranks[one]):
            visit(source)
        steps.append(node)
        placed = [places[source] for source in sources]
        found.append(tuple(placed if _keeps_order(node) else sorted(placed)))
        places[number] = len(steps)

    visit(len(nodes))
    return steps, tuple(found)


def _keeps_order(node: Primitive) -> bool:
    return not isinstance(node, Join) or node.ordered


def _ranks(nodes: Sequence[Primitive], wires: Wires) -> list[tuple[int, str]]:
    """For the input and each step: how far from the input, negative, and what tells it from others by where it stands."""
    depths, colours = [0], ["x"]
    for node, sources in zip(nodes, wires, strict=True):
        depths.append(1 + max(depths[source] for source in sources))
        colours.append(node.word)
    for _ in nodes:  # each round sees one step further in both directions
        colours = [_seen(number, nodes, wires, colours) for number in range(len(colours))]
    return [(-depth, colour) for depth, colour in zip(depths, colours, strict=True)]


def _seen(number: int, nodes: Sequence[Primitive], wires: Wires, colours: Sequence[str]) -> str:
    """A step's colour, with those of the steps before and after it."""
    before = [colours[source] for source in wires[number - 1]] if number else []
    if number and not _keeps_order(nodes[number - 1]):
        before.sort()
    after = sorted(
        (colours[user], sources.index(number) if _keeps_order(nodes[user - 1]) else 0)
        for user, sources in enumerate(wires, start=1)
        if number in sources
    )
    return digest([colours[number], before, after])
