"""Tasks: what a network is for."""

from nas_engine.tasks.base import OpenTask, Origin, Preprocessing, Split, Task, accuracy
from nas_engine.tasks.batches import Batches
from nas_engine.tasks.image_classification import GivenNormalisation, ImageClassification
from nas_engine.tasks.images import SOURCES, StoredData

TASKS: dict[str, type[Task]] = {kind.kind: kind for kind in (ImageClassification,)}

__all__ = [
    "SOURCES",
    "TASKS",
    "Batches",
    "GivenNormalisation",
    "ImageClassification",
    "OpenTask",
    "Origin",
    "Preprocessing",
    "Split",
    "StoredData",
    "Task",
    "accuracy",
]
