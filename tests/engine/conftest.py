"""Holds the exams that ship before components that are broken on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import signature
from itertools import product

import pytest

Failed = Callable[..., set[str]]


@pytest.fixture
def failed() -> Failed:
    """Holds an exam and gives the questions that were failed: `failed(SpaceExam(), space=broken, shape=shape)`."""

    def hold(exam: object, **fixtures: object) -> set[str]:
        wrong = set()
        for name in dir(exam):
            if not name.startswith("test_"):
                continue
            question = getattr(exam, name)
            for settings in _settings(question):
                given = {
                    key: value for key, value in (fixtures | settings).items() if key in signature(question).parameters
                }
                try:
                    question(**given)
                except (Exception, pytest.fail.Exception):  # noqa: BLE001 - a question that crashes is failed too
                    wrong.add(name.removeprefix("test_"))
        return wrong

    return hold


def _settings(question: Callable[..., None]) -> Iterator[dict[str, object]]:
    """Every combination that `parametrize` would ask."""
    marks = [mark.args for mark in getattr(question, "pytestmark", [])]
    for values in product(*(values for _, values in marks)):
        yield {name: value for (name, _), value in zip(marks, values, strict=True)}
