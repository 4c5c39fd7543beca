"""Nothing is unpickled: the interpreter itself refuses it, in whatever library somebody tries."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

_allowed: set[str] = set()
_is_on = False


class UnpicklingRefused(RuntimeError):
    """A pickle names what it wants called: read from a file or a message, it runs whatever somebody wrote there."""


def refuse_unpickling() -> None:
    """After: in this process and those that it forks, a pickle that names a class or a function raises UnpicklingRefused.

    What holds only numbers, texts and lists calls nothing, and is let be. There is no way back: an audit hook stays.
    """
    global _is_on
    if not _is_on:
        _is_on = True
        sys.addaudithook(_refuse)


def allow_unpickling(names: Iterable[str]) -> None:
    """Exceptions, as `module.name`, for what a library cannot do without."""
    _allowed.update(names)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "pickle.find_class" and (name := ".".join(map(str, arguments))) not in _allowed:
        raise UnpicklingRefused(
            f"a pickle wants {name}, and nothing is unpickled here; tensors are read from safetensors, the rest from JSON"
        )
