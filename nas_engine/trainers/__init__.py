"""Trainers: brains that take gradient steps."""

from nas_engine.trainers.autospace import AutoSpace
from nas_engine.trainers.base import Trainer, fit
from nas_engine.trainers.binarised_paths import BinarisedPaths
from nas_engine.trainers.retrain import Retrain
from nas_engine.trainers.uniform_paths import UniformPaths

TRAINERS: dict[str, type[Trainer]] = {
    kind.kind: kind
    for kind in (
        AutoSpace,
        BinarisedPaths,
        Retrain,
        UniformPaths,
    )
}

__all__ = ["TRAINERS", "AutoSpace", "BinarisedPaths", "Retrain", "Trainer", "UniformPaths", "fit"]
