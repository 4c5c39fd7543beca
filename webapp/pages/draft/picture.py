"""An operator as a small picture and a formula: its steps without norms and activations."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from nas_engine.preview import Graph, GraphNode

CHIP, TALL, NEXT, LANE = 28, 18, 36, 24  # width and height of a step; from one rank and one lane to the next
LIFT = 14  # by how much an edge that passes steps by rises above them
KINDS = {"Conv": "conv", "Depthwise": "dw", "MaxPool": "max", "AvgPool": "avg", "GlobalAvgPool": "mean", "ReLU": "relu"}
OTHERS = {
    "ShiftOnePixel": "shift",
    "Concat": "concat",
    "Linear": "linear",
    "Flatten": "flatten",
    "Zeros": "zero",
    "HardSwish": "h-swish",
}
JOINS = {"PrefixAdd": " + ", "PrefixGate": " ⊙ ", "Multiply": " ⊙ ", "Scale": " · ", "Concat": ", "}
FAMILIES = {"Conv": "conv", "Depthwise": "depthwise", "MaxPool": "pool", "AvgPool": "pool", "GlobalAvgPool": "pool"}
LETTERS = "hgfuvwpqrs"  # for steps that several others read


@dataclass(frozen=True)
class Chip:
    """A step: where it stands, what is written on it, what it is in words."""

    x: int
    y: int
    text: str
    title: str
    family: str

    @property
    def middle(self) -> int:
        return self.x + CHIP // 2

    @property
    def base(self) -> int:
        """Where its text stands."""
        return self.y + TALL - 5


@dataclass(frozen=True)
class Picture:
    chips: tuple[Chip, ...]
    edges: tuple[str, ...]  # as the `d` of a path
    width: int
    height: int
    formula: str


def picture(drawn: Graph) -> Picture:
    """The picture of a block of which norms and activations are folded away."""
    sources = _sources(drawn)
    ranks: dict[str, int] = {}
    lanes: dict[str, int] = {}
    for node in drawn.nodes:  # they come in an order in which they can be computed
        ranks[node.name] = 1 + max((ranks[one] for one in sources[node.name]), default=-1)
        taken = {lanes[other] for other in lanes if ranks[other] == ranks[node.name]}
        lanes[node.name] = next(lane for lane in range(len(drawn.nodes)) if lane not in taken)
    over = any(ranks[end] - ranks[start] > 1 for start, end in drawn.edges)
    top = LIFT if over else 1
    chips = {
        node.name: Chip(
            1 + NEXT * ranks[node.name],
            top + LANE * lanes[node.name],
            "x" if node.kind == "Input" else _mark(node),
            node.title,
            FAMILIES.get(node.kind, "other"),
        )
        for node in drawn.nodes
    }
    edges = tuple(_edge(chips[start], chips[end]) for start, end in drawn.edges)
    width = NEXT * max(ranks.values()) + CHIP + 2
    return Picture(tuple(chips.values()), edges, width, top + LANE * max(lanes.values()) + TALL + 1, formula(drawn))


def _edge(start: Chip, end: Chip) -> str:
    """A line to the next rank, or over what stands between."""
    x, y, to_x, to_y = start.x + CHIP, start.y + TALL // 2, end.x, end.y + TALL // 2
    if to_x - x <= NEXT:
        return f"M{x} {y}L{to_x} {to_y}"
    rise = min(start.y, end.y) - LIFT
    return f"M{start.middle} {start.y}C{x + 8} {rise} {to_x - 8} {rise} {end.middle} {end.y}"


def formula(drawn: Graph) -> str:
    """What a block computes of `x`: 'x + conv1(dw3(conv1(x)))'. A step that several read has a letter: 'h = dw3(x); h + ...'."""
    sources, nodes = _sources(drawn), {node.name: node for node in drawn.nodes}
    uses = Counter(start for start, _ in drawn.edges)
    letters = iter(LETTERS)
    written: dict[str, str] = {}
    named: list[str] = []
    for name, node in nodes.items():
        inner = [written[one] for one in sources[name]]
        if node.kind == "Input":
            text = "x"
        elif node.kind in JOINS and len(inner) > 1:
            joined = JOINS[node.kind].join(inner)
            text = f"[{joined}]" if node.kind == "Concat" else joined
        else:
            text = f"{_name(node)}({', '.join(inner)})"
        if uses[name] > 1 and node.kind != "Input" and (letter := next(letters, "")):
            named.append(f"{letter} = {text}")
            text = letter
        elif (
            node.kind in ("PrefixAdd", "PrefixGate", "Multiply")
            and uses[name]
            and nodes[_reader(drawn, name)].kind in JOINS
        ):
            text = f"({text})"
        written[name] = text
    return "; ".join([*named, written[drawn.output]])


def _reader(drawn: Graph, name: str) -> str:
    return next(end for start, end in drawn.edges if start == name)


def _sources(drawn: Graph) -> dict[str, list[str]]:
    return {node.name: [start for start, end in drawn.edges if end == node.name] for node in drawn.nodes}


def _name(node: GraphNode) -> str:
    """A step's name in a formula: its kind, its kernel, and by how much it strides."""
    name = KINDS.get(node.kind) or OTHERS.get(node.kind, node.kind.lower())
    kernel, stride = re.search(r"(\d+)×\d+", node.title), re.search(r"stride (\d+)", node.title)
    return name + (kernel[1] if kernel else "") + (f"/{stride[1]}" if stride else "")


def _mark(node: GraphNode) -> str:
    """What is written on a step."""
    if node.kind in JOINS:
        return JOINS[node.kind].strip().replace(",", "[ ]")
    kernel = re.search(r"(\d+)×\d+", node.title)
    if node.kind in ("Conv", "Depthwise") and kernel:
        return f"{kernel[1]}×{kernel[1]}"
    return (KINDS.get(node.kind) or OTHERS.get(node.kind, node.kind.lower()))[:5]
