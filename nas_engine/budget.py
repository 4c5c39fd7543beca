"""Cost, and what it may be: limits on a network, limits on a search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

MEASURES = ("params", "madds")


@dataclass(frozen=True, slots=True, order=True)
class Cost:
    """What a network costs, by the one convention used everywhere.

    `params`: trainable elements. `madds`: multiply-adds of convolutions and linear layers at batch 1 (half of torch's own
    flop counter); batch-norm, activations, pooling and biases count 0.
    """

    params: int = 0
    madds: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.params + other.params, self.madds + other.madds)


@dataclass(frozen=True, slots=True)
class NetworkLimits:
    """What a network may cost. Hard: nothing over it is ever returned."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    params: Annotated[int | None, Field(gt=0, description="most trainable parameters")] = None
    madds: Annotated[int | None, Field(gt=0, description="most multiply-adds at batch 1")] = None

    def allow(self, cost: Cost) -> bool:
        return not self.exceeded(cost)

    def exceeded(self, cost: Cost) -> dict[str, tuple[int, int]]:
        """The measures that are over, each with (cost, limit)."""
        pairs = {name: (getattr(cost, name), getattr(self, name)) for name in MEASURES}
        return {name: (got, limit) for name, (got, limit) in pairs.items() if limit is not None and got > limit}

    def excess(self, cost: Cost) -> float:
        """How far over, as a sum of relative overshoots; 0 when allowed. Local descent follows it."""
        return sum(got / limit - 1 for got, limit in self.exceeded(cost).values())


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """What a search may spend. `evaluations` counts distinct (architecture, fidelity, repeat); answers from cache are free.

    `device_seconds` is the sum over all attempts; a trainer overshoots it by one step at most.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    evaluations: Annotated[int | None, Field(gt=0, description="most candidates to evaluate, all stages together")] = (
        None
    )
    device_seconds: Annotated[float | None, Field(gt=0, description="most seconds of device time, all attempts")] = None
    reserve: Annotated[
        float, Field(ge=0, lt=1, description="share of device_seconds kept for retraining and export")
    ] = 0.3


@dataclass(frozen=True, slots=True)
class Budget:
    """What a network may cost and what the search may spend."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    network: NetworkLimits = NetworkLimits()
    search: SearchLimits = SearchLimits()
