"""Every target of the fuzzing, on a few examples; `make fuzz` holds them to many."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from nas_engine.errors import NasError
from tests.fuzz import target as targets
from tests.fuzz.target import Hung, Target, hold, taken
from tests.fuzz.targets import TARGETS

EXAMPLES = 40


@pytest.mark.filterwarnings("ignore::UserWarning")  # of Pillow and zipfile, about files that are broken on purpose
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_what_strangers_give_is_refused_in_a_sentence_or_taken_exactly(target: Target) -> None:
    assert hold(target, EXAMPLES, 0) >= EXAMPLES


def _raises(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    "broken",
    [
        lambda value: _raises(KeyError(value)),  # an error that is not the product's own
        lambda _: taken(lambda: _raises(NasError(""))),  # a refusal that names nothing
        lambda _: taken(lambda: _raises(NasError("x " * 9_000))),
    ],
)
def test_a_broken_promise_is_found(broken: object) -> None:
    with pytest.raises((KeyError, AssertionError)):
        hold(Target("broken", "", st.integers(), broken), 5, 0)  # type: ignore[arg-type]


def test_an_example_that_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "MOST_SECONDS", 0.05)

    def hangs(_: object) -> None:
        while True:
            pass

    with pytest.raises(Hung):
        hold(Target("hangs", "", st.just(0), hangs), 1, 0)
