"""`data add`, `data list`."""

from __future__ import annotations

import argparse

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from spacewright import data
from spacewright.client import Client
from spacewright.commandline.output import Output


def add(chosen: argparse.Namespace, output: Output) -> int:
    """Raises EndedBadly for data that was refused."""
    with Client() as client:
        team = client.team(chosen.team).id if chosen.team else ""
        with _Bars(output) as bars:
            version = client.data.add(
                chosen.name, chosen.path, test=chosen.test, side=chosen.side, team=team, told=bars.told
            )
    if output.json:
        output.document(version)
        return 0
    counts = version.facts.get("images", {})
    held = ", ".join(f"{count:,} {split}" for split, count in counts.items()) if isinstance(counts, dict) else ""
    output.line(f"{chosen.name}: ready{f', {held} images' if held else ''}; sha256 {version.sha256}")
    output.line('for a recipe\'s "task": {"data": ...}: spacewright data list --json has it as `recipe`')
    return 0


def listed(chosen: argparse.Namespace, output: Output) -> int:
    with Client() as client:
        found = client.data.list(chosen.limit)
    if output.json:
        for one in found:
            versions = [{**vars(version), "recipe": version.recipe} for version in one.versions]
            output.document({"id": one.id, "team": one.team, "name": one.name, "versions": versions})
        return 0
    rows = [
        (one.name, str(len(one.versions)), one.versions[0].sha256[:16] if one.versions else "", one.id) for one in found
    ]
    output.table(("name", "versions", "newest", "id"), rows, ("versions",))
    return 0


class _Bars:
    """A bar of bytes, then one of images."""

    def __init__(self, output: Output) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        self._progress = Progress(
            *columns, TimeRemainingColumn(), console=output.console, disable=not output.console.is_terminal
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> _Bars:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def told(self, now: data.Progress) -> None:
        if now.doing not in self._tasks:
            self._tasks[now.doing] = self._progress.add_task(now.doing, total=now.total)
        self._progress.update(self._tasks[now.doing], completed=now.done, total=now.total)
