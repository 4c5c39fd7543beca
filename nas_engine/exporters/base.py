"""Exporter: turns a trained network into files that need nothing of ours."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from nas_engine.architecture import Architecture
from nas_engine.graph.block import Block
from nas_engine.products import Comparison, Control
from nas_engine.shapes import TaskShape
from nas_engine.spaces import ChainSpace
from nas_engine.tasks import Preprocessing

if TYPE_CHECKING:
    from nas_engine.wire import Plain, Tensors


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
    augmentation: str = "none"  # in words
    control: Control | None = None
    source: Plain = field(default_factory=dict)  # the recipe's task

    @property
    def block(self) -> Block:
        return self.space.block(self.architecture, self.shape)


class Exporter(ABC):
    """Writes some of an export's files."""

    kind: ClassVar[str]
    packages: ClassVar[tuple[str, ...]] = ()  # what it imports that the engine itself does not need
    extra: ClassVar[str] = ""  # of our package, which brings them

    @classmethod
    def missing(cls) -> str:
        """What must be installed before it can be used, in words; empty where all is there. Imports nothing."""
        lacking = [name for name in cls.packages if find_spec(name) is None]
        if not lacking:
            return ""
        return f"{' and '.join(lacking)} to be installed (pip install 'spacewright[{cls.extra}]'), or another exporter"

    @abstractmethod
    def files(self, network: TrainedNetwork) -> dict[str, bytes]:
        """File name -> content."""
