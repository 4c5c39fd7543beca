"""The tables and the picture of `benchmarks/page_load.py`."""

from __future__ import annotations

from math import log10
from statistics import median
from typing import Any

Row = dict[str, Any]
WIDTH, LEFT, BAR = 900, 330, 26


def document(written: Row) -> str:
    """The whole page."""
    mine, other = written["ours"], written["optuna_dashboard"]
    history = mine["history"]
    lines = [
        "# The page of a large study",
        "",
        "Made by `python benchmarks/page_load.py`; all in one run on one machine: "
        + ", ".join(f"{name} {value}" for name, value in written["environment"].items())
        + ".",
        "",
        f"The study has {mine['candidates']:,} candidates: real networks of 21 choices at their true cost, with made-up scores.",
        "Times are from the request to the whole answer, over HTTP on the machine itself, one at a time; `load` is the machine's over",
        "the last minute, others' work included: above the number of cores, times grow. `processor ms` is what the web process spent",
        "on one answer, on average, whatever else the machine did.",
        "",
        *_beside(mine, other),
        "",
        "![Bars: bytes and seconds until the first row, Spacewright beside Optuna Dashboard](page_load.svg)",
        "",
        f"The Pareto view was sent {history['points']:,} points of {history['answers']:,} answers, {history['bytes']:,} bytes",
        f"compressed, in {history['seconds']} s the first time: the front is exact, the rest thinned to real points from every part.",
        "",
        "## Each page",
        "",
        "| page | p50 ms | p95 ms | processor ms | bytes | load |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['page']} | {row['p50_ms']:.1f} | {row['p95_ms']:.1f} | {row['cpu_ms']} | {row['bytes']:,} | {row['load']} |"
        for row in mine["rows"]
    ]
    return "\n".join([*lines, ""])


def _beside(mine: Row, other: Row) -> list[str]:
    rows = [view["first_row_seconds"] for view in mine["browser"]]
    charts = [view["chart_seconds"] for view in mine["browser"]]
    size = max(view["bytes"] for view in mine["browser"])
    lines = [
        "| | rows | first row in Chromium, s | chart, s | bytes of the page with all that it loads | bytes of data |",
        "|---|---|---|---|---|---|",
        f"| Spacewright | {mine['candidates']:,} | {_seen(rows)} | {_seen(charts)} | {size:,} | {mine['history']['bytes']:,} |",
    ]
    if "failed" in other:
        return [*lines, f"| Optuna Dashboard | not measured: {other['failed']} | | | | |"]
    [view] = other["browser"]
    shown = [
        f"Optuna Dashboard {other['version']}",
        f"{other['trials']:,}",
        _seen([view["first_row_seconds"]]),
        "not asked",
    ]
    shown += [f"{view['bytes']:,}", f"{other['api']['bytes']:,} in {other['api']['seconds']} s"]
    return [*lines, "| " + " | ".join(shown) + " |"]


def _seen(times: list[float | None]) -> str:
    known = [one for one in times if one is not None]
    if len(known) < len(times):
        return "not seen in time"
    return f"{known[0]:.2f}" if len(known) == 1 else f"{median(known):.2f} (worst {max(known):.2f})"


def picture(written: Row) -> str:
    """Two pairs of bars on a logarithmic axis: bytes of data, and seconds until the first row."""
    mine, other = written["ours"], written["optuna_dashboard"]
    rows = [one["first_row_seconds"] for one in mine["browser"] if one["first_row_seconds"] is not None]
    bars = [("Spacewright: data, kB", mine["history"]["bytes"] / 1e3)]
    if "api" in other:
        bars.append(("Optuna Dashboard: data, kB", other["api"]["bytes"] / 1e3))
    if rows:
        bars.append(("Spacewright: first row, ms", median(rows) * 1e3))
    if "api" in other:
        first = other["browser"][0]["first_row_seconds"]
        name = "first row, ms" if first is not None else "its answer alone, ms; no row was seen"
        bars.append((f"Optuna Dashboard: {name}", (first or other["api"]["seconds"]) * 1e3))
    height = BAR * len(bars) + 50
    decades = int(log10(max(value for _, value in bars))) + 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f"<title>A study of {mine['candidates']:,} candidates beside Optuna Dashboard's, logarithmic</title>",
    ]

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - 90) * max(0.0, log10(max(value, 1.0))) / decades

    for decade in range(decades + 1):
        x = across(10**decade)
        parts.append(f'<line x1="{x:.0f}" y1="8" x2="{x:.0f}" y2="{height - 40}" stroke="#ccc"/>')
        parts.append(f'<text x="{x:.0f}" y="{height - 26}" text-anchor="middle" fill="#444">{10**decade:,}</text>')
    for number, (name, value) in enumerate(bars):
        y, colour = 12 + BAR * number, "#2b6cb0" if name.startswith("Spacewright") else "#8a8f98"
        end = across(value)
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{name}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR - 8}" fill="{colour}"/>',
            f'<text x="{end + 6:.1f}" y="{y + 13}">{value:,.0f}</text>',
        ]
    trials = f" beside {other['trials']:,} trials" if "trials" in other else ""
    parts.append(f'<text x="{LEFT}" y="{height - 6}" fill="#444">{mine["candidates"]:,} candidates{trials}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
