"""Estimators: ways to answer how good a network is."""

from nas_engine.estimators.base import Estimator
from nas_engine.estimators.from_scratch import FromScratch
from nas_engine.estimators.shared_weights import SharedWeights, recalibrate

ESTIMATORS: dict[str, type[Estimator]] = {
    kind.kind: kind
    for kind in (
        FromScratch,
        SharedWeights,
    )
}

__all__ = ["ESTIMATORS", "Estimator", "FromScratch", "SharedWeights", "recalibrate"]
