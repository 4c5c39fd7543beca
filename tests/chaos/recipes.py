"""Recipes of about a second of work, each with what it finds when nothing happens to it."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nas_engine.local import Journal, run_locally
from nas_engine.recipe import recipe

TASK = {"kind": "image_classification", "data": "digits"}
CHAIN = {"kind": "chain", "operators": ["mb3_e2", "conv1", "skip"], "skeleton": "tiny"}
CELLS = {
    "kind": "autospace",
    "skeleton": "tiny",
    "kernels": [3],
    "expansion": 2,
    "reference": "3/1,2/1,2 D2 00 e2",
}
SCRATCH = {"kind": "from_scratch", "epochs": 1, "batch_size": 256}
SHARED = {"kind": "shared_weights", "calibration": 1}
LAST = [
    {"kind": "retrain", "trainer": {"epochs": 1, "batch": 256}, "seeds": 1},
    {"kind": "export", "exporters": ["pytorch_source", "architecture_json"]},
]


def _plan(name: str, space: dict[str, Any], evaluations: int, *pipeline: dict[str, Any]) -> dict[str, Any]:
    """The recipe with every field written out."""
    search = {"evaluations": evaluations}
    made = {"version": 1, "name": name, "seed": 3, "task": TASK, "space": space, "budget": {"search": search}}
    return recipe({**made, "pipeline": list(pipeline)}).plain


@dataclass(frozen=True)
class Study:
    """A recipe and its slots. One slot finds exactly the same whatever happens; several may find it in another order."""

    recipe: dict[str, Any]
    slots: int = 1

    @property
    def exact(self) -> bool:
        return self.slots == 1


STUDIES = {
    "draws": Study(
        _plan("draws", CHAIN, 4, {"kind": "search", "strategy": {"kind": "random", "draws": 4}, "estimator": SCRATCH})
    ),
    "draws in three slots": Study(
        _plan(
            "draws in three slots",
            CHAIN,
            6,
            {"kind": "search", "strategy": {"kind": "random", "draws": 6}, "estimator": SCRATCH},
        ),
        slots=3,
    ),
    "supernet": Study(
        _plan(
            "supernet",
            CHAIN,
            6,
            {"kind": "train", "trainer": {"kind": "uniform_paths", "batches": 60, "batch": 31}},
            {"kind": "search", "strategy": {"kind": "random", "draws": 6}, "estimator": SHARED},
            *LAST,
        )
    ),
    "cells": Study(
        _plan(
            "cells",
            CELLS,
            5,
            {
                "kind": "train",
                "trainer": {
                    "kind": "autospace",
                    "generations": 2,
                    "steps": 2,
                    "population": 4,
                    "cells": 2,
                    "keep": 3,
                    "batch": 31,
                },
            },
            {
                "kind": "search",
                "strategy": {"kind": "ageing_evolution", "population": 3, "sample": 2, "cycles": 5},
                "estimator": SCRATCH,
            },
        )
    ),
}


@dataclass(frozen=True)
class Undisturbed:
    """What a study finds, and how many facts that is."""

    digest: str
    facts: int


def undisturbed(study: Study) -> Undisturbed:
    """On the command line, without a checkpoint, in one slot."""
    with tempfile.TemporaryDirectory() as folder:
        run_locally(recipe(study.recipe), Path(folder), checkpoint_seconds=1e9)
        journal = Journal(Path(folder))
        return Undisturbed(journal.history_digest(), len(list(journal.events())))
