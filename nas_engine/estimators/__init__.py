"""Estimators: ways to answer how good a network is."""

from nas_engine.estimators.base import Estimator
from nas_engine.estimators.forest import Forest
from nas_engine.estimators.from_scratch import FromScratch
from nas_engine.estimators.naswot import Naswot
from nas_engine.estimators.shared_weights import SharedWeights, recalibrate
from nas_engine.estimators.synflow import Synflow
from nas_engine.estimators.table import Table

ESTIMATORS: dict[str, type[Estimator]] = {
    kind.kind: kind
    for kind in (
        Forest,
        FromScratch,
        Naswot,
        SharedWeights,
        Synflow,
        Table,
    )
}

__all__ = [
    "ESTIMATORS",
    "Estimator",
    "Forest",
    "FromScratch",
    "Naswot",
    "SharedWeights",
    "Synflow",
    "Table",
    "recalibrate",
]
