"""Results of seeds: a line each, appended as it comes, and the page that is drawn from them."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from nas_engine.fingerprint import fingerprint
from tests.chaos.faults import CONDITIONS, FAULTS
from tests.chaos.wrong import KINDS

FILE = "chaos"
Row = dict[str, Any]
PAGE = """# Chaos

Made by `make chaos`; what it does is in [the guide](../chaos.md). {machine}; commits {commits}.

**{seeds} seeds** ({databases}), {faults} faults, {studies} studies, {works} work items in {attempts} attempts, {events} events.
**{lost} lost, {doubled} doubled.**

A seed took {median:.0f} s in the median and {most:.0f} s at most, beside other work of the machine. Of {studies} studies {compared} were
compared with the undisturbed run, exactly: those in one slot without a candidate that a fault made fail. {messages} messages were
intercepted, {watchdog} workers started again by the watchdog, {retries} runs that had failed retried.

| what was looked for | found |
|---|---|
{wrong}

| fault | times |
|---|---|
{by_kind}

How runs ended: {ends}. Why work or a candidate failed: {failures}.

| seed | database | seconds | studies | work items | attempts | compared | wrong | faults |
|---|---|---|---|---|---|---|---|---|
{rows}
"""


def commit() -> str:
    """The commit that is checked out."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def rows(file: Path) -> list[Row]:
    """All that a file holds, the newest of each seed last; a line that a kill left half written is left out."""
    found = []
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def append(file: Path, row: Row) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    facts = {**fingerprint(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    with file.open("a") as lines:
        lines.write(json.dumps({**row, "machine": facts}, sort_keys=True) + "\n")


def counts(played: Iterable[Row]) -> dict[str, int]:
    """How much is wrong, by kind."""
    found = Counter(one["kind"] for row in played for one in row["wrong"])
    return {kind: found[kind] for kind in ("lost", "doubled", *(k for k in KINDS if k not in ("lost", "doubled")))}


def summary(row: Row) -> str:
    """A seed in a line."""
    if "faults" not in row:
        return f"seed {row['seed']} on {row['database']}: could not be played"
    faults = ", ".join(row["faults"]) or "nothing"
    return (
        f"seed {row['seed']} on {row['database']}: {row['seconds']} s, {row['studies']} studies, {row['works']} work items"
        f" in {row['attempts']} attempts, {row['compared']} compared, {len(row['wrong'])} wrong; {faults}"
    )


def _newest(held: Sequence[Row]) -> list[Row]:
    """The newest of each seed and database, in order."""
    return [row for _, row in sorted({(row["seed"], row["database"]): row for row in held}.items())]


def document(held: Sequence[Row]) -> str:
    """The page: faults by kind, what was done, what was wrong."""
    played = [row for row in _newest(held) if "faults" in row]
    wrong = counts(_newest(held))
    faults = Counter[str]()
    for row in played:
        faults.update(row["faults"])
    ends, failures = Counter[str](), Counter[str]()
    for row in played:
        ends.update(row["ends"])
        failures.update(row["failures"])
    machine = ", ".join(f"{name} {value}" for name, value in held[-1]["machine"].items() if name != "load")
    commits = ", ".join(dict.fromkeys(row["commit"] for row in played))
    seconds = [row["seconds"] for row in played] or [0.0]
    databases = ", ".join(f"{n} on {name}" for name, n in sorted(Counter(row["database"] for row in played).items()))
    names = ("studies", "works", "attempts", "events", "compared", "messages", "watchdog", "retries")
    total = {name: sum(row[name] for row in played) for name in names}
    return PAGE.format(
        machine=machine,
        commits=commits,
        seeds=len(played),
        databases=databases,
        faults=sum(faults.values()),
        median=median(seconds),
        most=max(seconds),
        lost=wrong["lost"],
        doubled=wrong["doubled"],
        wrong="\n".join(f"| {kind.replace('_', ' ')} | {count} |" for kind, count in wrong.items()),
        by_kind="\n".join(f"| {name} | {faults[name]} |" for name in (*FAULTS, *CONDITIONS)),
        ends=_listed(ends),
        failures=_listed(failures),
        rows="\n".join(_line(row) for row in played),
        **total,
    )


def _line(row: Row) -> str:
    figures = ("seed", "database", "seconds", "studies", "works", "attempts", "compared")
    cells = [*(str(row[name]) for name in figures), str(len(row["wrong"])), ", ".join(row["faults"])]
    return f"| {' | '.join(cells)} |"


def _listed(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.most_common()) or "none"
