"""Within: the members of a space that are inside network limits. The one place where limits meet sampling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nas_engine.architecture import Architecture
from nas_engine.budget import Cost, NetworkLimits
from nas_engine.chance import Chance
from nas_engine.errors import Infeasible
from nas_engine.shapes import TaskShape
from nas_engine.spaces.view import View

MOST_DRAWS = 10_000
PATIENCE = 200  # draws refused in a row before each further one is improved by local descent
MOST_DESCENTS = 25  # each looks at every neighbour: where so many end outside, more would only take hours


@dataclass(frozen=True)
class Within(View):
    """A view: samples and neighbours over the limits are never seen, so no strategy needs to know of them.

    Samples are uniform over the members inside the limits while those are not too rare; after 200 refusals in a row a
    draw is improved, edit by edit, until it fits, which favours members near the limits.
    """

    kind: ClassVar[str] = "within"

    limits: NetworkLimits
    shape: TaskShape
    draws: int = MOST_DRAWS
    patience: int = PATIENCE

    def _excess(self, architecture: Architecture) -> float:
        return self.limits.excess(self.space.cost(architecture, self.shape))

    def _inside(self, architecture: Architecture) -> bool:
        return self._excess(architecture) == 0

    def sample(self, chance: Chance) -> Architecture:
        """Raises Infeasible after `draws` refused ones, with the nearest figures seen."""
        nearest: tuple[float, Architecture] | None = None
        for draw in range(self.draws):
            architecture = self.space.sample(chance)
            excess = self._excess(architecture)
            if excess > 0 and self.patience <= draw < self.patience + MOST_DESCENTS:
                architecture, excess = self._descended(architecture, excess)
            if excess == 0:
                return architecture
            if nearest is None or excess < nearest[0]:
                nearest = (excess, architecture)
        cost = self.space.cost(nearest[1], self.shape) if nearest else Cost()
        raise Infeasible(
            f"no network within {self.limits} in {self.draws:,} draws;"
            f" nearest: {cost.params:,} params, {cost.madds:,} MAdds; raise the limit or choose cheaper operators"
        )

    def _descended(self, architecture: Architecture, excess: float) -> tuple[Architecture, float]:
        while excess > 0:
            best = min(self.space.neighbours(architecture), key=self._excess, default=architecture)
            if self._excess(best) >= excess:
                break
            architecture, excess = best, self._excess(best)
        return architecture, excess
