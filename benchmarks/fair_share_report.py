"""What the benchmark of fair shares writes down: figures, a page, and how soon each team's were done as a drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

Row = dict[str, Any]
TITLES = {"arrival": "By order of arrival", "fair": "Teams share the devices"}
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 300, 56, 34, 56
COLOURS = ("#2b6cb0", "#c05621", "#2f855a")


def figures(evaluations: Sequence[Row]) -> Row:
    """For each team: how long its evaluations waited from when the workers began, and its share of the devices.

    A share is taken over the time in which every team of a group has something to begin: all teams, then all but the first that is
    through, and so on.
    """
    teams = list(dict.fromkeys(one["team"] for one in sorted(evaluations, key=_begun)))
    last = {team: max(one["began"] for one in evaluations if one["team"] == team) for team in teams}
    rows = {}
    for team in sorted(teams, key=lambda name: -sum(one["team"] == name for one in evaluations)):
        waits = sorted(one["began"] for one in evaluations if one["team"] == team)
        rows[team] = {
            "evaluations": len(waits),
            "wait_mean_s": round(sum(waits) / len(waits), 2),
            "wait_p50_s": round(waits[len(waits) // 2], 2),
            "wait_longest_s": round(waits[-1], 2),
            "through_s": round(max(one["ended"] for one in evaluations if one["team"] == team), 2),
        }
    shares = []
    for until in sorted(last.values())[:-1]:
        waiting = [team for team in rows if last[team] >= until]
        shares.append({"until_s": round(until, 2), "waiting": waiting, "shares": _shares(evaluations, waiting, until)})
    return {"teams": rows, "shares": shares, "seconds": round(max(one["ended"] for one in evaluations), 2)}


def _begun(one: Row) -> float:
    return float(one["began"])


def _shares(evaluations: Sequence[Row], teams: Sequence[str], until: float) -> dict[str, float]:
    spent = {
        team: sum(one["seconds"] for one in evaluations if one["team"] == team and one["began"] <= until)
        for team in teams
    }
    whole = sum(spent.values())
    return {team: round(seconds / whole, 3) for team, seconds in spent.items()}


def document(written: Row) -> str:
    """The figures as a page."""
    told = written["environment"]
    where = ", ".join(f"{name} {told[name]}" for name in ("python", "cores", "database", "commit") if name in told)
    lines = [
        "# Fair share",
        "",
        f"Made by `python benchmarks/fair_share.py` on one machine: {where}; load {told['load']} before,",
        f"others' work included; {written['seconds']:.0f} s in all. Three teams have queued 1,000, 100 and 10 evaluations, in that order,",
        "before two workers, warm by then, begin on them. An evaluation holds its worker for 20 ms and does nothing; its device seconds",
        "include what the queue costs meanwhile. An evaluation's wait is from when the first began to its own beginning.",
    ]
    for order, title in TITLES.items():
        found = written[order]
        lines += [
            "",
            f"## {title}",
            "",
            "| team | evaluations | mean wait s | median s | longest s | all done after s |",
            "|---|---|---|---|---|---|",
        ]
        for team, one in found["teams"].items():
            waits = [one[name] for name in ("wait_mean_s", "wait_p50_s", "wait_longest_s", "through_s")]
            lines.append(f"| {team} | {one['evaluations']:,} | " + " | ".join(f"{wait:.1f}" for wait in waits) + " |")
        lines += ["", "| while these have work | until s | device time |", "|---|---|---|"]
        for share in found["shares"]:
            spent = ", ".join(f"{team} {100 * part:.0f} %" for team, part in share["shares"].items())
            lines.append(f"| {', '.join(share['waiting'])} | {share['until_s']:.1f} | {spent} |")
    lines += [
        "",
        "![Lines: the share of each team's evaluations that was done over time, by order of arrival and shared](fair_share.svg)",
        "",
        f"All was done after {written['arrival']['seconds']:.1f} s by order of arrival, and after {written['fair']['seconds']:.1f} s",
        f"shared. To see whose turn it is takes {written['turn_ms']:.1f} ms with all of it queued.",
    ]
    return "\n".join(lines) + "\n"


def picture(evaluations: Mapping[str, Sequence[Row]]) -> str:
    """How much of each team's evaluations was done over time, a panel for each order."""
    teams = list(dict.fromkeys(one["team"] for one in sorted(evaluations["arrival"], key=_begun)))
    longest = max(one["ended"] for found in evaluations.values() for one in found)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        "<title>Share of each team's evaluations that was done, over time</title>",
    ]
    each = (WIDTH - LEFT - 20) / 2
    for panel, (order, title) in enumerate(TITLES.items()):
        left, wide = LEFT + panel * each, each - 24
        parts.append(f'<text x="{left:.0f}" y="{TOP - 14}" fill="#222">{escape(title)}</text>')
        for part in (0.0, 0.5, 1.0):
            y = _height(part)
            parts.append(f'<line x1="{left:.0f}" y1="{y:.0f}" x2="{left + wide:.0f}" y2="{y:.0f}" stroke="#ccc"/>')
            if not panel:
                parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#444">{part:.0%}</text>')
        for number, team in enumerate(teams):
            ends = sorted(one["ended"] for one in evaluations[order] if one["team"] == team)
            done = [(0.0, 0.0), *((ended, count / len(ends)) for count, ended in enumerate(ends, 1))]
            shown = done[:: max(1, len(done) // 200)] + done[-1:]
            line = " ".join(f"{left + wide * at / longest:.1f},{_height(part):.1f}" for at, part in shown)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS[number]}" stroke-width="2"/>')
        end = f'x="{left + wide:.0f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="end" fill="#444"'
        parts.append(f"<text {end}>{longest:.0f} s</text>")
    for number, team in enumerate(teams):
        x = LEFT + 150 * number
        parts.append(f'<rect x="{x}" y="{HEIGHT - 22}" width="10" height="10" fill="{COLOURS[number]}"/>')
        parts.append(f'<text x="{x + 14}" y="{HEIGHT - 13}">team with {escape(team)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _height(part: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * part
