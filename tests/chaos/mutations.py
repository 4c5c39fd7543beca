"""Guards of the product, taken away in a process of a test's: the suite must fail then."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from tests.webapp.chaos.unguarded import sent_at_once, without_claim, without_fence, written_in_place

MUTATIONS: dict[str, Callable[[], None]] = {  # never undone: the process ends with the scenario
    name: partial(take_away, pytest.MonkeyPatch())
    for name, take_away in {
        "the fence": without_fence,
        "the claim": without_claim,
        "the atomic rename": written_in_place,
        "the send on commit": sent_at_once,
    }.items()
}
