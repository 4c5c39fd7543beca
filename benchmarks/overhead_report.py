"""The table and the picture of `benchmarks/overhead.py`."""

from __future__ import annotations

from html import escape
from math import log10
from typing import Any

Row = dict[str, Any]
WIDTH, LEFT, BAR = 900, 430, 26


def document(facts: Row, rows: list[Row], costs: list[Row]) -> str:
    """The whole page. Ratios are to the first row."""
    first = rows[0]["mean_ms"]
    lines = [
        "# Overhead of an empty evaluation (toy scale)",
        "",
        "Made by `python benchmarks/overhead.py`; all rows in one run on one machine: "
        + ", ".join(f"{name} {value}" for name, value in facts.items())
        + ".",
        "",
        "Nothing is evaluated. The figure is wall time per evaluation with two slots: the mean, median and 95th percentile of the",
        "time between two answers, after the first tenth. An evaluation of Spacewright's is a row that a Celery worker claims and",
        "answers, a decision that is told the answer, and an event and a candidate that are written down.",
        "`load` is the machine's over the last minute, this benchmark's own processes included: above the number of cores, figures grow.",
        "Optuna calls a function in a process that stays; Syne Tune and NNI start a process a trial, Ray Tune an actor.",
        "",
        "| system | version | evaluations | mean ms | ratio | p50 ms | p95 ms | load |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if "failed" in row:
            lines.append(f"| {row['system']} | | not measured: {row['failed']} | | | | | |")
            continue
        shown = [row["system"], row["version"] or "this one", str(row["evaluations"]), f"{row['mean_ms']:.1f}"]
        shown += [f"{row['mean_ms'] / first:.2f}", f"{row['p50_ms']:.1f}", f"{row['p95_ms']:.1f}", f"{row['load']}"]
        lines.append("| " + " | ".join(shown) + " |")
    lines += [
        "",
        "From the moment a Work is queued to the moment its answer is written down, waiting for its turn included:",
        "",
    ]
    for row in rows:
        if "queued_to_told_ms" in row:
            wait = row["queued_to_told_ms"]
            lines.append(f"* {row['system']}: {wait['mean']:.1f} ms on average, 95th percentile {wait['p95']:.1f} ms")
    return "\n".join(
        [
            *lines,
            "",
            "![Bars: milliseconds per empty evaluation, Spacewright beside Optuna, Syne Tune, Ray Tune and NNI](overhead.svg)",
            "",
            *_decisions(costs),
            "",
        ]
    )


def _decisions(costs: list[Row]) -> list[str]:
    lines = [
        "## A decision in a short run and in a long one",
        "",
        "`advance` on one result, median; the ratio is to the same at 100 candidates. The transaction's time is the worst seen, with",
        "the commit. ",
        "",
        "| database | strategy | candidates | decision ms | ratio | longest transaction ms | queries | state bytes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    short = {(row["database"], row["strategy"]): row["decision_ms"] for row in costs if row["candidates"] == 100}
    for row in costs:
        ratio = row["decision_ms"] / short[row["database"], row["strategy"]]
        shown = [
            row["database"],
            row["strategy"],
            f"{row['candidates']:,}",
            f"{row['decision_ms']:.1f}",
            f"{ratio:.2f}",
        ]
        shown += [f"{row['longest_transaction_ms']:.1f}", f"{row['queries']:.0f}", f"{row['state_bytes']:,}"]
        lines.append("| " + " | ".join(shown) + " |")
    return lines


def picture(rows: list[Row]) -> str:
    """Bars of the mean with a mark at the 95th percentile, on a logarithmic axis."""
    shown = [row for row in rows if "failed" not in row]
    ceiling = max(max(row["p95_ms"], row["mean_ms"]) for row in shown)
    decades = int(log10(ceiling)) + 1
    height = BAR * len(shown) + 60

    def across(ms: float) -> float:
        return LEFT + (WIDTH - LEFT - 70) * max(0.0, log10(max(ms, 1.0))) / decades

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        "<title>Wall time per empty evaluation, two slots, logarithmic</title>",
    ]
    for decade in range(decades + 1):
        x, label = across(10**decade), f"{10**decade:,} ms"
        parts.append(f'<line x1="{x:.0f}" y1="10" x2="{x:.0f}" y2="{height - 40}" stroke="#ccc"/>')
        parts.append(f'<text x="{x:.0f}" y="{height - 24}" text-anchor="middle" fill="#444">{label}</text>')
    for number, row in enumerate(shown):
        y, colour = 14 + BAR * number, "#2b6cb0" if row["system"].startswith("Spacewright") else "#8a8f98"
        end, mark = across(row["mean_ms"]), across(row["p95_ms"])
        parts += [
            f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end" font-size="11">{escape(row["system"])}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR - 8}" fill="{colour}"/>',
            f'<line x1="{mark:.1f}" y1="{y - 2}" x2="{mark:.1f}" y2="{y + BAR - 6}" stroke="#c53030" stroke-width="2"/>',
            f'<text x="{max(end, mark) + 6:.1f}" y="{y + 13}">{row["mean_ms"]:.1f}</text>',
        ]
    caption = "wall time per empty evaluation: bar, mean; red mark, 95th percentile"
    parts += [f'<text x="{LEFT}" y="{height - 6}" fill="#444">{caption}</text>', "</svg>"]
    return "\n".join(parts) + "\n"
