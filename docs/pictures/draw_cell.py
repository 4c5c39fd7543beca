"""Draws an operator of an architecture as SVG, from the graph that `nas_engine.preview.cell_graph` gives.

    python docs/pictures/draw_cell.py                        # writes docs/pictures/cell.svg
    python docs/pictures/draw_cell.py ARCHITECTURE PLACE     # any other, to standard output

Layout: the longest path runs along the middle, one column a step; what goes round it takes the nearest free lane above
or below. Normalisation and activation are drawn in the box of the layer that they follow.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from nas_engine.graph import INPUT
from nas_engine.operators import AutoSpaceCell, operator
from nas_engine.preview import Graph, cell_graph, read_document

HERE = Path(__file__).resolve().parent
EXAMPLE, PLACE = HERE.parent.parent / "examples" / "autospace_340m.json", 9

WIDTH, HEIGHT, GAP, MARGIN, HEAD = 112, 58, 30, 16, 58
BOX_LANE, LINE_LANE = 80, 50  # from a lane to the next one out, where it holds a box or only lines
FOLDED = {"BatchNorm": "norm", "ReLU": "ReLU", "ReLU6": "ReLU6"}
STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de } .edge { fill: none; stroke: #6e7781; stroke-width: 1.6 }
  .tip { fill: #6e7781 } text { fill: #1f2328; font: 13px system-ui, sans-serif; text-anchor: middle }
  .title { font-size: 15px; font-weight: 600; text-anchor: start } .note { fill: #59636e; font-size: 12px }
  .left { text-anchor: start } .small { fill: #59636e; font-size: 11px } rect { stroke-width: 1.4 }
  .depthwise { fill: #ddf4ff; stroke: #0969da } .pointwise { fill: #fff8c5; stroke: #9a6700 }
  .joins { fill: #dafbe1; stroke: #1a7f37 } .other { fill: #f6f8fa; stroke: #6e7781 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d } .edge { stroke: #9198a1 } .tip { fill: #9198a1 } text { fill: #f0f6fc }
    .note, .small { fill: #9198a1 } .depthwise { fill: #0c2d6b; stroke: #4493f8 }
    .pointwise { fill: #3d2e00; stroke: #d29922 } .joins { fill: #04260f; stroke: #3fb950 }
    .other { fill: #151b23; stroke: #9198a1 }
  }"""


@dataclass
class Box:
    """A layer as it is drawn, with what is folded into it. `lane` 0 is the middle, negative ones are above."""

    name: str
    look: str
    title: str
    shape: str
    inputs: list[str]
    extra: list[str] = field(default_factory=list)
    column: int = 0
    lane: int = 0


def boxes_of(graph: Graph, titles: dict[str, tuple[str, str]]) -> dict[str, Box]:
    """The graph's nodes in order; a normalisation or activation goes into the box of the one layer that it follows."""
    boxes: dict[str, Box] = {}
    drawn_in: dict[str, str] = {}  # node -> box
    for node in graph.nodes:
        before = [source for source, end in graph.edges if end == node.name]
        inputs = [drawn_in[source] for source in before]
        if node.kind in FOLDED and len(inputs) == 1 and sum(source == before[0] for source, _ in graph.edges) == 1:
            boxes[inputs[0]].extra.append(FOLDED[node.kind])
            drawn_in[node.name] = inputs[0]
            continue
        look, title = titles.get(node.name, ("other", node.title))
        boxes[node.name] = Box(node.name, look, title, node.shape.replace("x", "×"), inputs)
        drawn_in[node.name] = node.name
    return boxes


def titles_of(graph: Graph, label: str) -> dict[str, tuple[str, str]]:
    """Look and title of each node. A cell's edge `edge12` is its gene e21, the code its kernel."""
    cell, titles = operator(label), {INPUT: ("other", "input")}
    for node in graph.nodes:
        if node.kind == "Depthwise" and isinstance(cell, AutoSpaceCell):
            kernel = getattr(cell.genotype, f"e{node.name[5]}{node.name[4]}")
            titles[node.name] = ("depthwise", f"depthwise {kernel}×{kernel}")
        elif node.kind == "Conv":
            titles[node.name] = ("pointwise", f"1×1 {node.name}")
        elif node.kind in ("Add", "PrefixAdd", "PrefixGate"):
            titles[node.name] = ("joins", "multiply" if node.kind == "PrefixGate" else "add")
    return titles


def place(boxes: dict[str, Box]) -> list[tuple[Box, Box, int]]:
    """Give each box its column and lane; returns the edges, each with the lane that it runs along."""
    for box in boxes.values():
        box.column = max((boxes[name].column + 1 for name in box.inputs), default=0)
    main = [max(boxes.values(), key=lambda box: box.column)]
    while main[-1].inputs:
        main.append(max((boxes[name] for name in main[-1].inputs), key=lambda box: box.column))
    on_main = {box.name for box in main}
    ends = {name: [box for box in boxes.values() if name in box.inputs] for name in boxes}
    rounds: list[tuple[int, int, Box | None, Box, Box]] = []  # from column, to column, box on the way, start, end
    for box in boxes.values():
        if box.name not in on_main:
            box.column = min(end.column for end in ends[box.name]) - 1
            start, end = boxes[box.inputs[0]], max(ends[box.name], key=lambda other: other.column)
            rounds.append((start.column, end.column, box, start, end))
        else:
            far = [boxes[n] for n in box.inputs if n in on_main and boxes[n].column < box.column - 1]
            rounds += [(start.column, box.column, None, start, box) for start in far]
    taken: dict[int, list[tuple[int, int]]] = {}
    lanes: dict[tuple[str, str], int] = {}
    for left, right, way, first, last in sorted(rounds, key=lambda item: item[1] - item[0]):
        lane = next(
            lane
            for lane in (-1, 1, -2, 2, -3, 3, -4, 4)
            if all(right <= a or left >= b for a, b in taken.setdefault(lane, []))
        )
        taken[lane].append((left, right))
        if way is None:
            lanes[first.name, last.name] = lane
        else:
            way.lane = lane
    return [
        (boxes[name], box, lanes.get((name, box.name), boxes[name].lane or box.lane))
        for box in boxes.values()
        for name in box.inputs
    ]


def drawing(graph: Graph, label: str, caption: str) -> str:
    """The SVG text."""
    boxes = boxes_of(graph, titles_of(graph, label))
    edges = place(boxes)
    held = {box.lane for box in boxes.values()}
    used = sorted({lane for *_, lane in edges} | held)
    step = {lane: BOX_LANE if lane in held else LINE_LANE for lane in used}
    half = {lane: HEIGHT / 2 if lane in held else 0 for lane in used}
    y: dict[int, float] = {}
    for lane in used:
        y[lane] = sum(step[n] for n in used if 0 < n <= lane) - sum(step[n] for n in used if lane <= n < 0)
    down = HEAD + half[used[0]] - y[used[0]]
    y = {lane: at + down for lane, at in y.items()}
    width = 2 * MARGIN + (max(box.column for box in boxes.values()) + 1) * (WIDTH + GAP) - GAP
    height = y[used[-1]] + half[used[-1]] + MARGIN

    def left(box: Box) -> float:
        return MARGIN + box.column * (WIDTH + GAP)

    parts = []
    for start, end, lane in edges:
        x0, x1, bend = left(start) + WIDTH, left(end) - 5, GAP / 2
        y0, y1 = y[start.lane], y[end.lane]
        if end.column == start.column + 1:
            path = f"M{x0:g} {y0:g}C{x0 + bend:g} {y0:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}"
        else:
            a, b, way = x0 + GAP, x1 - GAP, y[lane]
            path = f"M{x0:g} {y0:g}C{x0 + bend:g} {y0:g} {a - bend:g} {way:g} {a:g} {way:g}H{b:g}"
            path += f"C{b + bend:g} {way:g} {x1 - bend:g} {y1:g} {x1:g} {y1:g}"
        parts.append(f'<path class="edge" marker-end="url(#tip)" d="{path}"/>')
    for box in boxes.values():
        x, top, center = left(box), y[box.lane] - HEIGHT / 2, left(box) + WIDTH / 2
        parts.append(f'<rect class="{box.look}" x="{x:g}" y="{top:g}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>')
        lines = [("", box.title), ("small", ", ".join(box.extra)), ("small", box.shape)]
        shown = [line for line in lines if line[1]]
        for number, (look, text) in enumerate(shown):
            at = y[box.lane] + 4.5 + 16 * (number - (len(shown) - 1) / 2)
            parts.append(f'<text class="{look}" x="{center:g}" y="{at:g}">{escape(text)}</text>')
    size, sides = f"{width:g} {height:g}", f'width="{width:g}" height="{height:g}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" {sides} role="img">',
            f"<title>{escape(graph.title)}</title>",
            f"<style>{STYLE}\n</style>",
            '<marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="7" markerHeight="7" orient="auto">',
            '<path class="tip" d="M0 0L8 4L0 8z"/></marker>',
            f'<rect class="page" x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8"/>',
            f'<text class="title" x="{MARGIN}" y="26">{escape(graph.title)}</text>',
            f'<text class="note left" x="{MARGIN}" y="45">{escape(caption)}</text>',
            *parts,
            "</svg>\n",
        ]
    )


def cell(architecture: Path, position: int) -> str:
    """The drawing of the operator at a place of an architecture's document."""
    space, found, shape = read_document(json.loads(architecture.read_text(encoding="utf-8")))
    graph = cell_graph(found.genes[position], space, position, shape)
    cost = operator(found.genes[position]).cost(space.skeleton.sites(shape)[position])
    whole = replace(graph, title=f"{graph.title}, place {position} of {architecture.stem}")
    caption = f"{graph.nodes[0].shape} in, {graph.nodes[-1].shape} out; {cost.params:,} params, {cost.madds:,} MAdds"
    return drawing(whole, found.genes[position], caption.replace("x", "×"))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(cell(Path(sys.argv[1]), int(sys.argv[2])))
    else:
        (HERE / "cell.svg").write_text(cell(EXAMPLE, PLACE), encoding="utf-8")
