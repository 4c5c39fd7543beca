"""Tasks: what a network is for."""

from nas_engine.tasks.base import OpenTask, Preprocessing, Split, Task, accuracy
from nas_engine.tasks.batches import Batches
from nas_engine.tasks.image_classification import ImageClassification

TASKS: dict[str, type[Task]] = {kind.kind: kind for kind in (ImageClassification,)}

__all__ = ["TASKS", "Batches", "ImageClassification", "OpenTask", "Preprocessing", "Split", "Task", "accuracy"]
