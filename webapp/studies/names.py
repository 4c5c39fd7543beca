"""Names of recipes that begin from something with a name of its own."""

from __future__ import annotations

LONGEST = 120
REFUSED = '"\\'  # by recipes, whose names are written into source and commands; as is what cannot be printed


def name_after(text: str) -> str:
    """The text, as a recipe may be called."""
    return "".join(one for one in text if one.isprintable() and one not in REFUSED)[:LONGEST].strip() or "unnamed"
