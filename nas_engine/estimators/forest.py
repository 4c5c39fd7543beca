"""Forest: a random forest on genes, taught by some of a table's answers (a predictor, as in White 2021, https://arxiv.org/abs/2104.01177)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field

from nas_engine.architecture import Architecture
from nas_engine.candidate import Answer, Candidate, Evaluation
from nas_engine.chance import Chance, seed_from
from nas_engine.errors import EvaluationFailed, Incompatible
from nas_engine.estimators.base import refusal
from nas_engine.estimators.table import Table, name_of
from nas_engine.products import Products
from nas_engine.spaces import SearchSpace
from nas_engine.tasks import OpenTask
from nas_engine.work import Context

LEAST = 2  # networks to learn from

Predictor = Callable[[Sequence[Architecture]], list[float]]


@dataclass
class Forest(Table):
    """Predicts scores from genes, one column an operator at a place, after learning from random networks of a table.

    The networks that it learns from follow from the run's seed, are drawn from the whole space, and count in no budget:
    a comparison adds `networks` to what the search spent. Every Work learns the same forest anew.
    """

    kind: ClassVar[str] = "forest"

    networks: Annotated[int, Field(ge=LEAST, le=10_000, description="networks of the table that it learns from")] = 100
    trees: Annotated[int, Field(ge=1, le=2_000, description="trees of the forest")] = 100

    def estimate(
        self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
    ) -> list[Answer]:
        """Raises Incompatible without a space, EvaluationFailed for a table that names fewer than two networks drawn."""
        if products.space is None:
            raise Incompatible(f"{self.kind} needs a space")
        space = products.space
        refused = [refusal(candidate, space, task.shape) for candidate in candidates]
        good = [c.architecture for c, failure in zip(candidates, refused, strict=True) if failure is None]
        guesses = iter(self.predictor(space, seed_from(context.work.seed, self.kind))(good) if good else ())
        return [
            failure or Evaluation(candidate, next(guesses), space.cost(candidate.architecture, task.shape))
            for candidate, failure in zip(candidates, refused, strict=True)
        ]

    def predictor(self, space: SearchSpace, seed: int) -> Predictor:
        """The forest, taught by `networks` distinct random members that the table has a number for."""
        scores, chance = self.scores(), Chance(seed)
        known: dict[Architecture, float] = {}
        for _ in range(20 * self.networks):
            drawn = space.root.sample(chance)
            score = scores.get(name_of(drawn, space))
            if score is not None:
                known[drawn] = score
            if len(known) == self.networks:
                break
        if len(known) < LEAST:
            raise EvaluationFailed(
                "bad data",
                f"table {self.path} has numbers for {len(known)} networks of this space among {20 * self.networks:,} drawn,"
                f" wanted at least {LEAST}; name a table of this space",
            )
        return _taught(tuple(known.items()), self.trees, seed % 2**32)


@lru_cache(maxsize=4)
def _taught(known: tuple[tuple[Architecture, float], ...], trees: int, seed: int) -> Predictor:
    from sklearn.ensemble import RandomForestRegressor

    columns = sorted({place for architecture, _ in known for place in enumerate(architecture.genes)})

    def encoded(architectures: Sequence[Architecture]) -> list[list[bool]]:
        return [[architecture.genes[place] == label for place, label in columns] for architecture in architectures]

    forest = RandomForestRegressor(trees, random_state=seed, n_jobs=1)
    forest.fit(encoded([architecture for architecture, _ in known]), [score for _, score in known])
    return lambda architectures: [float(guess) for guess in forest.predict(encoded(architectures))]
