"""A space in a picture: its figures, and how many options each layer group has."""

from __future__ import annotations

from webapp.pages.draft.outlook import in_short
from webapp.pages.unfurl.canvas import EDGE, HUES, MUTED, SIZE, Canvas, short
from webapp.spaces.models import SavedSpace

ROWS = 8  # layer groups that are drawn
LEFT, TOP, STEP = 430, 236, 36


def space_says(saved: SavedSpace) -> str:
    """One sentence."""
    figures = saved.figures
    made = "shrunk" if figures["shrunk"] else "evolved"
    return f"A search space, {made}: {in_short(int(figures['size']))} networks of {figures['places']} places."


def draw_space(saved: SavedSpace) -> bytes:
    canvas, figures = Canvas(), saved.figures
    canvas.heading(saved.name, f"search space, version {saved.version}, {'shrunk' if figures['shrunk'] else 'evolved'}")
    rows = [("networks", in_short(int(figures["size"]))), ("places", str(figures["places"]))]
    canvas.figures([*rows, ("diversity", f"{figures['diversity']:.2f}")])
    canvas.text((LEFT + 216, TOP - 40), "options by layer group", 24, MUTED, anchor="lm")
    groups = list(figures["options"].items())
    most = max((count for _, count in groups), default=1)
    for number, (group, count) in enumerate(groups[:ROWS]):
        y = TOP + STEP * number
        canvas.text((LEFT + 200, y), group, 22, MUTED, anchor="rm", width=200)
        room = SIZE[0] - EDGE - LEFT - 320
        canvas.line([(LEFT + 216, y), (LEFT + 216 + room * count / most, y)], HUES[0], 16)
        canvas.text((LEFT + 226 + room * count / most, y), short(count), 20, anchor="lm")
    if len(groups) > ROWS:
        canvas.text(
            (LEFT + 216, TOP + STEP * ROWS), f"and {len(groups) - ROWS} more layer groups", 20, MUTED, anchor="lm"
        )
    return canvas.png()
