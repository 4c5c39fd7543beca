"""Stages: the steps of a pipeline, and what each kind of Work does."""

from typing import Any

from nas_engine.stages.asking import perform_evaluation
from nas_engine.stages.base import Frame, History, Performer, Stage, Turn
from nas_engine.stages.control import ControlStage
from nas_engine.stages.export import Export, perform_export
from nas_engine.stages.given import Given
from nas_engine.stages.quality import Quality
from nas_engine.stages.retrain import RetrainStage, perform_report, perform_retraining
from nas_engine.stages.search import Search
from nas_engine.stages.train import Train, perform_training

STAGES: dict[str, type[Stage[Any]]] = {
    kind.kind: kind
    for kind in (
        Train,
        Search,
        Given,
        Quality,
        ControlStage,
        RetrainStage,
        Export,
    )
}

PERFORMERS: dict[str, Performer] = {
    "train": perform_training,
    "evaluate": perform_evaluation,
    "retrain": perform_retraining,
    "report": perform_report,
    "export": perform_export,
}

__all__ = [
    "PERFORMERS",
    "STAGES",
    "ControlStage",
    "Export",
    "Frame",
    "Given",
    "History",
    "Performer",
    "Quality",
    "RetrainStage",
    "Search",
    "Stage",
    "Train",
    "Turn",
    "perform_export",
]
