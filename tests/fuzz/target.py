"""Target: one thing of the product that takes what strangers give, held to its promise on drawn examples."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from nas_engine.errors import NasError

T = TypeVar("T")
MOST_SECONDS = 20.0  # of the processor's time, for one example: more is a hang
LONGEST_REFUSAL = 4_000  # characters


class Hung(AssertionError):
    """One example took longer than anything here may."""


@dataclass(frozen=True)
class Target:
    """`holds` raises for a value that breaks the promise; `promise` says it in a sentence."""

    name: str
    promise: str
    values: SearchStrategy[Any]
    holds: Callable[[Any], None]


def hold(target: Target, examples: int, number: int) -> int:
    """Hold a target to about so many examples that follow from a seed; how many it really met."""
    met = 0

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,  # of the wall's time, which a loaded machine breaks
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(target.values)
    def each(value: Any) -> None:
        nonlocal met
        met += 1
        with _processor_time(MOST_SECONDS):
            target.holds(value)

    each()
    return met


def taken(give: Callable[[], T], *refusals: type[Exception]) -> T | None:
    """What the product made of it; None where it refused, in one sentence that names something. Other errors pass."""
    refused = refusals or (NasError,)
    try:
        return give()
    except refused as error:
        said = str(error)
    assert len(said.split()) >= 3, f"says nothing: {said!r}"
    assert len(said) <= LONGEST_REFUSAL, f"{len(said)} characters of refusal: {said[:200]}"
    assert "Traceback" not in said, said
    return None


@contextmanager
def _processor_time(seconds: float) -> Iterator[None]:
    """Raises Hung inside after so much time of this process."""

    def hung(_: int, __: FrameType | None) -> None:
        raise Hung(f"no answer after {seconds:g} seconds of the processor's time")

    before = signal.signal(signal.SIGVTALRM, hung)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
