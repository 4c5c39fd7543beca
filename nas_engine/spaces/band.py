"""Band: the members of a space whose MAdds lie between a least and a most.

Spaces are compared in one band (Radosavovic 2020, https://arxiv.org/abs/2003.13678): networks of twice the cost are better
in any space.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost, NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Infeasible
from nas_engine.shapes import TaskShape
from nas_engine.spaces.view import View

MOST_DRAWS = 10_000
MOST_LISTED = 10_000  # members of a space that is looked through rather than drawn from


@dataclass(frozen=True)
class Band(View):
    """A view: uniform over the members inside, always. A small space is listed, of a large one draws outside are refused."""

    kind: ClassVar[str] = "band"

    least: int  # MAdds
    most: int | None  # MAdds; None: no upper end
    shape: TaskShape
    params: int | None = None  # at most; a band of MAdds may keep to a limit of params as well
    draws: int = MOST_DRAWS

    @property
    def words(self) -> str:
        """The band as a text says it."""
        ends = f"{self.least:,} MAdds or more" if self.most is None else f"{self.least:,} to {self.most:,} MAdds"
        return ends if self.params is None else f"{ends} and at most {self.params:,} params"

    def holds(self, cost: Cost) -> bool:
        """Whether a network of this cost is inside."""
        return self._gap(cost) == 0

    def _gap(self, cost: Cost) -> float:
        """How far outside, as a sum of relative distances."""
        below = 1 - cost.madds / self.least if cost.madds < self.least else 0.0
        return below + NetworkLimits(self.params, self.most).excess(cost)

    def _inside(self, architecture: Architecture) -> bool:
        return self.holds(self.space.cost(architecture, self.shape))

    @cached_property
    def listed(self) -> tuple[Architecture, ...] | None:
        """Every member inside; None where the space is too large to look through."""
        return tuple(self.members()) if self.space.size <= MOST_LISTED else None

    def sample(self, chance: Chance) -> Architecture:
        """Raises Infeasible where no member is inside, or none was met in `draws` draws, with the nearest figure seen."""
        if self.listed is not None:
            if not self.listed:
                nearest = min((self.space.cost(one, self.shape) for one in self.space.members()), key=self._gap)
                raise Infeasible(f"no network of the {self.size:,} has {self._wanted(nearest)}")
            return chance.pick(self.listed)
        nearest = Cost()
        for draw in range(self.draws):
            architecture = self.space.sample(chance)
            cost = self.space.cost(architecture, self.shape)
            if self.holds(cost):
                return architecture
            nearest = cost if draw == 0 else min(nearest, cost, key=self._gap)
        raise Infeasible(f"none of {self.draws:,} draws has {self._wanted(nearest)}")

    def _wanted(self, nearest: Cost) -> str:
        return f"{self.words}; the nearest has {nearest.madds:,} MAdds and {nearest.params:,} params: widen the band"
