"""Upgrades: a run's state as an older version wrote it, brought to today's, one step at a time.

A change of `RunState` that older states do not fit raises STATE_VERSION by one and adds a step: a module here, named for what
it changes, with a function from the older state to the newer one, and its line in STEPS. Fields with a default need none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nas_engine.errors import StateMismatch
from nas_engine.wire import Plain

Step = Callable[[Plain], Plain]

STATE_VERSION = 1
STEPS: Mapping[int, Step] = {}  # from this version to the next


def upgraded(state: object, steps: Mapping[int, Step] = STEPS, today: int = STATE_VERSION) -> Plain:
    """The state as this version writes it; `state` itself is left as it was.

    Raises StateMismatch, with both versions and the cure, for one that no steps lead on from: a newer one, or one too old.
    """
    if not isinstance(state, dict):
        raise StateMismatch(f"stored state: got {type(state).__name__}, wanted an object; restore it from a backup")
    made: Plain = dict(state)
    begun = made.get("version")
    while made.get("version") != today:
        at = made.get("version")
        if type(at) is not int or at not in steps:
            readable = f"{today}" if not steps else f"{min(steps)} to {today}"
            raise StateMismatch(
                f"this run's state is of version {str(begun)[:40]}, and this Spacewright reads {readable}; "
                "go on with the Spacewright that wrote it, or start another run"
            )
        made = {**steps[at](made), "version": at + 1}
    return made
