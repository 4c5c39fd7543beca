"""Wiring: which steps a step follows, and whether what they give fits together."""

from __future__ import annotations

from collections.abc import Sequence

from nas_engine.errors import InvalidRecipe
from nas_engine.operators.primitives.base import INPUT_WIDTH, Primitive, Widths, channels
from nas_engine.operators.primitives.joins import AddStep, Join
from nas_engine.operators.primitives.skip import SkipStep

INPUT_NAME = "x"
WIDEST = 24  # times the width of the place: what steps side by side may come to
NOMINAL = 720  # channels that every width divides

Wires = tuple[
    tuple[int, ...], ...
]  # for each step the numbers of those that it follows; 0 is the input, steps count from 1


def wired(nodes: Sequence[Primitive]) -> Wires:
    """Raises InvalidRecipe, naming the field, where steps do not fit together."""
    wires = _wires(nodes)
    _check_that_all_lead_on(nodes, wires)
    _check_what_is_left_out(nodes, wires)
    _check_strides(nodes, wires)
    widths(nodes, wires)
    return wires


def _wires(nodes: Sequence[Primitive]) -> Wires:
    known, found = {INPUT_NAME: 0}, []
    for number, node in enumerate(nodes, start=1):
        found.append(_sources(node, number, known))
        if node.name in known:
            raise InvalidRecipe(
                f"nodes.{number - 1}.name", node.name, "a name that neither the input, x, nor a step has"
            )
        if node.name:
            known[node.name] = number
    return tuple(found)


def _sources(node: Primitive, number: int, known: dict[str, int]) -> tuple[int, ...]:
    """What one step follows."""
    field = f"nodes.{number - 1}.inputs"
    if node.starts:
        if node.inputs:
            raise InvalidRecipe(field, list(node.inputs), "none: a skip begins at the operator's input")
        return (0,)
    for position, name in enumerate(node.inputs):
        if name not in known:
            raise InvalidRecipe(f"{field}.{position}", name, f"a step before it, one of {', '.join(known)}")
        if name in node.inputs[:position]:
            raise InvalidRecipe(f"{field}.{position}", name, "each step once")
    count = len(node.inputs) or 1
    if not node.least <= count <= node.most:
        wanted = "one step" if node.most == 1 else f"{node.least} to {node.most} steps, by name"
        raise InvalidRecipe(field, list(node.inputs), wanted)
    return tuple(known[name] for name in node.inputs) or (number - 1,)


def _check_that_all_lead_on(nodes: Sequence[Primitive], wires: Wires) -> None:
    followed = {source for sources in wires for source in sources}
    for number in range(1, len(nodes)):
        if number not in followed:
            raise InvalidRecipe(f"nodes.{number - 1}", nodes[number - 1].word, "a step that another one follows")


def _check_what_is_left_out(nodes: Sequence[Primitive], wires: Wires) -> None:
    optional = {
        n for n, node in enumerate(nodes, start=1) if isinstance(node, SkipStep) and node.otherwise == "leave_out"
    }
    for number in sorted(optional):
        users = [node for node, sources in zip(nodes, wires, strict=True) if number in sources]
        if not users or not all(isinstance(user, AddStep) for user in users):
            wanted = "project: only an add can do without what is left out"
            raise InvalidRecipe(f"nodes.{number - 1}.otherwise", "leave_out", wanted)
    for number, sources in enumerate(wires, start=1):
        if optional.issuperset(sources):
            wanted = "a step among them that is never left out"
            raise InvalidRecipe(f"nodes.{number - 1}.inputs", list(nodes[number - 1].inputs), wanted)


def _check_strides(nodes: Sequence[Primitive], wires: Wires) -> None:
    """Each way from the input to the end carries the stride once."""
    after = [False]
    for number, (node, sources) in enumerate(zip(nodes, wires, strict=True), start=1):
        before = {after[source] for source in sources}
        if not node.starts and len(before) == 2:
            wanted = "steps of one size: some of these come after the stride of the place, some before it"
            raise InvalidRecipe(f"nodes.{number - 1}.inputs", list(node.inputs), wanted)
        if not node.starts and node.strides and True in before:
            raise InvalidRecipe(f"nodes.{number - 1}.stride", True, "false: a step before it carries the stride")
        after.append(node.strides or True in before)
    if not after[-1]:
        wanted = "a conv, depthwise, pointwise or pool before or at the last step whose 'stride' is true"
        raise InvalidRecipe("nodes", "no step that carries the stride of the place", wanted)


def widths(nodes: Sequence[Primitive], wires: Wires) -> tuple[Widths, ...]:
    """How wide the input and each step are. Raises InvalidRecipe, naming the field."""
    found: list[Widths] = [INPUT_WIDTH]
    for number, (node, sources) in enumerate(zip(nodes, wires, strict=True), start=1):
        before = [found[source] for source in sources]
        if isinstance(node, Join) and not node.ordered and len({tuple(sorted(one)) for one in before}) > 1:
            got = " and ".join(dict.fromkeys("+".join(one) for one in before))
            raise InvalidRecipe(f"nodes.{number - 1}.inputs", list(node.inputs), f"steps of one width; these are {got}")
        found.append(node.widths(before))
        if channels(found[-1], NOMINAL, NOMINAL) > WIDEST * NOMINAL:
            got = "+".join(found[-1])
            raise InvalidRecipe(f"nodes.{number - 1}.inputs", got, f"at most {WIDEST} times the width of the place")
    return tuple(found)
