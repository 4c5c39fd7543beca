"""A network in a picture: its blocks in a row, each with the letter of its cell, and its figures."""

from __future__ import annotations

from nas_engine.preview import Network
from webapp.pages.drawn import Drawn, drawn
from webapp.pages.network import Found
from webapp.pages.unfurl.canvas import EDGE, HUES, MUTED, SIZE, Canvas, short
from webapp.runs.models import Run

COLUMNS, ROWS = 6, 4  # boxes that are drawn; of a longer network the first ones
LEFT, TOP, GAP, HEIGHT = 400, 186, 14, 78


def network_says(asked: Network, best: float | None) -> str:
    """One sentence."""
    score = "" if best is None else f", best score {best:.4f}"
    return (
        f"A neural network found by architecture search: {short(asked.cost.params)} parameters,"
        f" {short(asked.cost.madds)} MAdds, {len(asked.layers)} layers{score}."
    )


def best_of(found: Found) -> float | None:
    return max((row.score for row in found[1] if row.score is not None), default=None)


def draw_network(run: Run, found: Found) -> bytes:
    asked, best = found[0], best_of(found)
    canvas, made = Canvas(), drawn(run, asked)
    canvas.heading(f"Network {asked.key}", f"{len(asked.layers)} layers, {len(made.cells)} distinct cells")
    rows = [("parameters", short(asked.cost.params)), ("MAdds", short(asked.cost.madds))]
    canvas.figures([*([] if best is None else [("best score", f"{best:.4f}")]), *rows])
    _blocks(canvas, made)
    return canvas.png()


def _blocks(canvas: Canvas, made: Drawn) -> None:
    """From left to right, row by row."""
    width = (SIZE[0] - EDGE - LEFT - (COLUMNS - 1) * GAP) / COLUMNS
    hues = {cell.letter: HUES[number % len(HUES)] for number, cell in enumerate(made.cells)}
    for number, block in enumerate(made.blocks[: COLUMNS * ROWS]):
        row, column = divmod(number, COLUMNS)
        x, y = LEFT + column * (width + GAP), TOP + row * (HEIGHT + GAP)
        if block.cell is None:
            canvas.box((x, y), (width, HEIGHT), MUTED, block.node.name)
        else:
            canvas.box((x, y), (width, HEIGHT), hues[block.cell.letter], block.cell.letter, block.cell.label)
        if column:
            canvas.line([(x - GAP, y + HEIGHT / 2), (x, y + HEIGHT / 2)], MUTED, 2)
    more = len(made.blocks) - COLUMNS * ROWS
    if more > 0:
        canvas.text((SIZE[0] - EDGE, TOP + ROWS * (HEIGHT + GAP)), f"and {more} more blocks", 20, MUTED, anchor="ra")
