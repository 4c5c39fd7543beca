"""What the load benchmark writes down: a page, and the memory of each process as a drawing."""

from __future__ import annotations

from html import escape
from statistics import median
from typing import Any

Row = dict[str, Any]
Memory = dict[str, list[tuple[float, float]]]
WIDTH, HEIGHT, LEFT, BOTTOM = 760, 320, 60, 50
COLOURS = ("#2b6cb0", "#c05621", "#2f855a", "#6b46c1", "#8a8f98")
SHOWN = 20  # errors on the page


def growth(memory: Memory) -> dict[str, float]:
    """For each process, how much of its memory came in the last third: the last tenth beside the beginning of that third."""
    return {name: _grown([mb for _, mb in seen]) for name, seen in memory.items()}


def _grown(seen: list[float]) -> float:
    third, tenth = len(seen) // 3, max(1, len(seen) // 10)
    if third < 3:
        return 0.0
    before, after = median(seen[-third:][:tenth]), median(seen[-tenth:])
    return after / before - 1


def document(written: Row) -> str:
    """The figures as a page."""
    told, lag = written["environment"], written["event_lag"]
    where = ", ".join(f"{name} {told[name]}" for name in ("python", "cores", "database", "commit") if name in told)
    row = [
        f"{len(written['errors'])}",
        f"{written['seconds']}",
        f"{written['evaluations_a_second']}",
        f"{lag['heard']:,}",
    ]
    row += [f"{lag[name]:.0f}" for name in ("p50_ms", "p95_ms", "longest_ms")]
    lines = [
        "# Load",
        "",
        f"Made by `python benchmarks/load.py` on one machine: {where}; load {told['load']} before and {told['load_after']} after,",
        "others' work included. One web process, one worker that decides, one that performs, a sweeper and a Redis.",
        "",
        f"{written['studies']} studies with {written['evaluations']:,} empty evaluations, {written['queued_at_once']:,} of them queued",
        f"at the same time; {lag['sockets']} sockets on their runs, in another process; pages and REST asked for by a visitor, one",
        "request after the other.",
        "",
        "| errors | seconds | evaluations a second | events heard | event lag p50 ms | p95 ms | longest ms |",
        "|---|---|---|---|---|---|---|",
        "| " + " | ".join(row) + " |",
        "",
        "The seconds are from the start of the worker that performs, its own start included, to the end of the last run. The lag of",
        "an event is from its writing to its arrival at a socket, over all sockets.",
        "",
        "## Requests",
        "",
        "| asked for | times | p50 ms | p95 ms |",
        "|---|---|---|---|",
        *(
            f"| {name} | {one['count']} | {one['p50_ms']:.0f} | {one['p95_ms']:.0f} |"
            for name, one in written["requests"].items()
        ),
        "",
        "## Memory",
        "",
        "![Lines: megabytes of each process over the seconds of the benchmark](load.svg)",
        "",
        "Resident, with the processes that each has started; the growth is of the last third of the time, and more than 10 % is an",
        "error.",
        "",
        "| process | at first MB | most MB | at last MB | growth in the last third |",
        "|---|---|---|---|---|",
    ]
    grown = growth(written["memory"])
    for name, seen in written["memory"].items():
        resident = [mb for _, mb in seen]
        lines.append(
            f"| {name} | {resident[0]:.0f} | {max(resident):.0f} | {resident[-1]:.0f} | {100 * grown[name]:.1f} % |"
        )
    if written["errors"]:
        lines += ["", "## Errors", "", *(f"* {error}" for error in written["errors"][:SHOWN])]
    return "\n".join(lines) + "\n"


def picture(written: Row) -> str:
    """Megabytes over seconds, a line a process."""
    memory: Memory = written["memory"]
    longest = max(at for seen in memory.values() for at, _ in seen)
    most = max(mb for seen in memory.values() for _, mb in seen)

    def point(at: float, mb: float) -> str:
        x = LEFT + (WIDTH - LEFT - 20) * at / longest
        return f"{x:.1f},{HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 20) * mb / most:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        "<title>Memory of each process under load</title>",
    ]
    for share in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - (HEIGHT - BOTTOM - 20) * share
        parts.append(f'<line x1="{LEFT}" y1="{y:.0f}" x2="{WIDTH - 20}" y2="{y:.0f}" stroke="#ccc"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#444">{most * share:.0f} MB</text>')
    for number, (name, seen) in enumerate(memory.items()):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(point(at, mb) for at, mb in seen)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>')
        x = LEFT + 130 * number
        parts.append(f'<rect x="{x}" y="{HEIGHT - 22}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{x + 14}" y="{HEIGHT - 13}">{escape(name)}</text>')
    parts.append(f'<text x="{WIDTH - 20}" y="{HEIGHT - 34}" text-anchor="end" fill="#444">{longest:.0f} s</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
