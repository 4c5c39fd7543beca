"""The queue's application with one estimator more, which trains nothing: what is left of an evaluation is overhead.

    python -m celery -A benchmarks.empty_worker worker -Q short,device -c 1

It is registered in the processes of the benchmark only; nothing of the product knows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from celery.signals import worker_process_init

from webapp.celery import app

__all__ = ["app", "register"]

RECIPE: dict[str, Any] = {
    "version": 1,
    "name": "empty evaluations",
    "seed": 1,
    "task": {"kind": "image_classification"},
    "space": {"kind": "chain", "operators": ["mb3_e1", "mb3_e2", "mb5_e1", "mb5_e2", "skip"], "skeleton": "small"},
    "pipeline": [],
}


def recipe_of(strategy: dict[str, Any]) -> dict[str, Any]:
    """A search by this strategy whose evaluations are empty."""
    return {**RECIPE, "pipeline": [{"kind": "search", "strategy": strategy, "estimator": {"kind": "empty"}}]}


@worker_process_init.connect
def register(**_: object) -> None:
    """Add the estimator to this process. Here, not at import: the worker's parent must not import torch before its fork."""
    from nas_engine.budget import Cost
    from nas_engine.candidate import Answer, Candidate, Evaluation
    from nas_engine.estimators import ESTIMATORS, Estimator
    from nas_engine.products import Products
    from nas_engine.tasks import OpenTask
    from nas_engine.work import Context

    @dataclass
    class Empty(Estimator):
        """Answers a number that follows from the key."""

        kind: ClassVar[str] = "empty"
        needs: ClassVar[frozenset[str]] = frozenset({"space"})

        def estimate(
            self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
        ) -> list[Answer]:
            return [Evaluation(c, int(c.architecture.key[:6], 16) / 16**6, Cost(1, 1)) for c in candidates]

    ESTIMATORS.setdefault("empty", Empty)
