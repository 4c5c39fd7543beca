"""What happens inside a worker, at an exact point; see `tests.chaos.mischief`, which does it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from nas_engine.chance import Chance
from tests.chaos.faults.base import Fault
from tests.chaos.mischief import AROUND, CURSE, KILLS, SWEEPER

if TYPE_CHECKING:
    from tests.chaos.studio import Studio

DEATHS = sorted(name for name in KILLS if name.startswith("kill"))
STOPS = sorted(name for name in KILLS if name.startswith("stop"))


AT_A_POINT, FROZEN, RECLAIMED = (
    "worker killed at an exact point",
    "worker frozen at an exact point",
    "sweeper killed after a reclaim",
)


def _one_of(deeds: Sequence[str], fault: str, studio: Studio, chance: Chance) -> None:
    """Armed for whoever comes first. What it froze is thawed by the studio, after its lease."""
    studio.arm(chance.pick(deeds), fault)


ARMED = (
    Fault(AT_A_POINT, partial(_one_of, DEATHS, AT_A_POINT)),
    Fault(FROZEN, partial(_one_of, STOPS, FROZEN)),
    Fault(RECLAIMED, partial(_one_of, (SWEEPER,), RECLAIMED)),
    *(Fault(name, partial(_one_of, (name,), name)) for name in (*AROUND, CURSE)),
)
