"""What the engine says of a recipe that cannot be, and beside which input it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nas_engine.errors import Infeasible, InvalidRecipe, NasError

NAMED = re.compile(r"^recipe field '([\w.]+)': ")


@dataclass(frozen=True)
class Wrong:
    """A sentence, and the place in the recipe that it speaks of; an empty place is the whole."""

    path: str
    text: str

    def beside(self, slots: Iterable[str]) -> Wrong:
        """The same beside the nearest input that there is."""
        known, path = set(slots), self.path
        while path and path not in known:
            path = path.rpartition(".")[0]
        return Wrong(path, self.text)

    def of_text(self) -> Wrong:
        """The same beside the JSON text, which is one input: it names the place itself."""
        named = self.path not in ("", "json")
        return Wrong("json", f"{self.path}: {self.text}" if named else self.text)


def wrong(error: NasError) -> Wrong:
    """What an error says, and of which field."""
    if isinstance(error, InvalidRecipe):
        if isinstance(error.got, dict | list) or error.got is None:
            return Wrong(error.field, f"wanted {error.wanted}")
        return Wrong(error.field, f"got {str(error.got)[:80]!r}, wanted {error.wanted}")
    text = str(error)
    if isinstance(error, Infeasible):
        return Wrong(error.field, text.removeprefix(f"{error.field} "))
    found = NAMED.match(text)
    return Wrong(found[1], text[found.end() :]) if found else Wrong("", text)
