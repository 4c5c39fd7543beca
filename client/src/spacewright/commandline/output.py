"""What a command says: for a person on a terminal, or as JSON for a program."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from spacewright.studies import Study


class Output:
    """One command's output. With `json`, standard output holds JSON and nothing else."""

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self.console = Console(highlight=False, markup=False, stderr=json, soft_wrap=True)

    def document(self, value: object) -> None:
        """One JSON document, on one line."""
        print(json.dumps(plain(value)), flush=True)

    def line(self, text: str) -> None:
        """A sentence for a person; nothing where a program reads."""
        if not self.json:
            self.console.print(text)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = ()) -> None:
        table = Table(box=None, pad_edge=False)
        for heading in headings:
            table.add_column(heading, justify="right" if heading in numbers else "left")
        for row in rows:
            table.add_row(*row)
        self.console.print(table, soft_wrap=False)


def plain(value: object) -> Any:
    """As JSON: dataclasses as objects, times in ISO 8601, a study without its connection."""
    if isinstance(value, Study):
        names = ("id", "name", "team", "created", "url", "recipe", "origin", "runs")
        return {name: plain(getattr(value, name)) for name in names}
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value
