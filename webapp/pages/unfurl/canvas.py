"""A picture of 1200 by 630 pixels in the studio's colours: text that fits, boxes, and a plot with axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import pairwise

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
EDGE = 56  # pixels
GROUND, INK, MUTED, GRID, WARM = "#ffffff", "#16191d", "#5a616b", "#e3e5e8", "#7d5200"
HUES = ("#0062a3", "#c04a00", "#00795a", "#8f6a00", "#a1457d", "#3d434b")  # as of the Compare page
DASHES: tuple[tuple[int, ...], ...] = ((), (18, 8), (6, 6), (24, 8, 6, 8), (12, 6), (4, 10))
UNITS = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))

Dot = tuple[float, float]


def short(value: float) -> str:
    """A count in three figures: 97.3 k, 4.31 M."""
    for size, letter in UNITS:
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:,.0f}"


class Canvas:
    """What is drawn on. Coordinates are pixels from the upper left."""

    def __init__(self) -> None:
        self._image = Image.new("RGB", SIZE, GROUND)
        self._draw = ImageDraw.Draw(self._image, "RGBA")
        self._draw.rectangle((0, 0, SIZE[0], 10), fill=HUES[0])
        self.text((SIZE[0] - EDGE, SIZE[1] - 46), "Spacewright", 24, MUTED, anchor="ra")

    def text(self, at: Dot, text: str, size: int, fill: str = INK, anchor: str = "la", width: float = SIZE[0]) -> None:
        """One line, cut short where it is wider than `width`."""
        self._draw.text(at, self._fitted(_drawable(text), size, width), fill=fill, font=_font(size), anchor=anchor)

    def heading(self, title: str, under: str) -> None:
        """The title, and a line below it."""
        self.text((EDGE, 44), title, 50, width=SIZE[0] - 2 * EDGE)
        self.text((EDGE, 112), under, 27, MUTED, width=SIZE[0] - 2 * EDGE)

    def figures(self, rows: Sequence[tuple[str, str]]) -> None:
        """A column of figures on the left."""
        for number, (name, value) in enumerate(rows):
            top = 186 + 96 * number
            self.text((EDGE, top), name, 24, MUTED, width=300)
            self.text((EDGE, top + 28), value, 42, width=300)

    def box(self, corner: Dot, size: Dot, hue: str, title: str, under: str = "") -> None:
        """A rounded box in a wash of its hue, with a word and a smaller one in it."""
        (x, y), (width, height) = corner, size
        self._draw.rounded_rectangle((x, y, x + width, y + height), 8, fill=f"{hue}1c", outline=hue, width=2)
        middle = y + height / 2 - (10 if under else 0)
        self.text((x + width / 2, middle), title, 24, anchor="mm", width=width - 8)
        if under:
            self.text((x + width / 2, y + height - 16), under, 15, MUTED, anchor="mm", width=width - 8)

    def line(self, dots: Sequence[Dot], fill: str, width: int = 2, dash: Sequence[int] = ()) -> None:
        """Through these dots; dashed where it is said how long each dash and gap are."""
        if not dash:
            self._draw.line(list(dots), fill=fill, width=width)
            return
        place, left = 0, float(dash[0])
        for (x, y), (to_x, to_y) in pairwise(dots):
            length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5
            gone = 0.0
            while gone < length:
                step = min(left, length - gone)
                if place % 2 == 0:
                    ends = [(x + (to_x - x) * at / length, y + (to_y - y) * at / length) for at in (gone, gone + step)]
                    self._draw.line(ends, fill=fill, width=width)
                gone, left = gone + step, left - step
                if left <= 0:
                    place += 1
                    left = float(dash[place % len(dash)])

    def dots(self, dots: Sequence[Dot], fill: str, radius: float) -> None:
        for x, y in dots:
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def png(self) -> bytes:
        written = BytesIO()
        self._image.save(written, "PNG", optimize=True)
        return written.getvalue()

    def _fitted(self, text: str, size: int, width: float) -> str:
        if self._draw.textlength(text, _font(size)) <= width:
            return text
        while text and self._draw.textlength(f"{text}...", _font(size)) > width:
            text = text[:-1]
        return f"{text.rstrip()}..."


@dataclass(frozen=True)
class Plot:
    """A field of the canvas with axes: cost to the right, score upwards."""

    canvas: Canvas
    left: float
    top: float
    right: float
    bottom: float
    low: Dot
    high: Dot

    @classmethod
    def over(cls, canvas: Canvas, costs: Sequence[float], scores: Sequence[float], left: float = 430) -> Plot:
        """Wide enough for all of these, with a little air."""
        air_x = (max(costs) - min(costs)) * 0.04 or abs(max(costs)) * 0.05 or 1.0
        air_y = (max(scores) - min(scores)) * 0.06 or 0.05
        low = (min(costs) - air_x, min(scores) - air_y)
        high = (max(costs) + air_x, max(scores) + air_y)
        made = cls(canvas, left, 180, SIZE[0] - EDGE, 520, low, high)
        made._axes()
        return made

    def at(self, cost: float, score: float) -> Dot:
        (low_x, low_y), (high_x, high_y) = self.low, self.high
        across, up = (cost - low_x) / (high_x - low_x), (score - low_y) / (high_y - low_y)
        return self.left + across * (self.right - self.left), self.bottom - up * (self.bottom - self.top)

    def cloud(self, costs: Sequence[float], scores: Sequence[float], hue: str) -> None:
        self.canvas.dots([self.at(x, y) for x, y in zip(costs, scores, strict=True)], f"{hue}50", 3)

    def front(self, costs: Sequence[float], scores: Sequence[float], number: int, letter: str = "") -> None:
        """A step at each network that nothing cheaper reaches. With a letter it is one of several, and dashed as such."""
        steps: list[Dot] = []
        for cost, score in zip(costs, scores, strict=True):
            if steps:
                steps.append((self.at(cost, score)[0], steps[-1][1]))
            steps.append(self.at(cost, score))
        if not steps:
            return
        self.canvas.line(steps, HUES[number], 4, DASHES[number] if letter else ())
        if letter:
            x, y = steps[-1]
            self.canvas.text((x - 22 * number, y - 34), letter, 26, HUES[number])  # they may end at one point

    def budget(self, cost: float) -> None:
        """A dashed line; none where it would be beside the field."""
        if self.low[0] <= cost <= self.high[0]:
            x = self.at(cost, self.low[1])[0]
            self.canvas.line([(x, self.top), (x, self.bottom)], WARM, 2, (8, 7))
            self.canvas.text((x - 8, self.bottom - 32), f"budget {short(cost)}", 20, WARM, anchor="ra")

    def _axes(self) -> None:
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            cost = self.low[0] + share * (self.high[0] - self.low[0])
            score = self.low[1] + share * (self.high[1] - self.low[1])
            x, y = self.at(cost, score)
            self.canvas.line([(self.left, y), (self.right, y)], GRID)
            self.canvas.line([(x, self.top), (x, self.bottom)], GRID)
            self.canvas.text((x, self.bottom + 10), short(cost), 20, MUTED, anchor="ma")
            self.canvas.text((self.left - 10, y), f"{score:.3f}", 20, MUTED, anchor="rm")
        self.canvas.text(((self.left + self.right) / 2, self.bottom + 40), "MAdds", 22, MUTED, anchor="ma")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _drawable(text: str) -> str:
    """What the font has no letter for is left out: the page's title has all of it."""
    return "".join(one if " " <= one < "\u0180" else "·" if one.isprintable() else " " for one in text)
