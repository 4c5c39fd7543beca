"""Scenarios that carry one guard each: they pass with it, and fail where it is taken away."""

from __future__ import annotations

from nas_engine.chance import Chance
from tests.chaos.faults.armed import AT_A_POINT, DEATHS, FROZEN, STOPS
from tests.chaos.schedule import Moment, Schedule


def _armed(fault: str, deeds: list[str], deed: str) -> Moment:
    """As soon as the run has begun, and this deed of those that the fault draws from."""
    seed = next(number for number in range(10_000) if Chance(number).pick(deeds) == deed)
    return Moment(0.01, fault, seed)


STALE = _armed(FROZEN, STOPS, "stop, after a checkpoint file, before its pointer")
TORN = _armed(AT_A_POINT, DEATHS, "kill both, while a file is written")
DOUBLED = Moment(0.01, "messages doubled", 1)

AIMED = {
    "the fence": Schedule(1, "sqlite", ("supernet",), workers=2, sweepers=1, moments=(STALE,)),
    "the claim": Schedule(2, "sqlite", ("draws in three slots",), workers=2, sweepers=1, moments=(DOUBLED,)),
    "the atomic rename": Schedule(3, "sqlite", ("supernet",), workers=1, sweepers=1, moments=(TORN,)),
    # Nobody sends again: a message that comes before its row is never made good.
    "the send on commit": Schedule(4, "sqlite", ("draws",), workers=2, sweepers=0, moments=(), commit=0.2),
}
