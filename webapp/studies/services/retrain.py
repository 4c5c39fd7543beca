"""One network, trained longer or with more seeds: a study of its own."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from webapp.accounts.models import User
from webapp.runs.models import Run
from webapp.runs.selectors.candidates import genes_of
from webapp.studies.models import Study
from webapp.studies.services.submit import Submission, submit_study

TRAINING = ("retrain", "export")


@dataclass(frozen=True)
class Longer:
    """How the network is to be trained; what is left open stays as the run's recipe has it."""

    epochs: int | None = None
    seeds: int | None = None
    name: str = ""


def retrain_network(user: User, run: Run, key: str, asked: Longer) -> Study:
    """A study that trains and exports one network of a run beside the reference: same data, space and network limits.

    Raises Http404 for a network that the run knows nothing of, NotAllowed for a viewer, and what the engine says of the recipe.
    """
    genes = genes_of(run, key)
    if genes is None:
        raise Http404
    recipe = retraining(run.recipe, genes, asked)
    return submit_study(user, Submission(run.study.team, recipe, asked.name or recipe["name"], run.slots))[0]


def retraining(recipe: dict[str, Any], genes: list[str], asked: Longer) -> dict[str, Any]:
    """The recipe that trains and exports one network. What the search might spend is no limit of it: it is asked for in epochs."""
    stages: list[dict[str, Any]] = [deepcopy(stage) for stage in recipe["pipeline"] if stage["kind"] in TRAINING]
    kinds = [stage["kind"] for stage in stages]
    retrain: dict[str, Any] = stages[kinds.index("retrain")] if "retrain" in kinds else {"kind": "retrain"}
    export = stages[kinds.index("export")] if "export" in kinds else {"kind": "export"}
    if asked.epochs is not None:
        retrain["trainer"] = {**retrain.get("trainer", {}), "epochs": asked.epochs}
    if asked.seeds is not None:
        retrain["seeds"] = asked.seeds
    return {
        **deepcopy(recipe),
        "name": f"{recipe['name']}: one network"[:120],
        "budget": {"network": deepcopy(recipe["budget"]["network"])},
        "pipeline": [{"kind": "given", "genes": list(genes)}, retrain, export],
    }
