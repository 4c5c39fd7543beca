"""What a check finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from webapp.launch.refusal import CannotStart


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, and its cure: each a sentence without its full stop."""

    wrong: str
    cure: str

    @classmethod
    def of(cls, refusal: CannotStart) -> Finding:
        """A launcher's sentence: what is wrong, a semicolon, the cure."""
        wrong, _, cure = str(refusal).rpartition("; ")
        return cls(wrong, cure.rstrip("."))


@dataclass(frozen=True)
class Check:
    """A look at one thing. `needs` names checks without whose health this one cannot look."""

    name: str
    look: Callable[[], Iterable[Finding]]
    needs: tuple[str, ...] = ()
