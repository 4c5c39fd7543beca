"""What every `benchmarks/space_*.py` writes: rows with their environment as JSON, a table by method, a picture."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from collections.abc import Sequence
from html import escape
from math import log10, sqrt
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from nas_engine.fingerprint import fingerprint

Row = dict[str, Any]
ROOT = Path(__file__).resolve().parents[1]
COLOURS = ("#2b6cb0", "#2f855a", "#c53030", "#b7791f", "#6b46c1", "#2c7a7b", "#8a8f98", "#d53f8c")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 460, 70, 250, 30, 60


def arguments(document: str | None, name: str, seeds: int) -> argparse.ArgumentParser:
    """The arguments that all of them take. `out` is the JSON file; table and picture are beside it."""
    parser = argparse.ArgumentParser(description=document, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with the tables")
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "results" / f"{name}.json")
    return parser


def table_file(data: Path, name: str) -> Path:
    """A table in the data folder or its `tables`; ends with a sentence where there is none."""
    for path in (data / "tables" / name, data / name):
        if path.is_file():
            return path
    raise SystemExit(f"there is no {name} in {data} or {data}/tables: give --data the folder that holds it")


def environment() -> Row:
    """Commit, machine and versions."""
    said = subprocess.run(["git", "-C", ROOT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {**fingerprint(), "cores": os.cpu_count(), "commit": said.stdout.strip() or "not in a repository"}


def by_method(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """In order of appearance."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["method"], []).append(row)
    return found


def interval(values: Sequence[float]) -> float:
    """Half of a 95 % interval of a mean, by the normal approximation."""
    return 1.96 * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0


def table(rows: Sequence[Row], columns: dict[str, int]) -> str:
    """A line a method: mean over seeds and half of its 95 % interval. `columns`: name -> digits."""
    lines = [
        "| method | seeds | " + " | ".join(columns) + " |",
        "|---" * (len(columns) + 2) + "|",
    ]
    for method, own in by_method(rows).items():
        cells = []
        for name, digits in columns.items():
            values = [row[name] for row in own if row.get(name) is not None]
            cells.append(f"{mean(values):,.{digits}f} ± {interval(values):.{digits}f}" if values else "")
        lines.append(f"| {method} | {len(own)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def scatter(rows: Sequence[Row], title: str, x: str, y: str, words: tuple[str, str]) -> str:
    """A point a seed, a ring at each method's mean; `x` on a logarithmic axis. `words`: what the axes say."""
    groups = by_method([row for row in rows if row.get(x) and row.get(y) is not None])
    xs = [log10(row[x]) for own in groups.values() for row in own]
    ys = [row[y] for own in groups.values() for row in own]
    low_x, high_x, low_y, high_y = min(xs), max(xs) + 1e-9, min(ys), max(ys) + 1e-9

    def at(row_x: float, row_y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (log10(row_x) - low_x) / (high_x - low_x)
        return across, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (row_y - low_y) / (high_y - low_y)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f"<title>{escape(title)}</title>",
        f'<text x="{LEFT}" y="18" fill="#222">{escape(title)}</text>',
    ]
    for step in range(5):
        value_y, value_x = low_y + (high_y - low_y) * step / 4, 10 ** (low_x + (high_x - low_x) * step / 4)
        left, line = at(10**low_x, value_y)
        below, bottom = at(value_x, low_y)
        parts += [
            f'<line x1="{left}" y1="{line:.1f}" x2="{WIDTH - RIGHT}" y2="{line:.1f}" stroke="#ddd"/>',
            f'<text x="{LEFT - 6}" y="{line + 4:.1f}" text-anchor="end" fill="#444">{value_y:.2f}</text>',
            f'<text x="{below:.1f}" y="{bottom + 18:.1f}" text-anchor="middle" fill="#444">{value_x:,.0f}</text>',
        ]
    for number, (method, own) in enumerate(groups.items()):
        colour = COLOURS[number % len(COLOURS)]
        for row in own:
            cx, cy = at(row[x], row[y])
            parts.append(f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="2.5" fill="{colour}" fill-opacity="0.35"/>')
        cx, cy = at(mean(row[x] for row in own), mean(row[y] for row in own))
        legend = TOP + 14 + 20 * number
        parts += [
            f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="7" fill="none" stroke="{colour}" stroke-width="3"/>',
            f'<circle cx="{WIDTH - RIGHT + 24}" cy="{legend - 4}" r="6" fill="{colour}"/>',
            f'<text x="{WIDTH - RIGHT + 36}" y="{legend}">{escape(method)}</text>',
        ]
    parts += [
        f'<text x="{LEFT}" y="{HEIGHT - 12}" fill="#444">{escape(words[0])}; ring: mean over seeds</text>',
        f'<text x="{WIDTH - RIGHT + 24}" y="{HEIGHT - 12}" fill="#444">height: {escape(words[1])}</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def curves(errors: dict[str, list[float]], title: str) -> str:
    """Cumulative curves: at each error the share of networks that have it or less. `errors` by method."""
    drawn = {method: sorted(own) for method, own in errors.items() if own}
    low = min(own[0] for own in drawn.values())
    high = max(own[-1] for own in drawn.values()) + 1e-9

    def at(error: float, share: float) -> str:
        across = LEFT + (WIDTH - LEFT - RIGHT) * (error - low) / (high - low)
        return f"{across:.1f},{HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f"<title>{escape(title)}</title>",
        f'<text x="{LEFT}" y="18" fill="#222">{escape(title)}</text>',
    ]
    for step in range(5):
        share, error = step / 4, low + (high - low) * step / 4
        (left, line), (below, bottom) = at(low, share).split(","), at(error, 0).split(",")
        parts += [
            f'<line x1="{left}" y1="{line}" x2="{WIDTH - RIGHT}" y2="{line}" stroke="#ddd"/>',
            f'<text x="{LEFT - 6}" y="{float(line) + 4:.1f}" text-anchor="end" fill="#444">{share:.0%}</text>',
            f'<text x="{below}" y="{float(bottom) + 18:.1f}" text-anchor="middle" fill="#444">{error:.3f}</text>',
        ]
    for number, (method, own) in enumerate(drawn.items()):
        colour, points = COLOURS[number % len(COLOURS)], [at(low, 0)]
        for place, error in enumerate(own):
            points += [at(error, place / len(own)), at(error, (place + 1) / len(own))]
        legend = TOP + 14 + 20 * number
        parts += [
            f'<polyline points="{" ".join([*points, at(high, 1)])}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<circle cx="{WIDTH - RIGHT + 24}" cy="{legend - 4}" r="6" fill="{colour}"/>',
            f'<text x="{WIDTH - RIGHT + 36}" y="{legend}">{escape(method)}</text>',
        ]
    parts += [f'<text x="{LEFT}" y="{HEIGHT - 12}" fill="#444">error (1 - validation accuracy)</text>', "</svg>"]
    return "\n".join(parts) + "\n"


def write(out: Path, content: Row, page: str, pictures: dict[str, str]) -> None:
    """The JSON file, the page beside it, and pictures by the ending of their names."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    out.with_suffix(".md").write_text(page.rstrip() + "\n", encoding="utf-8")
    for ending, picture in pictures.items():
        out.with_name(f"{out.stem}{ending}.svg").write_text(picture, encoding="utf-8")
