"""A comparison in a picture: the front of each, told apart by colour, dash and letter."""

from __future__ import annotations

from webapp.pages.unfurl.canvas import EDGE, HUES, Canvas, Plot, short
from webapp.studies.comparison.compare import Compared, Comparison


def counted(found: Comparison) -> str:
    """'3 studies', '1 network'."""
    one, several = ("study", "studies") if found.kind == "studies" else ("network", "networks")
    count = len(found.subjects)
    return f"{count} {one if count == 1 else several}"


def comparison_says(found: Comparison) -> str:
    """One sentence."""
    best = [one for one in found.subjects if one.best is not None and one.best.score is not None]
    told = "; ".join(f"{one.letter} {_score(one)}" for one in best)
    return f"{counted(found)} side by side{f': best score of {told}' if told else ''}."


def draw_comparison(found: Comparison) -> bytes:
    canvas = Canvas()
    canvas.heading(f"{counted(found)} side by side", "best score, and score against MAdds")
    for number, one in enumerate(found.subjects):
        top = 190 + 62 * number
        canvas.text((EDGE, top), one.letter, 30, HUES[number])
        canvas.text((EDGE + 36, top), one.name, 24, width=290)
        canvas.text((EDGE + 36, top + 28), _score(one), 22, HUES[number], width=290)
    held = [(number, one, one.found) for number, one in enumerate(found.subjects)]
    drawn = [(number, one, of) for number, one, of in held if of is not None and of.points.madds]
    if not drawn:
        canvas.text((760, 340), "No network has a score yet.", 32, anchor="mm")
        return canvas.png()
    costs = [cost for _, _, of in drawn for cost in of.points.madds]
    scores = [score for _, _, of in drawn for score in of.points.score]
    plot = Plot.over(canvas, costs, scores, left=480)
    for number, _, of in drawn:
        plot.cloud(of.points.madds, of.points.score, HUES[number])
    for number, one, of in drawn:
        plot.front(of.front.madds, of.front.score, number, one.letter)
    return canvas.png()


def _score(one: Compared) -> str:
    if one.best is None or one.best.score is None:
        return "no score yet"
    return f"{one.best.score:.4f} at {short(one.best.madds or 0)} MAdds"
