"""Exams that ship: test classes that a new component inherits by giving one fixture."""

from nas_engine.testing.augmentation_contract import AugmentationContract
from nas_engine.testing.estimator_contract import EstimatorContract
from nas_engine.testing.exporter_contract import ExporterContract
from nas_engine.testing.memory_context import MemoryContext
from nas_engine.testing.operator_contract import OperatorContract
from nas_engine.testing.space_contract import SpaceContract
from nas_engine.testing.strategy_contract import StrategyContract
from nas_engine.testing.task_contract import TaskContract
from nas_engine.testing.trainer_contract import TrainerContract

__all__ = [
    "AugmentationContract",
    "EstimatorContract",
    "ExporterContract",
    "MemoryContext",
    "OperatorContract",
    "SpaceContract",
    "StrategyContract",
    "TaskContract",
    "TrainerContract",
]
