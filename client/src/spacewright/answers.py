"""Answers of the server, read field by field. What it says besides is left alone: a newer one may say more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from spacewright.errors import WrongAnswer


class Answer:
    """One JSON object. Each reader raises WrongAnswer, naming the field, for what is not there or of another type."""

    def __init__(self, value: object, what: str) -> None:
        self._what = what
        if not isinstance(value, Mapping):
            raise WrongAnswer(
                f"{what}: the server answered {_shown(value)}, wanted an object; is it a Spacewright studio?"
            )
        self._value = value

    @property
    def everything(self) -> dict[str, Any]:
        """The object as it came."""
        return dict(self._value)

    def text(self, name: str) -> str:
        found = self._value.get(name)
        return found if isinstance(found, str) else self._wrong(name, "a text")

    def text_or_none(self, name: str) -> str | None:
        return None if self._value.get(name) is None else self.text(name)

    def whole(self, name: str) -> int:
        found = self._value.get(name)
        return found if isinstance(found, int) and not isinstance(found, bool) else self._wrong(name, "a whole number")

    def number(self, name: str) -> float:
        found = self._value.get(name)
        right = isinstance(found, int | float) and not isinstance(found, bool)
        return float(found) if right and found is not None else self._wrong(name, "a number")

    def number_or_none(self, name: str) -> float | None:
        return None if self._value.get(name) is None else self.number(name)

    def time(self, name: str) -> datetime:
        text = self.text(name)
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise self._error(name, "a time") from None

    def time_or_none(self, name: str) -> datetime | None:
        return None if self._value.get(name) is None else self.time(name)

    def fields(self, name: str) -> dict[str, Any]:
        """An object that the client does not look into."""
        found = self._value.get(name)
        return dict(found) if isinstance(found, Mapping) else self._wrong(name, "an object")

    def one(self, name: str) -> Answer:
        return Answer(self._value.get(name), f"{self._what}, {name}")

    def many(self, name: str) -> list[Answer]:
        return many(self._value.get(name), f"{self._what}, {name}")

    def _wrong(self, name: str, wanted: str) -> Any:
        raise self._error(name, wanted)

    def _error(self, name: str, wanted: str) -> WrongAnswer:
        got = _shown(self._value.get(name))
        return WrongAnswer(f"{self._what}: {name!r} is {got}, wanted {wanted}; client and server may be too far apart")


def many(value: object, what: str) -> list[Answer]:
    """A list of objects. Raises WrongAnswer."""
    if not isinstance(value, list):
        raise WrongAnswer(f"{what}: the server answered {_shown(value)}, wanted a list; is it a Spacewright studio?")
    return [Answer(one, what) for one in value]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
