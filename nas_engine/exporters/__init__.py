"""Exporters: networks to take away."""

from nas_engine.exporters.architecture_json import ArchitectureJson
from nas_engine.exporters.base import Exporter, TrainedNetwork
from nas_engine.exporters.model_card import ModelCard
from nas_engine.exporters.onnx import Onnx
from nas_engine.exporters.pytorch_source import PytorchSource
from nas_engine.exporters.untrained import Found, untrained_files

EXPORTERS: dict[str, type[Exporter]] = {
    kind.kind: kind
    for kind in (
        ArchitectureJson,
        ModelCard,
        Onnx,
        PytorchSource,
    )
}

__all__ = [
    "EXPORTERS",
    "ArchitectureJson",
    "Exporter",
    "Found",
    "ModelCard",
    "Onnx",
    "PytorchSource",
    "TrainedNetwork",
    "untrained_files",
]
