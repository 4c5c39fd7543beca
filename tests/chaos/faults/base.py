"""Fault: one thing that goes wrong in a studio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nas_engine.chance import Chance

if TYPE_CHECKING:
    from tests.chaos.studio import Studio


@dataclass(frozen=True)
class Fault:
    """`happen` begins it and returns at once; what ends it is left to the studio's `later`.

    One that is armed happens where a worker next comes to its place; the others have happened once `happen` returns.
    """

    name: str
    happen: Callable[[Studio, Chance], None]
    databases: tuple[str, ...] = ("postgresql", "sqlite")
