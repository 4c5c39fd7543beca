"""Why a start is not possible."""

from __future__ import annotations


class CannotStart(Exception):
    """One sentence for a person: what was got, what was wanted, and the cure."""
