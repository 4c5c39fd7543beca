"""What can be wrong after a seed."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("unended", "lost", "doubled", "over_budget", "orphans", "differing", "fenced_writes", "torn")


@dataclass(frozen=True)
class Wrong:
    """Something that must not be. `kind` is one of KINDS."""

    kind: str
    text: str
