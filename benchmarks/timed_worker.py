"""A worker whose evaluations take a set time of its device and do nothing, in the order that ORDER says.

    ORDER=arrival python -m celery -A benchmarks.timed_worker worker -Q device -c 1

`arrival`: each message is taken for the Work that it names, as before teams shared the devices. `fair`: as the product does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from celery.signals import worker_process_init

from benchmarks.empty_worker import RECIPE
from webapp.celery import app

__all__ = ["SECONDS", "app", "register", "timed_recipe"]

SECONDS = 0.02  # that an evaluation holds its device


def timed_recipe(draws: int) -> dict[str, Any]:
    search = {"kind": "search", "strategy": {"kind": "random", "draws": draws}, "estimator": {"kind": "timed"}}
    return {**RECIPE, "name": f"{draws} evaluations", "pipeline": [search]}


@worker_process_init.connect
def register(**_: object) -> None:
    """Add the estimator to this process, and take the choice of the next Work away where messages are to decide."""
    from nas_engine.budget import Cost
    from nas_engine.candidate import Answer, Candidate, Evaluation
    from nas_engine.estimators import ESTIMATORS, Estimator
    from nas_engine.products import Products
    from nas_engine.tasks import OpenTask
    from nas_engine.work import Context
    from webapp.runs.services import claim, perform

    @dataclass
    class Timed(Estimator):
        """Answers a number that follows from the key."""

        kind: ClassVar[str] = "timed"
        needs: ClassVar[frozenset[str]] = frozenset({"space"})

        def estimate(
            self, candidates: Sequence[Candidate], products: Products, task: OpenTask, context: Context
        ) -> list[Answer]:
            time.sleep(SECONDS * len(candidates))
            return [Evaluation(c, int(c.architecture.key[:6], 16) / 16**6, Cost(1, 1)) for c in candidates]

    ESTIMATORS.setdefault("timed", Timed)
    if os.environ.get("ORDER") == "arrival":
        perform.claim_next = claim.claim  # type: ignore[attr-defined]
