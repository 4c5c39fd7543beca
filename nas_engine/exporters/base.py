"""Exporter: turns a trained network into files that need nothing of ours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from nas_engine.architecture import Architecture
from nas_engine.graph.block import Block
from nas_engine.products import Comparison
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import Preprocessing

if TYPE_CHECKING:
    from nas_engine.wire import Tensors


@dataclass(frozen=True)
class TrainedNetwork:
    """Everything an export may say of a network."""

    name: str
    architecture: Architecture
    space: ChainSpace
    shape: TaskShape
    tensors: Tensors
    preprocessing: Preprocessing
    data: str
    validation: float
    comparison: Comparison | None = None

    @property
    def block(self) -> Block:
        return self.space.block(self.architecture, self.shape)


class Exporter(ABC):
    """Writes some of an export's files."""

    kind: ClassVar[str]

    @abstractmethod
    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        """File name -> content."""
