"""Schedule: what happens to a seed's studio, and when. A function of the seed alone, so that a seed that fails can be run again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nas_engine.chance import Chance, seed_from
from tests.chaos.faults import CONDITIONS, FAULTS
from tests.chaos.recipes import STUDIES

SQLITE_EVERY = 5  # seeds
MOST_STUDIES, FEWEST_FAULTS, MOST_FAULTS = 3, 4, 8
FIRST, LAST = 0.05, 0.85  # shares of all facts
WRONG_CLOCK = 3600.0  # seconds


@dataclass(frozen=True)
class Moment:
    """A fault, once so large a share of the facts that the studies tell undisturbed has been told. `seed`: for its own draws."""

    share: float
    fault: str
    seed: int


@dataclass(frozen=True)
class Schedule:
    """One scenario. `clocks`: by how many seconds each worker and then each sweeper is ahead."""

    seed: int
    database: str
    studies: tuple[str, ...]
    workers: int
    sweepers: int
    moments: tuple[Moment, ...]
    clocks: tuple[float, ...] = ()
    commit: float = 0.0  # seconds that one takes
    mutation: str = ""  # the guard that is taken away

    def conditions(self) -> list[str]:
        """The faults that hold from start to end."""
        held = {"clocks disagree": any(self.clocks), "slow commits": self.commit > 0}
        return [name for name in CONDITIONS if held[name]]


def schedule(seed: int, database: str = "") -> Schedule:
    """Of a seed; `database` instead of the one that the seed chooses."""
    chance = Chance(seed_from("chaos", seed))
    chosen = database or ("sqlite" if seed % SQLITE_EVERY == 0 else "postgresql")
    workers, sweepers = (1, 1) if chosen == "sqlite" else (3, 1 + chance.below(2))
    studies = chance.sample(sorted(STUDIES), 2 + chance.below(MOST_STUDIES - 1))
    clocks = [chance.pick((-WRONG_CLOCK, 0.0, WRONG_CLOCK)) for _ in range(workers + sweepers)]
    disagree, slow = chance.below(3) == 0, chance.below(5) == 0
    return Schedule(
        seed,
        chosen,
        tuple(studies),
        workers,
        sweepers,
        tuple(_moments(chance, [name for name, fault in FAULTS.items() if chosen in fault.databases])),
        tuple(clocks) if disagree else (),
        0.1 if slow else 0.0,
    )


def _moments(chance: Chance, names: Sequence[str]) -> list[Moment]:
    """Different faults, in the order in which they come."""
    drawn = chance.sample(names, FEWEST_FAULTS + chance.below(MOST_FAULTS - FEWEST_FAULTS + 1))
    shares = sorted(FIRST + chance.uniform() * (LAST - FIRST) for _ in drawn)
    return [Moment(round(at, 3), name, chance.below(2**31)) for at, name in zip(shares, drawn, strict=True)]
